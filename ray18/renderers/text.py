"""Text for people: findings as `path:line:column`, then one line for each gate, the verdict last."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from ray18.counting import counted
from ray18.documents.document import VALID
from ray18.findings import Finding
from ray18.gates import GateResult, Verdict
from ray18.program import Program, shown_id
from ray18.renderers.excerpt import excerpt
from ray18.report import CheckReport, GateReport
from ray18.sources import Sources
from ray18.terminal import painted, safe
from ray18.waivers import Excuse

OF_A_POLICY, OF_A_FILE, IN_ALL = 3, 20, 100
"""For so many findings of a policy, of a file that cannot be read, and in all, the lines that they are about are shown."""
_OF_LEVEL = {"blocker": "red", "error": "red", "warning": "yellow"}
_OF_VERDICT = {
    Verdict.PASSED: "green",
    Verdict.WAIVED: "yellow",
    Verdict.FAILED: "red",
    Verdict.BLOCKED: "red",
}


def gates(report: GateReport, *, colour: bool = False, limit: int | None = None) -> str:
    """The report on gates; with `limit`, at most so many findings of each gate."""
    lines: list[str] = []
    page = _Page(report.sources, colour)
    for result in report.results:
        lines.extend(_gate(result, page, limit))
    lines.extend(line for note in report.notes for line in page.finding(note))
    lines.extend(gate_lines(report, colour))
    return "\n".join(lines) + "\n"


def check(report: CheckReport, *, colour: bool = False) -> str:
    """The report on records."""
    page = _Page(report.sources, colour)
    lines = [line for finding in report.findings for line in page.finding(finding)]
    return "\n".join([*lines, *check_lines(report, colour)]) + "\n"


def gate_lines(report: GateReport, colour: bool) -> Iterator[str]:
    """What was judged, and the verdict of each gate."""
    yield _heading(report.program)
    width = max(len(result.gate.title) for result in report.results)
    for result in report.results:
        verdict = painted(f"{result.verdict.value:8}", _OF_VERDICT[result.verdict], colour)
        title = f"Gate {result.gate.number}  {result.gate.title:{width}}"
        yield f"{title}  {verdict} {safe(result.actual)}"


def check_lines(report: CheckReport, colour: bool) -> Iterator[str]:
    """How many files were checked, and the verdict."""
    if not report.checked:
        yield "Nothing was checked: no governed file is among these paths."
    verdict = painted(report.verdict.value, _OF_VERDICT[report.verdict], colour)
    mendable = sum(1 for finding in report.findings if finding.fix is not None and finding.fix.safe)
    if mendable:
        yield f"{mendable:,} can be mended safely: ray18 check --fix (or --diff, to look first)"
    yield f"{counted(report.checked, 'files')} checked, {_by_level(report.findings)}: {verdict}"


def listed(findings: Sequence[Finding], *, limit: int | None = None, colour: bool = False) -> str:
    """Findings alone, at most `limit` of them."""
    lines = [line for finding in findings[:limit] for line in _finding(finding, colour)]
    if limit is not None and len(findings) > limit:
        lines.append(f"… and {len(findings) - limit:,} more")
    return "".join(f"{line}\n" for line in lines)


def _heading(program: Program) -> str:
    rules = program.rules
    base = f"rules of {rules.base[:12]} ({rules.reason})" if rules.base else f"{rules.reason}: no trusted base"
    return f"{safe(rules.settings.program.title)}: {shown_id(program.revision)}, as of {program.as_of}, {safe(base)}"


class _Page:
    """What was shown already: the lines of the first findings of a kind say enough about the others."""

    def __init__(self, sources: Sources, colour: bool) -> None:
        self.sources, self.colour = sources, colour
        self.shown: Counter[str] = Counter()
        self.told: set[Finding] = set()

    def finding(self, finding: Finding) -> Iterator[str]:
        """A finding with its remedy, and for the first of its kind with the lines that it is about."""
        yield finding_line(finding, self.colour)
        kind, most = (finding.path, OF_A_FILE) if finding.policy == VALID else (finding.policy, OF_A_POLICY)
        if self.shown[kind] < most and self.shown.total() < IN_ALL and finding not in self.told:
            lines = list(excerpt(finding, self.sources, self.colour, _OF_LEVEL[finding.level]))
            self.shown[kind] += bool(lines)
            self.told.add(finding)
            yield from lines
        if finding.remedy:
            yield _remedy(finding, self.colour)


def _gate(result: GateResult, page: _Page, limit: int | None) -> Iterator[str]:
    colour = page.colour
    if result.verdict is Verdict.FAILED or result.verdict is Verdict.BLOCKED:
        yield from failure_block(result, colour)
    for finding in result.findings[:limit]:
        yield from page.finding(finding)
    if limit is not None and len(result.findings) > limit:
        yield f"… and {len(result.findings) - limit:,} more"
    yield from (waived_line(finding, excuse, colour) for finding, excuse in result.waived)
    if result.findings or result.waived:
        yield ""


def failure_block(result: GateResult, colour: bool = False) -> Iterator[str]:
    """The block of the protocol, section "Error Handling"."""
    title = result.gate.title
    what = "failed" if result.verdict is Verdict.FAILED else "could not be judged"
    yield painted(f"[RAY GATE FAILED: {title}]", "bold", colour)
    yield f"> \"Quality gate '{title}' {what}."
    yield f"> Criteria: {result.gate.criteria}"
    yield f"> Actual: {safe(result.actual)}."
    yield f"> Required action: {safe(result.required_action)}"
    yield ">"
    yield "> Options:"
    yield "> 1. Fix issues and retry validation"
    waiver = f"ray18 waive {result.gate.id}" if result.gate.waived_by else "this gate cannot be waived"
    yield f"> 2. Request gate waiver with justification ({waiver})"
    yield '> 3. Halt protocol execution"'


def finding_line(finding: Finding, colour: bool) -> str:
    """A finding on one line: where, how bad, what, and which policy says so."""
    place = f"{safe(finding.place)}: " if finding.place else ""
    level = painted(finding.level, _OF_LEVEL[finding.level], colour)
    return f"{place}{level}: {safe(finding.message)} [{finding.policy}]"


def waived_line(finding: Finding, excuse: Excuse, colour: bool) -> str:
    """A finding that a waiver excuses, on one line."""
    record = excuse.record
    place = f"{safe(finding.place)}: " if finding.place else ""
    note = f"waived until {record.expires} by {record.approved_by} ({record.id}): {finding.message}"
    return f"{place}{painted('waived', 'yellow', colour)}: {safe(note)} [{finding.policy}]"


def _finding(finding: Finding, colour: bool) -> Iterator[str]:
    yield finding_line(finding, colour)
    if finding.remedy:
        yield _remedy(finding, colour)


def _remedy(finding: Finding, colour: bool) -> str:
    return painted(f"    -> {safe(finding.remedy)}", "dim", colour)


def _by_level(findings: Iterable[Finding]) -> str:
    levels = [finding.level for finding in findings]
    if not levels:
        return "no problems"
    words = {"blocker": "blocking", "error": "wrong", "warning": "to look at"}
    return ", ".join(f"{levels.count(level):,} {word}" for level, word in words.items() if level in levels)
