"""Whether an alert is active.

That means, all at once: its rule is loaded in Prometheus, healthy, and evaluated within two of its intervals; Prometheus has
an Alertmanager; there the route resolves to the alert's receiver, which notifies somebody; the rule links a runbook that answers.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ray18.documents.governance import Alert, AlertRule, Governance, SystemAccess
from ray18.documents.live_state import Fault, Question
from ray18.probe.asking import Asker, Faulty, at, rows, texts, under
from ray18.probe.routes import Routing, read_routing
from ray18.web import shown
from ray18.yaml import load

_MOMENT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)\Z", re.ASCII)
_TEMPLATE = "{{"
_RUNBOOKS = ("runbook_url", "runbook")
_INTERVALS = 2
_TOLERANCE = 1.0
"""Seconds: HTTP tells the time in whole ones."""


@dataclass(frozen=True, slots=True)
class Rule:
    """An alerting rule as Prometheus has it."""

    health: str
    trouble: str
    interval: float
    """Seconds between evaluations."""
    evaluated: datetime | None
    labels: Mapping[str, str]
    runbook: str
    now: datetime
    """The server's own clock at the answer."""

    @property
    def age(self) -> float | None:
        """Seconds since it was evaluated last; None = it never was."""
        return None if self.evaluated is None else (self.now - self.evaluated).total_seconds()


@dataclass(frozen=True, slots=True)
class Monitoring:
    """The two systems that are asked about alerts."""

    prometheus: str
    alertmanager: str


def look_at_alert(alert: Alert, governance: Governance, asker: Asker, asked: list[Question]) -> tuple[Fault, ...]:
    """Everything that keeps the alert from being active."""
    faults: list[Fault] = []

    def tried(step: Callable[[], Any]) -> Any:
        try:
            return step()
        except Faulty as error:
            if error.fault not in faults:
                faults.append(error.fault)
            return None

    monitoring = tried(lambda: _monitoring(governance))
    said = tried(lambda: _named(alert))
    if monitoring is None or said is None:
        return tuple(faults)
    rule = tried(lambda: _loaded(said.name, monitoring.prometheus, asker, asked))
    tried(lambda: _require_connected(monitoring.prometheus, asker, asked))
    if rule is not None:
        tried(lambda: _require_healthy(said.name, rule))
        tried(lambda: _require_fresh(said.name, rule))
        tried(lambda: _require_route(alert, said, rule, _routing(monitoring.alertmanager, asker, asked)))
        tried(lambda: _require_runbook(alert, said.name, rule, asker, asked))
    return tuple(faults)


def _monitoring(governance: Governance) -> Monitoring:
    found = {"prometheus": governance.system("prometheus"), "alertmanager": governance.system("alertmanager")}
    missing = [kind for kind, system in found.items() if not _api(system)]
    if missing:
        raise Faulty("not-set-up", f"no system has a check of kind {' or '.join(missing)} with an address")
    return Monitoring(_api(found["prometheus"]), _api(found["alertmanager"]))


def _api(system: SystemAccess | None) -> str:
    if system is None or system.check is None:
        return ""
    return system.check.url or system.url or ""


def _named(alert: Alert) -> AlertRule:
    if alert.rule is None:
        raise Faulty("not-set-up", "the rule behind it is not named: `rule: {name: …}`")
    return alert.rule


def _loaded(name: str, prometheus: str, asker: Asker, asked: list[Question]) -> Rule:
    url = under(prometheus, "api/v1/rules?type=alert")
    found = asker.json(url, asked)
    answer = asker.answer(url, asked)
    groups = rows(at(found, "data", "groups"))
    rules = [(group, rule) for group in groups for rule in rows(group.get("rules")) if rule.get("name") == name]
    if not rules:
        raise Faulty("not-loaded", f"Prometheus has no alerting rule {name}")
    now = answer.said_at or datetime.now(UTC)
    return max((_rule(group, rule, now) for group, rule in rules), key=_badness)


def _rule(group: Mapping[str, Any], said: Mapping[str, Any], now: datetime) -> Rule:
    interval = group.get("interval")
    labels = {name: text for name, text in texts(said.get("labels")).items() if _TEMPLATE not in text}
    notes = texts(said.get("annotations"))
    return Rule(
        str(said.get("health")),
        str(said.get("lastError") or ""),
        float(interval) if isinstance(interval, int | float) else 0.0,
        _moment(said.get("lastEvaluation")),
        {**labels, "alertname": str(said.get("name"))},
        next((notes[name] for name in _RUNBOOKS if notes.get(name)), ""),
        now,
    )


def _badness(rule: Rule) -> tuple[bool, bool, float]:
    """Of several rules with one name, the one in the worst state speaks for all."""
    return rule.health != "ok", rule.evaluated is None, rule.age or 0.0


def _moment(text: Any) -> datetime | None:
    match = _MOMENT.match(text) if isinstance(text, str) else None
    if not match or text.startswith("0001-"):
        return None
    fraction = (match[2] or ".0")[:7]
    try:
        return datetime.fromisoformat(f"{match[1]}{fraction}{match[3].replace('Z', '+00:00')}").astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _require_healthy(name: str, rule: Rule) -> None:
    if (
        rule.health != "ok" and rule.evaluated is not None
    ):  # one that was never evaluated is stale, and not yet anything else
        why = f": {rule.trouble[:300]}" if rule.trouble else ""
        raise Faulty("unhealthy", f"Prometheus says that the health of {name} is {rule.health[:40]}{why}")


def _require_fresh(name: str, rule: Rule) -> None:
    age = rule.age
    if age is None:
        raise Faulty("stale", f"{name} was never evaluated")
    if age > _INTERVALS * rule.interval + _TOLERANCE:
        message = f"{name} was evaluated {age:,.0f} seconds ago; its interval is {rule.interval:g} seconds"
        raise Faulty("stale", message)


def _require_connected(prometheus: str, asker: Asker, asked: list[Question]) -> None:
    found = asker.json(under(prometheus, "api/v1/alertmanagers"), asked)
    if not rows(at(found, "data", "activeAlertmanagers")):
        raise Faulty("disconnected", "Prometheus has no Alertmanager to send to")


def _routing(alertmanager: str, asker: Asker, asked: list[Question]) -> Routing:
    url = under(alertmanager, "api/v2/status")
    said = at(asker.json(url, asked), "config", "original")
    loaded = load(str(said).encode())
    if not isinstance(said, str) or loaded.problems:
        raise Faulty("wrong-answer", f"{shown(url)} does not tell a configuration that can be read")
    return read_routing(loaded.value)


def _require_route(alert: Alert, said: AlertRule, rule: Rule, routing: Routing) -> None:
    wanted = said.receiver or alert.receiver
    if wanted is None:
        raise Faulty("not-set-up", "nobody is named whom it calls: `receiver`")
    ways = routing.ways(rule.labels)
    if not all(wanted in way for way in ways):
        others = ", ".join(sorted({name for way in ways for name in way} - {wanted}))
        depends = " depending on labels that the rule does not set" if any(wanted in way for way in ways) else ""
        raise Faulty("unrouted", f"{said.name} is routed to {others[:200]}{depends}, not to {wanted}")
    if not routing.receivers.get(wanted):
        raise Faulty("silent-receiver", f"Alertmanager's receiver {wanted} notifies nobody")


def _require_runbook(alert: Alert, name: str, rule: Rule, asker: Asker, asked: list[Question]) -> None:
    if not rule.runbook:
        raise Faulty("no-runbook", f"{name} links no runbook: it has no annotation runbook_url")
    for url in dict.fromkeys(filter(None, [rule.runbook, alert.runbook])):
        try:
            answer = asker.answer(url, asked)
        except Faulty as error:
            raise Faulty("no-runbook", f"the runbook of {name} cannot be opened: {error.fault.text}") from error
        if not 200 <= answer.status < 300:
            raise Faulty("no-runbook", f"the runbook of {name}, {shown(url)}, answered with {answer.status}")
