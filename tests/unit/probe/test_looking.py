"""What servers may answer, and what is made of it; the answers are canned here, real ones are in tests/cli/test_probe.py."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ray18.documents.governance import Governance
from ray18.documents.live_state import LiveState, Observed, shortcomings
from ray18.documents.settings import ProgramIdentity, Settings
from ray18.probe.asking import Asker
from ray18.probe.observing import observed, record
from ray18.subjects import meaning
from ray18.web import Answer, Unanswered
from ray18.yaml import load, render

PROGRAM = "11111111-2222-4333-8444-555555555555"
GOVERNANCE = Governance.model_validate(
    {
        "alerts": [
            {"id": "down", "title": "Down", "service": "b", "severity": "High", "receiver": "team", "rule": {"name": "Down"},
             "runbook": "https://wiki/ours"},
        ],
        "dashboards": [
            {"id": "board", "title": "B", "service": "b", "url": "https://g/d/uid1/x?orgId=1", "check": {"kind": "grafana"}},
            {"id": "page", "title": "P", "service": "b", "url": "https://p/board", "check": {"kind": "http"}},
        ],
        "systems": [
            {"kind": "monitoring", "name": "Prometheus", "url": "https://p/prom/", "check": {"kind": "prometheus"}},
            {"kind": "escalation", "name": "Alertmanager", "url": "https://a", "check": {"kind": "alertmanager"}},
            {"kind": "slo-dashboards", "name": "Grafana", "url": "https://g", "check": {"kind": "grafana"}},
            {"kind": "ticketing", "name": "Tickets", "url": "https://t",
             "check": {"kind": "http", "url": "https://t/health", "pointer": "/checks/0/ok", "equals": "true"}},
            {"kind": "knowledge-base", "name": "Not asked"},
        ],
    }
)  # fmt: skip
RULE = {
    "name": "Down", "type": "alerting", "health": "ok", "lastEvaluation": "2026-06-01T11:59:50.123456789Z",
    "labels": {"team": "b", "host": "{{ $labels.host }}"}, "annotations": {"runbook_url": "https://wiki/theirs"},
}  # fmt: skip
ROUTES = "route: {receiver: team}\nreceivers: [{name: team, slack_configs: [{channel: x}]}]\n"
GOOD: dict[str, Any] = {
    "https://p/prom/-/ready": "ready",
    "https://p/prom/api/v1/rules?type=alert": {"data": {"groups": [{"interval": 10, "rules": [RULE]}]}},
    "https://p/prom/api/v1/alertmanagers": {"data": {"activeAlertmanagers": [{"url": "http://a/"}]}},
    "https://a/-/ready": "ready",
    "https://a/api/v2/status": {"config": {"original": ROUTES}},
    "https://g/api/health": {"database": "ok"},
    "https://g/api/dashboards/uid/uid1": {"dashboard": {"uid": "uid1", "panels": [{}]}},
    "https://p/board": "a page",
    "https://t/health": {"checks": [{"ok": True}]},
    "https://wiki/theirs": "a page",
    "https://wiki/ours": "a page",
}


def looked(answers: Mapping[str, Any]) -> tuple[Observed, ...]:
    def ask(url: str, *_: Any) -> Answer:
        said = answers.get(url)
        if said is None:
            raise Unanswered(f"{url} cannot be reached")
        status, body = said if isinstance(said, tuple) else (200, said)
        content = (
            body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
        )
        return Answer(url, status, {"date": "Mon, 01 Jun 2026 12:00:00 GMT"}, content)

    return tuple(observed(GOVERNANCE, Asker(ask=ask)))


def faults(**changed: Any) -> dict[str, list[str]]:
    """What is faulty when some answers are others; they are named by the end of their address."""
    answers = dict(GOOD)
    for name, answer in changed.items():
        (url,) = (
            url for url in GOOD if url.partition("?")[0].replace("-/", "").rstrip("/").endswith(name.replace("_", "/"))
        )
        answers[url] = answer
    return {seen.id: [fault.code for fault in seen.faults] for seen in looked(answers) if not seen.works}


def rule(**fields: Any) -> dict[str, Any]:
    return {"data": {"groups": [{"interval": 10, "rules": [RULE | fields]}]}}


def test_when_all_is_well_nothing_is_faulty() -> None:
    assert faults() == {}
    seen = {entry.id: entry for entry in looked(GOOD)}
    assert list(seen) == ["Prometheus", "Alertmanager", "Grafana", "Tickets", "board", "page", "down"]
    assert [(asked.url, asked.status) for asked in seen["page"].asked] == [("https://p/board", 200)]


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({"v1_alertmanagers": {"data": {"activeAlertmanagers": []}}}, {"down": ["disconnected"]}),
        ({"v1_rules": {"data": {"groups": []}}}, {"down": ["not-loaded"]}),
        ({"v1_rules": rule(health="err", lastError="boom")}, {"down": ["unhealthy"]}),
        ({"v1_rules": rule(lastEvaluation="2026-06-01T11:59:30Z")}, {"down": ["stale"]}),
        ({"v1_rules": rule(lastEvaluation="2026-06-01T13:59:39.9+02:00")}, {}),
        ({"v1_rules": rule(lastEvaluation="0001-01-01T00:00:00Z", health="unknown")}, {"down": ["stale"]}),
        ({"v1_rules": rule(lastEvaluation="yesterday")}, {"down": ["stale"]}),
        ({"v1_rules": rule(annotations={})}, {"down": ["no-runbook"]}),
        ({"v1_rules": rule(annotations={"runbook": "https://wiki/theirs"})}, {}),
        ({"v1_rules": rule(annotations={"runbook_url": "ftp://x"})}, {"down": ["no-runbook"]}),
        ({"theirs": (404, "gone")}, {"down": ["no-runbook"]}),
        ({"ours": (500, "")}, {"down": ["no-runbook"]}),
        ({"v1_rules": (503, "busy")}, {"down": ["wrong-answer"]}),
        ({"v1_rules": b"\xff"}, {"down": ["wrong-answer"]}),
        ({"v1_rules": '{"data": NaN}'}, {"down": ["wrong-answer"]}),
        ({"v2_status": {"config": {"original": "route: [\n"}}}, {"down": ["wrong-answer"]}),
        ({"v2_status": {"config": {"original": ROUTES.replace("receiver: team", "receiver: x")}}}, {"down": ["unrouted"]}),
        ({"v2_status": {"config": {"original": ROUTES.replace("slack_configs", "other")}}}, {"down": ["silent-receiver"]}),
        ({"v2_status": None, "theirs": None}, {"down": ["unreachable", "no-runbook"]}),
        ({"prom_ready": (503, "")}, {"Prometheus": ["wrong-answer"]}),
        ({"api_health": {"database": "failing"}}, {"Grafana": ["wrong-answer"]}),
        ({"uid_uid1": (404, {"message": "Dashboard not found"})}, {"board": ["unknown-dashboard"]}),
        ({"uid_uid1": {"dashboard": {"uid": "uid1", "panels": []}}}, {"board": ["empty-dashboard"]}),
        ({"uid_uid1": {"dashboard": {"uid": "other", "panels": [{}]}}}, {"board": ["wrong-answer"]}),
        ({"t_health": {"checks": [{"ok": False}]}}, {"Tickets": ["wrong-answer"]}),
        ({"t_health": {"checks": []}}, {"Tickets": ["wrong-answer"]}),
        ({"p_board": (302, "")}, {"page": ["wrong-answer"]}),
    ],
)  # fmt: skip
def test_each_fault_is_found_and_no_other(changed: dict[str, Any], found: dict[str, list[str]]) -> None:
    assert faults(**changed) == found


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["data", "groups", "rules", "name", "config", "original", "dashboard", "labels"]), inner
        )
    ),
    max_leaves=12,
)


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(sorted(GOOD)), JSON | st.binary(max_size=30), st.sampled_from([200, 204, 404, 500]))
def test_whatever_a_server_answers_there_is_a_record(url: str, answer: Any, status: int) -> None:
    seen = looked({**GOOD, url: (status, answer)})
    state = record(PROGRAM, seen, datetime(2026, 6, 1, tzinfo=UTC))
    assert len(state.observations) == 7
    read = LiveState.model_validate(load(render(meaning(state))).value)
    assert read == state
    assert read.is_whole


def test_an_edited_record_an_old_one_and_one_of_something_else_do_not_count() -> None:
    program = Settings(program=ProgramIdentity(id=PROGRAM, title="x"))
    state = record(PROGRAM, looked(GOOD), datetime(2026, 6, 1, 23, 59, tzinfo=UTC))
    alert = GOVERNANCE.alerts[0]

    def why(told: LiveState, day: date, entry: Any = alert) -> tuple[str, ...]:
        return shortcomings([told], GOVERNANCE, entry, program, day)

    assert why(state, date(2026, 6, 8)) == ()
    assert why(state, date(2026, 6, 9)) == ("it was looked at 8 days ago; at most 7 are allowed",)
    assert why(state, date(2026, 5, 31)) == ("nobody looked whether it works",)
    assert why(state.model_copy(update={"tool": "by hand"}), date(2026, 6, 2)) == ("nobody looked whether it works",)
    other = alert.model_copy(update={"receiver": "somebody"})
    assert why(state, date(2026, 6, 2), other)[0].endswith("what is said of it here has changed since")
    done = alert.model_copy(update={"status": "Complete"})
    assert why(state, date(2026, 6, 2), done) == ()
