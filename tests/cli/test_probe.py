"""Live systems as they are: a real Prometheus, Alertmanager, ticket server and wiki, and what gates make of what was seen.

Debian's packages `prometheus` and `prometheus-alertmanager`; for tickets and wiki a virtual environment with `roundup` and
`otterwiki`, named by RAY18_LIVE. What is not installed is skipped.
"""

import contextlib
import http.server
import json
import os
import shutil
import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ray18.commands.place import open_judge, today
from ray18.evidence import governance_checklist

START = 5.0
"""Seconds in which Prometheus and Alertmanager must be ready; four times as long for any server."""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def said(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=2) as answer:
        return answer.read()


@contextlib.contextmanager
def running(command: list[str], folder: Path, ready: str, **environment: str) -> Iterator[float]:
    """A server while it is needed; the seconds until it answered at `ready`."""
    began = time.monotonic()
    with (folder / f"{Path(command[0]).name}.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, env=os.environ | environment)
        try:
            while time.monotonic() - began < 4 * START:
                assert process.poll() is None, Path(log.name).read_text()[-2000:]
                with contextlib.suppress(OSError):
                    said(ready)
                    break
                time.sleep(0.05)
            else:
                raise AssertionError(Path(log.name).read_text()[-2000:])
            yield time.monotonic() - began
        finally:
            process.terminate()
            process.wait(10)


@pytest.fixture(scope="module")
def runbooks() -> Iterator[str]:
    """A page server that knows one page."""

    class Pages(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/booking" else 404)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


TWICE = '(label_replace(vector(1), "a", "1", "", "") or label_replace(vector(1), "a", "2", "", ""))'
EXPRESSIONS = {"BookingDown": "vector(1) > 0", "Unhealthy": f"{TWICE} * on() {TWICE}"}


def rules(runbook: str) -> str:
    """Alerts in JSON, which is YAML: one that is as it must be, one for each fault that can be injected."""

    def rule(name: str, team: str = "booking", link: str = f"{runbook}/booking") -> dict[str, Any]:
        return {
            "alert": name,
            "expr": EXPRESSIONS.get(name, "vector(1) > 2"),
            "labels": {"severity": "page", **({"team": team} if team else {})},
            "annotations": {"runbook_url": link} if link else {},
        }

    fast = [
        rule("BookingDown"),
        rule("Unhealthy"),
        rule("Unrouted", team="payments"),
        rule("RoutedByLuck", team=""),
        rule("Silent", team="archive"),
        rule("WithoutRunbook", link=""),
        rule("DeadRunbook", link=f"{runbook}/gone"),
    ]
    groups = [
        {"name": "fast", "interval": "1s", "rules": fast},
        {"name": "slow", "interval": "24h", "rules": [rule("Stale")]},
    ]
    return json.dumps({"groups": groups})


ROUTES = {
    "route": {
        "receiver": "default",
        "routes": [
            {"matchers": ['team="booking"', 'severity=~"page|ticket"'], "receiver": "booking-pager"},
            {"match": {"team": "archive"}, "receiver": "archive"},
        ],
    },
    "receivers": [
        {"name": "default", "webhook_configs": [{"url": "http://127.0.0.1:9/"}]},
        {"name": "booking-pager", "webhook_configs": [{"url": "http://127.0.0.1:9/"}]},
        {"name": "archive"},
    ],
}


@dataclass
class Monitoring:
    prometheus: str
    alertmanager: str
    started: tuple[float, float]


@pytest.fixture(scope="module")
def monitoring(runbooks: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Monitoring]:
    """Prometheus and Alertmanager, connected."""
    for program in ("prometheus", "prometheus-alertmanager"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    folder = tmp_path_factory.mktemp("monitoring")
    there, here = free_port(), free_port()
    (folder / "rules.yml").write_text(rules(runbooks))
    (folder / "alertmanager.yml").write_text(json.dumps(ROUTES))
    targets = [{"static_configs": [{"targets": [f"127.0.0.1:{there}"]}]}]
    config = {
        "global": {"evaluation_interval": "1s"},
        "rule_files": ["rules.yml"],
        "alerting": {"alertmanagers": targets},
    }
    (folder / "prometheus.yml").write_text(json.dumps(config))
    alertmanager = ["prometheus-alertmanager", "--config.file=alertmanager.yml", "--storage.path=silences",
                    f"--web.listen-address=127.0.0.1:{there}", "--cluster.listen-address="]  # fmt: skip
    prometheus = ["prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=series",
                  f"--web.listen-address=127.0.0.1:{here}"]  # fmt: skip
    with (
        running(prometheus, folder, f"http://127.0.0.1:{here}/-/ready") as first,
        running(alertmanager, folder, f"http://127.0.0.1:{there}/-/ready") as second,
    ):
        until = time.monotonic() + 15  # Prometheus takes up what it discovers every five seconds
        while time.monotonic() < until and b'"url"' not in said(f"http://127.0.0.1:{here}/api/v1/alertmanagers"):
            time.sleep(0.1)
        yield Monitoring(f"http://127.0.0.1:{here}", f"http://127.0.0.1:{there}", (first, second))


def governance(systems: str, alerts: Mapping[str, str]) -> str:
    """One alert for each name of a rule, called by `id`."""
    entries = "".join(
        f"  - {{id: {alert}, title: {rule}, service: booking-api, severity: Critical, condition: broken,\n"
        f"     receiver: booking, runbook: 'https://runbooks.example/', status: Complete,\n"
        f"     rule: {{name: {rule}, receiver: booking-pager}}}}\n"
        for alert, rule in alerts.items()
    )
    return f"systems:\n{systems}alerts:\n{entries}".replace(", runbook: 'https://runbooks.example/'", "")


def allow(program: Any, more: str = "") -> None:
    """Lets the rules in force ask this machine."""
    settings = (program.root / "ray18.yaml").read_text()
    program.restart("ray18.yaml", f"{settings}probe:\n  allow: [127.0.0.1]\n{more}")


ALERTS = {
    "fine": "BookingDown", "unloaded": "Gone", "unhealthy": "Unhealthy", "stale": "Stale", "unrouted": "Unrouted",
    "by-luck": "RoutedByLuck", "runbook-less": "WithoutRunbook", "dead-runbook": "DeadRunbook",
}  # fmt: skip


def test_an_active_alert_is_told_from_each_that_only_looks_like_one(program, ray18, monitoring: Monitoring) -> None:  # type: ignore[no-untyped-def]
    assert max(monitoring.started) < START
    allow(program)
    systems = (
        f"  - {{kind: monitoring, name: Prometheus, url: '{monitoring.prometheus}', check: {{kind: prometheus}}}}\n"
        f"  - {{kind: escalation, name: Alertmanager, url: '{monitoring.alertmanager}', check: {{kind: alertmanager}}}}\n"
    )
    program.write("governance.yaml", governance(systems, ALERTS))
    asked = ray18("probe", "--format", "json", folder=program.root)
    told = json.loads(asked.out)
    found = {seen["id"]: [fault["code"] for fault in seen["faults"]] for seen in told["state"]["observations"]}
    assert found == {
        "Prometheus": [],
        "Alertmanager": [],
        "fine": [],
        "unloaded": ["not-loaded"],
        "unhealthy": ["unhealthy"],
        "stale": ["stale"],
        "unrouted": ["unrouted"],
        "by-luck": ["unrouted"],
        "runbook-less": ["no-runbook"],
        "dead-runbook": ["no-runbook"],
    }
    assert asked.status == 1
    day = told["state"]["observed_on"]
    judged = ray18("gate", "governance", "--as-of", day, "--format", "json", folder=program.root)
    findings = json.loads(judged.out)["gates"][0]["findings"]
    seen = {entry["item"] for entry in findings if entry["policy"] == "alert-was-seen-active"}
    assert seen == set(ALERTS) - {"fine"}


def test_a_receiver_that_calls_nobody_is_no_receiver(program, ray18, monitoring: Monitoring) -> None:  # type: ignore[no-untyped-def]
    allow(program)
    systems = (
        f"  - {{kind: monitoring, name: P, url: '{monitoring.prometheus}', check: {{kind: prometheus}}}}\n"
        f"  - {{kind: escalation, name: A, url: '{monitoring.alertmanager}', check: {{kind: alertmanager}}}}\n"
    )
    text = governance(systems, {"silent": "Silent"}).replace("booking-pager", "archive")
    program.write("governance.yaml", text)
    asked = ray18("probe", "--dry-run", folder=program.root)
    assert "silent-receiver: Alertmanager's receiver archive notifies nobody" in asked.out
    assert not (program.root / "live-states").exists()


def live(name: str) -> str:
    """A program of the environment with the servers."""
    path = Path(os.environ.get("RAY18_LIVE", "/nonexistent")) / "bin" / name
    if not path.exists():
        pytest.skip("RAY18_LIVE names no environment with roundup and otterwiki")
    return str(path)


TICKETS = """
from wsgiref.simple_server import make_server
from roundup.cgi.wsgi_handler import RequestDispatcher
make_server("127.0.0.1", PORT, RequestDispatcher("tracker")).serve_forever()
"""


def test_a_real_ticket_server_is_seen_to_answer(program, ray18, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    python, admin, port = live("python"), live("roundup-admin"), free_port()
    subprocess.run(
        [admin, "-i", "tracker", "install", "classic", "anydbm"], cwd=tmp_path, check=True, capture_output=True
    )
    config = (tmp_path / "tracker/config.ini").read_text()
    for name, value in (("web", f"http://127.0.0.1:{port}/"), ("domain", "example.org"), ("host", "localhost")):
        lines = [
            f"{name} = {value}" if line.strip("# ").startswith(f"{name} =") else line for line in config.split("\n")
        ]
        config = "\n".join(lines)
    (tmp_path / "tracker/config.ini").write_text(config)
    with (tmp_path / "tracker/schema.py").open("a") as schema:
        schema.write("\ndb.security.addPermissionToRole('Anonymous', 'Rest Access')\n")
    subprocess.run([admin, "-i", "tracker", "initialise", "pw"], cwd=tmp_path, check=True, capture_output=True)
    allow(program)
    address = f"http://127.0.0.1:{port}"
    check = f"check: {{kind: http, url: '{address}/rest/', pointer: /data/default_version, equals: '1'}}"
    program.write("governance.yaml", f"systems:\n  - {{kind: ticketing, name: Roundup, url: '{address}/', {check}}}\n")
    with running([python, "-c", TICKETS.replace("PORT", str(port))], tmp_path, f"{address}/"):
        seen = ray18("probe", folder=program.root)
    assert (seen.status, "works   system     Roundup" in seen.out) == (0, True), seen.out
    gone = ray18("probe", "--dry-run", folder=program.root)
    assert (gone.status, "unreachable" in gone.out) == (1, True)


def test_pages_of_a_real_wiki_are_told_from_missing_ones(program, ray18, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    flask, port = live("flask"), free_port()
    wiki = tmp_path / "wiki"
    wiki.mkdir()
    (wiki / "booking.md").write_text("# Booking\nRestart it.\n")
    for command in (
        ["init", "-q"],
        ["add", "-A"],
        ["-c", "user.name=w", "-c", "user.email=w@x", "commit", "-qm", "page"],
    ):
        subprocess.run(["git", *command], cwd=wiki, check=True)
    (tmp_path / "settings.cfg").write_text(
        f"REPOSITORY = {str(wiki)!r}\nSECRET_KEY = '0123456789abcdef'\n"
        f"SQLALCHEMY_DATABASE_URI = 'sqlite:///{tmp_path}/wiki.sqlite'\n"
    )
    allow(program)
    address = f"http://127.0.0.1:{port}"
    program.write(
        "governance.yaml",
        "systems:\n"
        f"  - {{kind: knowledge-base, name: There, url: '{address}/Booking', check: {{kind: http}}}}\n"
        f"  - {{kind: knowledge-base, name: Gone, url: '{address}/Payments', check: {{kind: http}}}}\n",
    )
    serve = [flask, "--app", "otterwiki.server", "run", "-p", str(port)]
    with running(serve, tmp_path, f"{address}/Booking", OTTERWIKI_SETTINGS=str(tmp_path / "settings.cfg")):
        seen = ray18("probe", folder=program.root)
    assert seen.status == 1
    assert "works   system     There\nFAULTY  system     Gone\n        wrong-answer: " in seen.out


def test_a_token_goes_to_its_host_alone_and_is_never_written(program, ray18, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    """A proposal names where to ask; whom a token is for, only the rules in force say."""
    got: list[str | None] = []

    class Grafana(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            got.append(self.headers.get("Authorization"))
            known = {"/api/health": {"database": "ok"}, "/api/dashboards/uid/booking": {"dashboard": BOARD}}
            body = json.dumps(known.get(self.path, {"message": "Dashboard not found"})).encode()
            self.send_response(200 if self.path in known else 404)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Grafana)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    allow(program, f"  tokens: {{'127.0.0.1:{server.server_port}': GRAFANA_TOKEN}}\n")
    program.write(
        "governance.yaml",
        f"systems:\n  - {{kind: slo-dashboards, name: G, url: '{address}', check: {{kind: grafana}}}}\n"
        "dashboards:\n"
        f"  - {{id: booking, title: B, service: b, url: '{address}/d/booking/x', check: {{kind: grafana}}}}\n"
        f"  - {{id: gone, title: B, service: b, url: '{address}/d/gone', check: {{kind: grafana}}}}\n",
    )
    monkeypatch.delenv("GRAFANA_TOKEN", raising=False)
    assert ray18("probe", folder=program.root).status == 2
    monkeypatch.setenv("GRAFANA_TOKEN", "s3cr3t")
    seen = ray18("probe", folder=program.root)
    server.shutdown()
    server.server_close()
    assert set(got) == {"Bearer s3cr3t"}
    assert "unknown-dashboard: Grafana knows no dashboard gone" in seen.out
    (record,) = (program.root / "live-states").iterdir()
    assert "s3cr3t" not in seen.out + seen.err + record.read_text()
    checklist = {entry["title"]: entry["seen"] for entry in checklist_of(program) if entry["detail"] != address}
    assert checklist == {
        "B": {"on": record.stem[-10:], "works": False, "faults": ["Grafana knows no dashboard gone"]},
    }
    governance = (program.root / "governance.yaml").read_text()
    program.write("governance.yaml", governance.replace("/d/gone", "/d/elsewhere"))
    assert [entry["seen"] for entry in checklist_of(program)].count(None) == 1


def checklist_of(program: Any) -> list[dict[str, Any]]:
    """The evidence of what is set up, as of today."""
    made = governance_checklist.written(open_judge(program.repository, as_of=today()))
    assert made is not None
    return json.loads(made)["checklist"]  # type: ignore[no-any-return]


BOARD = {"uid": "booking", "title": "Booking", "panels": [{"type": "graph"}]}


def test_a_proposal_cannot_open_the_way_to_this_machine(program, ray18, runbooks: str) -> None:  # type: ignore[no-untyped-def]
    program.write("ray18.yaml", (program.root / "ray18.yaml").read_text() + "probe:\n  allow: [127.0.0.1]\n")
    program.write(
        "governance.yaml",
        f"systems:\n  - {{kind: ticketing, name: T, url: '{runbooks}/booking', check: {{kind: http}}}}\n",
    )
    seen = ray18("probe", "--dry-run", folder=program.root)
    assert (seen.status, "127.0.0.1 is not a public address" in seen.out) == (1, True)


def test_nothing_to_ask_is_a_usage_error(program, ray18) -> None:  # type: ignore[no-untyped-def]
    assert ray18("probe", folder=program.root).status == 2
    program.write("governance.yaml", "systems: []\n")
    assert ray18("probe", folder=program.root).status == 2
