"""JUnit XML, as Jenkins, GitLab and GitHub actions read it (Jenkins xUnit's `junit-10.xsd`).

A suite is a gate, a test case a policy: its name stays from run to run, so that a test server can tell since when it is red.
"""

from collections.abc import Iterable
from xml.etree import ElementTree as Xml  # only written here, never parsed

from ray18.findings import Finding
from ray18.gates import GateResult
from ray18.policy import Policy
from ray18.renderers.inert import xml, xml_lines
from ray18.renderers.rules import Rule, rules
from ray18.report import CheckReport, GateReport
from ray18.waivers import Excuse

Waived = Iterable[tuple[Finding, Excuse]]


def gates(report: GateReport, *, colour: bool = False) -> str:  # noqa: ARG001 (all renderers are called alike)
    """The report on gates: one suite for each, and one for notes that belong to none."""
    suites = [_suite(result.gate.id, _cases(result)) for result in report.results]
    if report.notes:
        suites.append(_suite("notes", _judged((), report.notes, ())))
    return _document(report.program.rules.settings.program.title, suites)


def check(report: CheckReport, *, colour: bool = False) -> str:  # noqa: ARG001
    """The report on records: one suite."""
    cases = dict(_judged(report.policies, report.findings, ()))
    if not report.checked:
        cases["something-is-checked"] = _case("error", "Nothing was checked: no governed file is among these paths.")
    return _document(report.program.rules.settings.program.title, [_suite("check", cases.items())])


def _cases(result: GateResult) -> Iterable[tuple[str, Xml.Element | None]]:
    return _judged(result.ran, result.findings, result.waived)


def _judged(
    policies: Iterable[Policy], findings: Iterable[Finding], waived: Waived
) -> Iterable[tuple[str, Xml.Element | None]]:
    """Every policy, with what it came to; None = it passed."""
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        found.setdefault(finding.policy, []).append(finding)
    excused: dict[str, list[tuple[Finding, Excuse]]] = {}
    for finding, excuse in waived:
        excused.setdefault(finding.policy, []).append((finding, excuse))
    told = [finding for listed in found.values() for finding in listed] + [finding for finding, _ in waived]
    for rule in rules(policies, told):
        yield rule.id, _outcome(rule, found.get(rule.id, []), excused.get(rule.id, []))


def _outcome(rule: Rule, found: list[Finding], excused: list[tuple[Finding, Excuse]]) -> Xml.Element | None:
    lines = "\n".join(_line(finding) for finding in found)
    levels = {finding.level for finding in found}
    if levels & {"blocker", "error"}:
        count = len(found)
        message = f"{rule.title}: {found[0].message}" + (f" (and {count - 1:,} more)" if count > 1 else "")
        return _case("error" if "blocker" in levels else "failure", message, lines)
    if excused:
        reasons = dict.fromkeys(
            f"{one.record.reason} ({one.record.id}, until {one.record.expires})" for _, one in excused
        )
        return _case("skipped", f"waived: {'; '.join(reasons)}", "\n".join(_line(finding) for finding, _ in excused))
    if found:
        said = Xml.Element("system-out")
        said.text = xml_lines(lines)
        return said
    return None


def _line(finding: Finding) -> str:
    place = f"{finding.place}: " if finding.place else ""
    return xml(f"{place}{finding.level}: {finding.message}" + (f" -> {finding.remedy}" if finding.remedy else ""))


def _case(kind: str, message: str, text: str = "") -> Xml.Element:
    outcome = Xml.Element(kind, {"type": kind, "message": xml(message)})
    outcome.text = xml_lines(text)
    return outcome


def _suite(name: str, cases: Iterable[tuple[str, Xml.Element | None]]) -> Xml.Element:
    suite = Xml.Element("testsuite", {"name": name})
    outcomes = dict(cases)
    for policy, outcome in outcomes.items():
        case = Xml.SubElement(suite, "testcase", {"classname": f"ray18.{name}", "name": xml(policy), "time": "0"})
        if outcome is not None:
            case.append(outcome)
    suite.attrib |= _counts(outcomes.values()) | {"time": "0"}
    return suite


def _counts(outcomes: Iterable[Xml.Element | None]) -> dict[str, str]:
    tags = [outcome.tag if outcome is not None else "" for outcome in outcomes]
    names = {"failures": "failure", "errors": "error", "skipped": "skipped"}
    return {"tests": str(len(tags)), **{name: str(tags.count(tag)) for name, tag in names.items()}}


def _document(title: str, suites: Iterable[Xml.Element]) -> str:
    root = Xml.Element("testsuites", {"name": xml(title)})
    root.extend(suites)
    for name in ("tests", "failures", "errors"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    Xml.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + Xml.tostring(root, "unicode") + "\n"
