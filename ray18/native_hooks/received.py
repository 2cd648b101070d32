"""What a server does not take: a push that would put on a guarded branch what nobody approved, or hide what was there.

Guarded are the protected branch and the default branch, which says what is protected. A push is judged by its end: how a
branch got there is the audit's business.
"""

from collections.abc import Iterator, Mapping

from ray18.findings import Finding
from ray18.gates import Judge, Verdict
from ray18.native_hooks.pushes import Update
from ray18.report import check_records
from ray18.subjects import Sections, empty_table, sections_from

TAKES = "server-takes-only-what-is-approved"
PLAN = "plan-is-approved"
RULES = "rule-change-is-agreed"
_UNTOUCHABLE = {
    "refs/replace/": "replace references show other Git commands another history",
    "refs/remotes/": "references of remotes say where trust begins, and are nobody's to push",
}


def refused_name(update: Update) -> Iterator[Finding]:
    """References that nobody may write here; taking them away is fine."""
    for space, why in _UNTOUCHABLE.items():
        if update.new and update.name.startswith(space):
            yield refusal(update, why, "push branches and tags")


def refusal(update: Update, message: str, remedy: str) -> Finding:
    """A finding about a reference."""
    return Finding(TAKES, "error", message, path=update.name, remedy=remedy)


def unsound(judge: Judge) -> tuple[Finding, ...]:
    """Records that do not read, do not agree with one another, or are not as they were merged. Warnings are left out."""
    report = check_records(judge, ())
    found = tuple(finding for finding in report.findings if finding.level != "warning")
    if report.verdict is Verdict.BLOCKED and not found:
        return (Finding(TAKES, "blocker", "no record of the program can be found", remedy="push the whole program"),)
    return found


def unapproved(judge: Judge, before: Mapping[str, Sections] | None) -> tuple[Finding, ...]:
    """Who has not approved the plan, where the push changes it; and rules loosened without those they take.

    `before` has the sections of every subject as the branch was; None = there was no program. A plan that stays as it is,
    approved or not, is no reason to refuse a push.
    """
    now = judge.approvals.sections
    wanted = {RULES} if before and before["plan"] == now["plan"] else {RULES, PLAN}
    if not _has_plan(now):
        wanted.discard(PLAN)
        if before and _has_plan(before):
            message = "the push takes the plan away"
            return (Finding(PLAN, "error", message, remedy="keep it: a plan is replaced by another, with approvals"),)
    gate = judge.gate(judge.pack.gate("approvals"))
    return tuple(finding for finding in gate.findings if finding.policy in wanted)


def _has_plan(sections: Mapping[str, Sections]) -> bool:
    return sections["plan"]["plan"] != sections_from(empty_table())["plan"]["plan"]


def ungated(judge: Judge, gates: tuple[str, ...]) -> tuple[Finding, ...]:
    """What keeps the gates from passing that this server asks for."""
    results = [judge.gate(judge.pack.gate(name)) for name in gates]
    return tuple(finding for result in results for finding in result.findings if finding.level != "warning")
