"""Alert rules as Prometheus has them, in rule files or in the resource PrometheusRule, and dashboards as Grafana exports them.

Formats: https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/ and Grafana's dashboard JSON model.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ray18.handover.delivery import Part
from ray18.handover.json_text import JsonText, field, read_trees
from ray18.handover.model import Alert, Dashboard, Notebook
from ray18.handover.table import meaning
from ray18.handover.text import cleaned, one_line
from ray18.yaml import Step, Value

Object = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Rules:
    """Alerts and dashboards, and how many rules and dashboards there are in all."""

    entries: tuple[Alert | Dashboard, ...]
    seen: int


def read_rules(part: Part, notes: Notebook) -> Rules:
    """What the documents of a file give; one that gives neither rules nor a dashboard is noted. Raises Unusable."""
    entries: list[Alert | Dashboard] = []
    seen = 0
    for source in read_trees(part, notes):
        value = source.value if isinstance(source.value, dict) else {}
        board = value.get("dashboard") if isinstance(value.get("dashboard"), dict) else value
        if way := _groups_way(value):
            found = list(_rules(source, way, notes))
            entries.extend(alert for alert in found if alert)
            seen += len(found)
        elif isinstance(board, dict) and "panels" in board and "title" in board:
            url = field(board, "url")
            entries.append(Dashboard(_line(field(board, "title")), "", url, source.line()))
            seen += 1
        else:
            message = "neither alert rules with `groups` nor a dashboard with `panels`"
            notes.note(source.line(), message, "hand over rule files and exported dashboards", stands_for=1)
            seen += 1
    return Rules(tuple(entries), seen)


def _groups_way(value: Object) -> tuple[Step, ...]:
    spec = value.get("spec")
    if isinstance(value.get("groups"), list):
        return ("groups",)
    return ("spec", "groups") if isinstance(spec, dict) and isinstance(spec.get("groups"), list) else ()


def _rules(source: JsonText, way: tuple[Step, ...], notes: Notebook) -> Iterator[Alert | None]:
    """An alert for each rule; None, with a remark that stands for it, for what is none."""
    for at, group in enumerate(_at(source.value, way)):
        rules = group.get("rules") if isinstance(group, dict) else None
        if not isinstance(group, dict) or not isinstance(rules, list):
            notes.block(source.line(*way, at), "a group is not an object with `rules`", "mend the file", stands_for=1)
            yield None
            continue
        for number, rule in enumerate(rules):
            yield _alert(source.line(*way, at, "rules", number), rule, field(group, "name"), notes)


def _at(value: Value, way: tuple[Step, ...]) -> list[Value]:
    for step in way:
        value = value.get(str(step)) if isinstance(value, dict) else None
    return value if isinstance(value, list) else []


def _alert(line: int, rule: Value, group: str, notes: Notebook) -> Alert | None:
    if not isinstance(rule, dict) or not field(rule, "alert"):
        name = field(rule, "record") if isinstance(rule, dict) else ""
        message = f"the recording rule {name[:80]!r} is no alert" if name else "a rule has no name"
        notes.note(line, message, "" if name else "add `alert`", stands_for=1)
        return None
    labels, said = (rule.get(name) for name in ("labels", "annotations"))
    severity = field(labels, "severity") if isinstance(labels, dict) else ""
    runbook = (field(said, "runbook_url") or field(said, "runbook")) if isinstance(said, dict) else ""
    return Alert(
        _line(field(rule, "alert")),
        meaning(notes.dialect, "severity", severity).casefold(),
        field(rule, "expr"),
        field(rule, "for"),
        _line(group),
        line,
        runbook,
    )


def _line(text: str) -> str:
    return one_line(cleaned(text)[0])
