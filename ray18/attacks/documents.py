"""The files of the stage's program: small, and complete enough for every approval to be possible."""

SETTINGS = """\
version: 1
program:
  id: 11111111-2222-4333-8444-555555555555
  title: Ferry booking
protected_branch: main
approvals:
  observers: [robo]
policies:
  folder: rules
  gates: {governance: [plan-names-ferries]}
"""
SCHEMAS = """\
schemas:
  folder: forms
  kinds: [governance]
"""
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
report_templates:
  - {id: weekly, title: Weekly report, location: docs/weekly.md, status: Complete}
"""
ITEM = """\
id: MB-1
title: Renew the certificate
source: {kind: other}
maintenance_type: preventive
severity: High
priority: P1
owner: platform
service: booking-api
created: 2026-05-01
due: 2026-06-30
"""
SECOND_ITEM = ITEM.replace("MB-1", "MB-2").replace("Renew the certificate", "Rotate the tokens")
DOCUMENTS = {
    "services.yaml": SERVICES,
    "plan.yaml": PLAN,
    "governance.yaml": GOVERNANCE,
    "backlog/MB-1.yaml": ITEM,
    "backlog/MB-2.yaml": SECOND_ITEM,
    "README.md": "# Ferry booking\n",
}
POLICY = '''\
"""The plan is about ferries.

Remedy: name them.
"""

from collections.abc import Iterator

from ray18.documents.document import Document
from ray18.documents.plan import Plan
from ray18.findings import Finding

COUNTED = "plans about something else"
ACTION = "name the ferries"


def check(plan: Document[Plan]) -> Iterator[Finding]:
    if not plan.content.title:
        yield plan.finding("this plan is about something else")
'''
TEAM_FILES = {
    "rules/plan-names-ferries.py": POLICY,
    "forms/governance.schema.json": '{"type": "object", "required": ["kpi_reviews"]}\n',
}
