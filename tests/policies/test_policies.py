"""Every shipped policy shows on two examples what it asks for, and belongs to the records or to a gate."""

import ast
import re
from pathlib import Path

import pytest
from policy_table import BEGIN, END, pack, pages, with_list

from ray18.gates import Verdict, read_pack
from ray18.policy import Policy, shipped_policies
from ray18.shipped import shipped
from ray18.testing import examples_of_shipped, judge_of, problems, run_policy

EXAMPLES = examples_of_shipped()
POLICIES = shipped_policies()
GATES = {gate.id: gate for gate in pack().gates}
EMPTY = {
    "people.yaml": "people: []\n",
    "services.yaml": "services: []\n",
    "governance.yaml": "alerts: []\n",
    "plan.yaml": (
        "title: Nothing\nrevision: 1\nperiod: {start: 2026-01-01, end: 2026-12-31}\nrevisit_date: 2026-10-01\n"
    ),
    "backlog/README.md": "Nothing yet.\n",
}


@pytest.fixture(params=POLICIES.values(), ids=list(POLICIES))
def policy(request: pytest.FixtureRequest) -> Policy:
    found: Policy = request.param
    return found


def test_its_examples_show_what_it_asks_for(policy: Policy) -> None:
    """`pass` folders yield nothing; `fail` folders yield the whole of their `expected.txt`, line by line."""
    assert list(problems(policy, EXAMPLES / policy.id)) == []


def test_its_failing_examples_are_about_itself_alone(policy: Policy) -> None:
    """Nothing else is wrong with them: no unreadable file, no missing document."""
    for folder in (EXAMPLES / policy.id).glob("fail*"):
        found = run_policy(policy, folder)
        assert {(finding.policy, finding.level) for finding in found} == {(policy.id, policy.level)}


def test_each_finding_says_whom_it_is_about_and_what_to_do(policy: Policy) -> None:
    """A waiver names items, so a finding without one could never be excused."""
    for finding in run_policy(policy, EXAMPLES / policy.id / "fail"):
        assert finding.item
        assert finding.remedy
        assert not finding.message.endswith(".")


def test_it_runs_somewhere(policy: Policy) -> None:
    """A policy that neither the records nor a gate names would judge nothing."""
    assert policy.id in {*pack().records, *(name for gate in GATES.values() for name in gate.policies)}


def test_it_reads_like_the_others(policy: Policy) -> None:
    """A wish as its title, the reason, the remedy; phrases that fit into the sentences of a verdict."""
    title, *paragraphs = policy.doc.split("\n\n")
    assert title.endswith(".") and "\n" not in title and len(title) <= 90
    assert len(paragraphs) >= 2
    assert paragraphs[-1].startswith("Remedy: ")
    for phrase in (policy.counted, policy.action):
        assert not phrase.endswith(".")
        assert phrase.split()[0].isupper() or phrase[0].islower() or phrase.startswith(("CVSS", "KPI"))


def test_it_stands_alone(policy: Policy) -> None:
    """Policies share models, never one another; files, clock and environment are not theirs to read."""
    allowed = {
        "collections",
        "datetime",
        "itertools",
        "pathlib",
        "re",
        "typing",
        "unicodedata",
        "zoneinfo",
        "cvss",
    }
    for node in ast.walk(ast.parse(policy.source)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [str(node.module)] if isinstance(node, ast.ImportFrom) else []
        for name in names:
            assert name.split(".")[0] in allowed or name.startswith("ray18."), name
        if isinstance(node, ast.Attribute):
            assert node.attr not in ("today", "now", "open", "read_text", "environ")


def test_every_folder_of_examples_belongs_to_a_policy() -> None:
    assert {path.name for path in EXAMPLES.iterdir() if path.is_dir() and path.name[0] not in "._"} == set(POLICIES)


def test_records_and_gates_name_policies_that_exist_and_each_only_once() -> None:
    for names in (pack().records, *(gate.policies for gate in GATES.values())):
        assert len(set(names)) == len(names)
        assert set(names) <= set(POLICIES)


def test_the_gates_are_the_protocols() -> None:
    assert [(gate.number, gate.id, gate.title) for gate in GATES.values()] == [
        (0, "prerequisites", "Prerequisites"),
        (1, "backlog", "Maintenance Backlog Integrity"),
        (2, "approvals", "Stakeholder Approval Confirmation"),
        (3, "governance", "Governance Cadence Activation"),
    ]


def test_nobody_can_waive_the_approvals() -> None:
    assert GATES["approvals"].waived_by == ()


def test_what_is_locked_belongs_to_its_gate_and_includes_every_blocker() -> None:
    """What makes the records unusable is mended, never excused."""
    for gate in GATES.values():
        assert set(gate.locked) <= set(gate.policies)
        blockers = {name for name in gate.policies if POLICIES[name].level == "blocker"}
        assert not gate.waived_by or blockers <= set(gate.locked)


@pytest.mark.parametrize("gate_id", GATES)
def test_a_gate_never_passes_on_nothing(gate_id: str, tmp_path: Path) -> None:
    """Neither without documents, nor with documents that say nothing."""
    (tmp_path / "as_of.txt").write_text("2026-06-01")
    nothing = judge_of(tmp_path)
    assert nothing.gate(nothing.pack.gate(gate_id)).verdict in (Verdict.FAILED, Verdict.BLOCKED)
    for name, content in EMPTY.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    empty = judge_of(tmp_path)
    result = empty.gate(empty.pack.gate(gate_id))
    assert result.verdict is Verdict.FAILED
    assert result.required_action != "none"


def test_a_plan_without_coverage_or_commitments_cannot_be_approved() -> None:
    """The protocol's critical rule and the halt of its step 3 are part of the gate that nobody can waive."""
    assert {
        "incident-follow-up-has-commitment",
        "optimization-item-has-commitment",
        "sla-target-has-commitment",
        "handover-sla-has-commitment",
        "critical-service-is-covered",
        "plan-sections-are-filled",
    } <= set(GATES["approvals"].policies)


@pytest.mark.parametrize("path", pages(), ids=lambda path: path.stem)
def test_the_docs_list_every_policy(path: Path) -> None:
    """When this fails: python tests/policies/policy_table.py."""
    page = path.read_text(encoding="utf-8")
    assert BEGIN in page and END in page
    assert page == with_list(page, pages()[path])


@pytest.mark.parametrize("gate_id", GATES)
def test_the_page_of_a_gate_says_its_criteria_in_the_same_words(gate_id: str) -> None:
    gate = read_pack(shipped("policies") / "gates.yaml").gate(gate_id)
    page = (Path(__file__).parents[2] / "docs" / "gates" / f"{gate_id}.md").read_text(encoding="utf-8")
    flat = re.sub(r"\s+", " ", page)
    for words in (gate.title, gate.criteria, gate.threshold, gate.failure_handling, *gate.evidence):
        assert words in flat
