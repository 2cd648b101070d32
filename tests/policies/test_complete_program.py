"""The rules agree with one another: a small program that keeps all of them passes every gate, and each gap shows."""

import shutil
from pathlib import Path

import pytest
from make_examples import SEEDS, approve, people, write

from ray18.gates import Verdict
from ray18.policy import shipped_policies
from ray18.testing import examples_of_shipped, judge_of, transcript

HANDOVER = examples_of_shipped() / "handover-is-complete" / "pass" / "handover"
SERVICES = """\
services:
  - id: booking-api
    name: Booking API
    owner: platform
    tier: 1
    slos:
      - {name: availability, target_percent: 99.9}
    runbook: https://wiki.example.org/booking-api
    support_hours: office
  - {id: fax-gateway, name: Fax gateway, lifecycle: retired, owner: platform}
"""
PLAN = """\
title: Booking maintenance 2026
revision: 1
period: {start: 2026-01-01, end: 2026-12-31}
revisit_date: 2026-10-01
objectives:
  - Bookings work when people book
cadence:
  - {activity: Patch the hosts, rrule: FREQ=WEEKLY;BYDAY=TU, owner: platform}
release_windows:
  - {id: weekly, first: 2026-01-06, rrule: FREQ=WEEKLY, starts_at: "20:00", ends_at: "22:00", time_zone: Etc/UTC}
coverage:
  support_hours:
    - {id: office, time_zone: Europe/Lisbon, days: [Mon, Tue, Wed, Thu, Fri], starts_at: "09:00", ends_at: "18:00"}
  rotation: {members: [ana, ben]}
  services: [booking-api]
responsibilities:
  - {activity: Answer incidents, responsible: [platform], accountable: support-lead}
escalation:
  - {severity: Critical, levels: [{after_minutes: 0, contact: platform}, {after_minutes: 30, contact: support-lead}]}
  - {severity: High, levels: [{after_minutes: 0, contact: platform}]}
sla_commitments:
  - {service: booking-api, metric: availability, target_percent: 99.9, responsible: platform, what: Two zones}
  - {service: booking-api, metric: time-to-restore, target_minutes: 60, responsible: platform, what: On call}
kpis:
  - {id: mttr, name: Mean Time to Resolution, definition: Mean of all, target: <= 4 hours, owner: platform}
"""
GOVERNANCE = """\
kpi_reviews:
  - {metric: mttr, cadence: Weekly, owner: support-lead, next_review: 2026-06-08, report_template: weekly, status: Complete}
dashboards:
  - {id: booking, title: Booking, service: booking-api, url: "https://grafana.example.org/d/b", shows_slos: true, status: Complete}
alerts:
  - id: booking-down
    title: Booking is down
    service: booking-api
    severity: Critical
    objective: availability
    condition: no answer for 2 minutes
    receiver: platform
    runbook: https://wiki.example.org/booking-down
    status: Complete
report_templates:
  - {id: weekly, title: Weekly report, location: docs/weekly.md, status: Complete}
systems:
""" + "".join(
    f"  - {{kind: {kind}, name: {kind}, status: Complete, confirmed_by: ana, confirmed_on: 2026-05-20}}\n"
    for kind in ("monitoring", "ticketing", "knowledge-base", "escalation", "slo-dashboards")
)
ITEM = """\
id: {id}
title: {title}
source: {{kind: {kind}}}
maintenance_type: {type}
severity: High
priority: P2
owner: platform
service: booking-api
created: 2026-05-15
due: 2026-06-30
commitment: {{who: platform, what: As described, by: 2026-06-30}}
security: {{product: Git}}
scoring:
  inputs:
    - {{name: risk, value: 5, rationale: Seen twice a year}}
    - {{name: impact, value: 4, rationale: Every booking needs it}}
    - {{name: effort, value: 2, rationale: A week}}
  scored_by: ana
  scored_on: 2026-05-20
"""
DOCUMENTS = {"services.yaml": SERVICES, "plan.yaml": PLAN, "governance.yaml": GOVERNANCE}
GATES = ("prerequisites", "backlog", "approvals", "governance")


def complete(folder: Path) -> Path:
    """A program that keeps every rule, approved by everybody."""
    shutil.copytree(HANDOVER, folder / "handover")
    write(folder / "people.yaml", people() + "teams:\n  - {id: platform, name: Platform, members: [ana, ben]}\n")
    for path, text in DOCUMENTS.items():
        write(folder / path, text)
    for item in judge_of(folder).handover.items:
        fields = {
            "id": item.id,
            "title": "Handed over",
            "kind": item.source.kind,
            "type": item.maintenance_type,
        }
        write(folder / "backlog" / f"{item.id}.yaml", ITEM.format(**fields))
    for subject, person in zip(("scope", "staffing", "priorities", "remediation"), SEEDS, strict=True):
        approve(folder, subject, person)
    for person in SEEDS:
        approve(folder, "plan", person)
    return folder


def verdicts(folder: Path) -> dict[str, Verdict]:
    """The verdict of each gate."""
    judge = judge_of(folder)
    return {name: judge.gate(judge.pack.gate(name)).verdict for name in GATES}


def test_a_complete_program_passes_every_gate_without_a_warning(tmp_path: Path) -> None:
    judge = judge_of(complete(tmp_path))
    assert transcript(judge.program.problems) == ""
    assert transcript(judge.findings(shipped_policies().values())) == ""
    assert set(verdicts(tmp_path).values()) == {Verdict.PASSED}


@pytest.mark.parametrize("artifact", [path.name for path in sorted(HANDOVER.iterdir())])
def test_each_artifact_is_missed(artifact: str, tmp_path: Path) -> None:
    """The protocol stops while one is missing."""
    gone = complete(tmp_path) / "handover" / artifact
    shutil.rmtree(gone) if gone.is_dir() else gone.unlink()
    assert verdicts(tmp_path)["prerequisites"] is Verdict.FAILED


@pytest.mark.parametrize(
    "section", ["objectives", "cadence", "release_windows", "escalation", "sla_commitments", "kpis"]
)
def test_a_plan_without_one_of_its_sections_is_not_approvable(section: str, tmp_path: Path) -> None:
    """Even when everybody signs the incomplete plan."""
    start = PLAN.index(f"{section}:\n")
    end = next(
        (at for at in range(start + len(section) + 2, len(PLAN)) if PLAN[at - 1] == "\n" and PLAN[at] != " "),
        len(PLAN),
    )
    complete(tmp_path)
    shutil.rmtree(tmp_path / "approvals" / "plan")
    write(tmp_path / "plan.yaml", PLAN[:start] + PLAN[end:])
    for person in SEEDS:
        approve(tmp_path, "plan", person)
    judge = judge_of(tmp_path)
    result = judge.gate(judge.pack.gate("approvals"))
    assert result.verdict is Verdict.FAILED
    assert "plan-is-approved" not in {finding.policy for finding in result.findings}


def test_an_item_taken_out_of_the_backlog_is_missed(tmp_path: Path) -> None:
    """Deleting the one serious item is no way to pass."""
    (complete(tmp_path) / "backlog" / "SEC-CVE-2025-48384.yaml").unlink()
    assert verdicts(tmp_path)["backlog"] is Verdict.FAILED


def test_without_a_trusted_commit_no_approval_counts(tmp_path: Path) -> None:
    write(complete(tmp_path) / "unanchored.txt", "")
    found = verdicts(tmp_path)
    assert found.pop("approvals") is Verdict.FAILED
    assert set(found.values()) == {Verdict.PASSED}
