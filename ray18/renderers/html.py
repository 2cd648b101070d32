"""One HTML page that needs nothing else: no script, no request, nothing a record says is ever markup.

The page is a tree that the standard library writes, so that every text is escaped; its policy (CSP) allows its own style sheet,
known by its hash, and nothing more.
"""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from xml.etree import ElementTree as Html  # only written here, never parsed

from ray18 import __version__
from ray18.findings import Finding, Level
from ray18.gates import GateResult, Verdict
from ray18.overview import Overview
from ray18.program import Program, shown_id
from ray18.renderers.inert import xml
from ray18.renderers.rules import rules

Node = Html.Element | str
_LEVELS: dict[Level, str] = {"blocker": "blocked", "error": "failed", "warning": "waived"}
_STATES = {
    "done": "passed",
    "halted": "failed",
    "open": "quiet",
    "approved": "passed",
    "rejected": "failed",
    "missing": "failed",
}
STYLE = """
:root { color-scheme: light dark; --line: light-dark(#d5d9de, #3a4048); --soft: light-dark(#f5f6f8, #1d2127);
  --text: light-dark(#1c2126, #e4e7eb); --quiet: light-dark(#5c656f, #9aa4af); --page: light-dark(#fff, #14171b);
  --passed: light-dark(#1a6b33, #6fcf87); --failed: light-dark(#a8201a, #ff8a80); --waived: light-dark(#7a5200, #f0c265);
  --blocked: light-dark(#7a1fa2, #d7a1f0); }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 1.5rem 1rem 4rem; font: 16px/1.5 system-ui, sans-serif;
  color: var(--text); background: var(--page); }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .25rem; } h2 { font-size: 1.25rem; margin: 2.5rem 0 .75rem; }
h3 { font-size: 1rem; margin: 1.25rem 0 .4rem; } p { margin: .3rem 0; } .quiet { color: var(--quiet); }
code { font: .875em ui-monospace, monospace; overflow-wrap: anywhere; }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin: 1rem 0; } a { color: inherit; }
.verdict { font-weight: 650; white-space: nowrap; } .passed { color: var(--passed); } .failed { color: var(--failed); }
.waived { color: var(--waived); } .blocked { color: var(--blocked); }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(16rem, 1fr)); gap: .75rem; }
.card { border: 1px solid var(--line); border-left-width: .35rem; border-radius: .4rem; padding: .75rem 1rem; }
.is-passed { border-left-color: var(--passed); } .is-failed { border-left-color: var(--failed); }
.is-waived { border-left-color: var(--waived); } .is-blocked { border-left-color: var(--blocked); }
.card h3 { margin: 0; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .925rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid var(--line); }
th { background: var(--soft); font-weight: 600; } td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
details { border: 1px solid var(--line); border-radius: .4rem; margin: .5rem 0; padding: 0 .75rem; }
details[open] { padding-bottom: .5rem; } summary { cursor: pointer; padding: .5rem 0; font-weight: 600; }
footer { margin-top: 3rem; border-top: 1px solid var(--line); padding-top: 1rem; }
@media print { body { max-width: none; font-size: 11pt; } nav { display: none; } tr { break-inside: avoid; } }
"""
OPEN_UP_TO = 25
"""So many findings of a rule are shown; where there are more, they are folded."""


def overview(report: Overview) -> str:
    """The page."""
    program = report.gates.program
    title = program.rules.settings.program.title
    body = _node(
        "body",
        _node(
            "header",
            _node("h1", title),
            _node("p", _word(report.gates.verdict), " ", _node("span", _judged(program), role="quiet")),
            _node("nav", *(_node("a", name, href=f"#{name.lower()}") for name in _SECTIONS), label="Sections"),
        ),
        _node(
            "main",
            _section("Gates", _node("div", *map(_card, report.gates.results), role="cards")),
            _section("Findings", *_findings(report)),
            _section("Approvals", *_seats(report)),
            _section("Waivers", *_waivers(report)),
            _section("Steps", *_steps(report)),
            _section("Backlog", *_backlog(report)),
        ),
        _node("footer", *_footer(program)),
    )
    page = Html.Element("html", {"lang": "en"})
    page.append(_head(title))
    page.append(body)
    return "<!DOCTYPE html>\n" + Html.tostring(page, "unicode", method="html") + "\n"


_SECTIONS = ("Gates", "Findings", "Approvals", "Waivers", "Steps", "Backlog")


def content_policy() -> str:
    """What a browser may load for the page: its own style sheet."""
    name = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{name}'; base-uri 'none'; form-action 'none'"


def _head(title: str) -> Html.Element:
    head = Html.Element("head")
    for attributes in (
        {"charset": "utf-8"},
        {"http-equiv": "Content-Security-Policy", "content": content_policy()},
        {"name": "referrer", "content": "no-referrer"},
        {"name": "viewport", "content": "width=device-width, initial-scale=1"},
    ):
        Html.SubElement(head, "meta", attributes)
    Html.SubElement(head, "title").text = xml(f"{title}: maintenance and support")
    Html.SubElement(head, "style").text = STYLE
    return head


def _node(tag: str, *children: Node | None, role: str = "", href: str = "", label: str = "") -> Html.Element:
    """An element with texts and elements in it; every text is made harmless here."""
    attributes = {"class": role, "href": href, "aria-label": label}
    node = Html.Element(tag, {name: xml(value) for name, value in attributes.items() if value})
    last: Html.Element | None = None
    for child in children:
        if isinstance(child, str):
            text = xml(child)
            if last is None:
                node.text = (node.text or "") + text
            else:
                last.tail = (last.tail or "") + text
        elif child is not None:
            node.append(child)
            last = child
    return node


def _section(name: str, *children: Node) -> Html.Element:
    section = _node("section", _node("h2", name), *children)
    section.set("id", name.lower())
    return section


def _word(verdict: Verdict) -> Html.Element:
    return _node("span", verdict.value, role=f"verdict {verdict.value}")


def _state(word: str) -> Html.Element:
    return _node("span", word, role=f"verdict {_STATES.get(word, 'quiet')}")


Row = Sequence[Node]


def _table(header: Sequence[str], rows: Iterable[Row], numbers: frozenset[int] = frozenset()) -> Html.Element:
    """A table that scrolls by itself on narrow screens; `numbers` are the columns that hold some."""

    def cells(tag: str, row: Row) -> Html.Element:
        return _node(
            "tr", *(_node(tag, one, role="number" if place in numbers else "") for place, one in enumerate(row))
        )

    body = _node("tbody", *(cells("td", row) for row in rows))
    return _node("div", _node("table", _node("thead", cells("th", header)), body), role="scroll")


def _judged(program: Program) -> str:
    base = f"by the rules of {program.rules.base[:12]}" if program.rules.base else "without a trusted base (unanchored)"
    return f"{shown_id(program.revision)}, as of {program.as_of}, {base}"


def _card(result: GateResult) -> Html.Element:
    return _node(
        "div",
        _node("h3", f"Gate {result.gate.number}: {result.gate.title}"),
        _node("p", _word(result.verdict)),
        _node("p", result.actual),
        _node("p", f"Criteria: {result.gate.criteria}", role="quiet"),
        _node("p", f"Required action: {result.required_action}") if result.verdict.exit_code else None,
        role=f"card is-{result.verdict.value}",
    )


def _findings(report: Overview) -> Iterator[Html.Element]:
    for result in report.gates.results:
        if result.findings:
            yield _node("h3", f"Gate {result.gate.number}: {result.gate.title}")
            yield from _by_rule(result)
    if not any(result.findings for result in report.gates.results):
        yield _node("p", "Nothing is wrong.")


def _by_rule(result: GateResult) -> Iterator[Html.Element]:
    known = {rule.id: rule for rule in rules(result.ran, result.findings)}
    by_policy: dict[str, list[Finding]] = {}
    for finding in result.findings:
        by_policy.setdefault(finding.policy, []).append(finding)
    for policy, found in by_policy.items():
        count = f"{len(found):,} {found[0].level}{'s' * (len(found) != 1)}"
        summary = _node(
            "summary",
            f"{known[policy].title} ",
            _node("span", count, role=f"verdict {_LEVELS[found[0].level]}"),
        )
        details = _node(
            "details", summary, _node("p", known[policy].why.replace("\n", " "), role="quiet"), _listed(found)
        )
        if len(found) <= OPEN_UP_TO:
            details.set("open", "open")
        yield details


def _listed(found: Iterable[Finding]) -> Html.Element:
    rows = [(_node("code", one.place), one.message, _remedy(one.remedy)) for one in found]
    return _table(("where", "what", "to do"), rows)


def _remedy(text: str) -> Node:
    return _node("code", text) if text.startswith(("ray18 ", "git ")) else text


def _seats(report: Overview) -> Iterator[Html.Element]:
    rows = [
        (seat.subject.title, seat.role_title, _state(seat.state), seat.person, seat.evidence, seat.reason)
        for seat in report.seats
    ]
    yield _table(("subject", "who decides", "state", "person", "evidence", "why not"), rows)


def _waivers(report: Overview) -> Iterator[Html.Element]:
    rows = [
        (
            _node("code", one.id),
            _node("code", one.policy),
            ", ".join(one.items),
            one.expires.isoformat(),
            str(one.renewals),
            one.approved_by,
            one.because,
            one.reason or "yes",
        )
        for one in report.waivers.entries
    ]
    if not rows:
        yield _node("p", "None.")
        return
    header = ("waiver", "policy", "items", "until", "renewals", "accepted by", "because", "counts")
    yield _table(header, rows, frozenset({4}))


def _steps(report: Overview) -> Iterator[Html.Element]:
    rows = [
        (
            one.step.number,
            one.step.title,
            _state(one.state),
            one.step.halt if one.state == "halted" and one.step.halt else "",
        )
        for one in report.steps
    ]
    yield _table(("step", "", "state", "halted because"), rows)


def _backlog(report: Overview) -> Iterator[Html.Element]:
    header = ("severity", "open", "done", "overdue", "without owner", "without due date")
    rows = [
        (
            one.severity or "not rated",
            *(f"{number:,}" for number in (one.open, one.done, one.overdue, one.without_owner, one.without_due)),
        )
        for one in report.counts
    ]
    yield _table(header, rows, frozenset(range(1, 6)))
    if report.work:
        today = report.gates.program.as_of
        work = [
            (
                _node("code", item.id),
                item.title,
                item.severity or "not rated",
                item.priority or "",
                item.owner or "",
                _due(item.due, today),
                item.status,
            )
            for item in report.work
        ]
        listed = _table(("item", "", "severity", "priority", "owner", "due", "status"), work)
        yield _node("details", _node("summary", f"Open items ({len(work):,})"), listed)


def _due(due: date | None, today: date) -> Node:
    if due is None:
        return ""
    return _node("span", f"{due} (overdue)", role="failed") if due < today else due.isoformat()


def _footer(program: Program) -> Iterator[Html.Element]:
    yield _node("p", f"Written by RAY-18 {__version__}. The same commit and day give the same page.", role="quiet")
    if len(program.revision) >= 40:
        base = f" --base {program.rules.base}" if program.rules.base else ""
        command = f"ray18 gate --all --rev {program.revision} --as-of {program.as_of}{base}"
        yield _node("p", "Judge again: ", _node("code", command), role="quiet")
