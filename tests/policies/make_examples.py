"""Makes the examples that nobody can write by hand: signed approval records, an archive and a workbook.

The files are kept in the repository; run this again when the form of the records changes:
`python tests/policies/make_examples.py`. The keys are made from fixed seeds and speak for nobody.
"""

import hashlib
import shutil
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from openpyxl import Workbook

from ray18.approvals import NAMESPACE, record_path
from ray18.documents.approval import Approval, Condition
from ray18.documents.governance import Governance
from ray18.documents.live_state import LiveState, Observed, basis, named
from ray18.probe.observing import record, things
from ray18.sshsig import sign
from ray18.subjects import ROLES, digest, meaning, signed_bytes
from ray18.testing import SETTINGS, judge_of, run_policy, transcript
from ray18.yaml import load, render

HERE = Path(__file__).parents[2] / "policies" / "examples"
SEEDS = {"ana": 1, "ben": 2, "chen": 3, "dora": 4}
ROLE_OF = dict(zip(SEEDS, ROLES, strict=True))
NAMES = {"ana": "Ana Lopes", "ben": "Ben Okafor", "chen": "Chen Wei", "dora": "Dora Maier"}
PLAN = """\
title: Booking maintenance 2026
revision: 1
period: {start: 2026-01-01, end: 2026-12-31}
revisit_date: 2026-10-01
"""
ITEM = """\
id: SEC-1
title: Link following in the Git client
source: {kind: security-risk}
maintenance_type: corrective
severity: High
priority: P1
"""
PROGRAM = "11111111-0000-4000-8000-000000000000"
OTHER = "0123456789abcdef" * 4


def key(person: str) -> Ed25519PrivateKey:
    """The example key of a person."""
    return Ed25519PrivateKey.from_private_bytes(bytes([SEEDS[person]]) * 32)


def write(path: Path, text: str) -> None:
    """A file, with its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def people(*without: str) -> str:
    """A people file in which each person holds one role; roles of `without` are held by nobody."""
    lines = ["people:"]
    for person, name in NAMES.items():
        public = key(person).public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
        lines += [f"  - id: {person}", f"    name: {name}", "    keys:", f"      - key: {public}"]
    lines.append("roles:")
    lines += [f"  {role}: [{person}]" for person, role in ROLE_OF.items() if person not in without]
    return "\n".join(lines) + "\n"


def approve(
    folder: Path, subject: str, person: str, *, signer: str | None = "", stale: bool = False, **fields: Any
) -> None:
    """A decision about a subject as the folder has it now; `signer`: somebody else, or None for nobody."""
    sections = dict(judge_of(folder).approvals.sections[subject])
    if stale:
        sections = dict.fromkeys(sections, OTHER)
    known: dict[str, Any] = {
        "digest": digest(subject, sections),
        "sections": sections,
        "decision": "approved",
    }
    record = Approval(
        program=SETTINGS.program.id,
        subject=subject,
        role=ROLE_OF[person],
        person=person,
        decided_on=date(2026, 5, 20),
        **{**known, **fields},
    )
    path = folder / record_path("approvals", record)
    write(path, as_yaml(record))
    if signer is not None:
        signature = sign(key(signer or person), signed_bytes(record), NAMESPACE)
        write(Path(f"{path}.sig"), signature.decode())


def as_yaml(record: Approval) -> str:
    """The record as a file holds it; conditions on one line each."""
    lines = []
    for name, value in meaning(record).items():
        if isinstance(value, list):
            entries = ("{" + ", ".join(f"{k}: {v}" for k, v in entry.items()) + "}" for entry in value)
            lines += [f"{name}:", *(f"  - {entry}" for entry in entries)]
        elif isinstance(value, dict):
            lines += [f"{name}:", *(f"  {key}: {entry!r}" for key, entry in value.items())]
        else:
            lines.append(f"{name}: {value}")
    return "\n".join(lines) + "\n"


def plan_is_approved() -> None:
    """All four leads approve; then: no decision, an old state, a rejection, and a role that nobody holds."""
    good, bad = HERE / "plan-is-approved" / "pass", HERE / "plan-is-approved" / "fail"
    for folder in (good, bad):
        shutil.rmtree(folder / "approvals", ignore_errors=True)
        write(folder / "plan.yaml", PLAN)
        write(folder / "people.yaml", people(*(["dora"] if folder is bad else [])))
    for person in SEEDS:
        approve(good, "plan", person)
    approve(bad, "plan", "ben", stale=True)
    approve(bad, "plan", "chen", decision="rejected", comment="Too few release windows")


def rules_are_kept() -> None:
    """A key is added for the security lead: agreed to by nobody, in a proposal, then on the branch itself."""
    added = people().replace("    name: Dora Maier", "    name: Dora Maier\n    email: dora@example.org")
    loosened = people().replace("  security-lead: [dora]", "  security-lead: [dora, ben]")
    for policy, merged in (("rule-change-is-agreed", False), ("history-is-intact", True)):
        good, bad = (HERE / policy / name for name in ("pass", "fail"))
        for folder, text in ((good, added), (bad, loosened)):
            shutil.rmtree(folder, ignore_errors=True)
            write(folder / "people.yaml", text)
            settings = f"program: {{id: {SETTINGS.program.id}, title: {SETTINGS.program.title}}}\n"
            write(folder / "ray18.yaml", settings)
            write(folder / "history" / "1" / "ray18.yaml", settings)
            write(folder / "history" / "1" / "people.yaml", people())
            if merged:
                write(folder / "history" / "2" / "ray18.yaml", settings)
                write(folder / "history" / "2" / "people.yaml", text)
        write(bad / "expected.txt", transcript(run_policy(policy, bad)))


def prerequisites_are_approved() -> None:
    """Each lead approves one subject; then: conditions, another's key, run out, and not signed."""
    good, bad = (HERE / "prerequisites-are-approved" / name for name in ("pass", "fail"))
    for folder in (good, bad):
        shutil.rmtree(folder / "approvals", ignore_errors=True)
        write(folder / "plan.yaml", PLAN)
        write(folder / "backlog" / "SEC-1.yaml", ITEM)
        write(folder / "people.yaml", people())
    for subject, person in zip(("scope", "staffing", "priorities", "remediation"), SEEDS, strict=True):
        approve(good, subject, person)
    condition = Condition(id="budget", text="The budget is granted", owner="ana", due=date(2026, 7, 1))
    approve(bad, "scope", "ana", decision="approved-with-conditions", conditions=(condition,))
    approve(bad, "staffing", "ben", signer="ana")
    approve(bad, "priorities", "chen", valid_until=date(2026, 5, 31))
    approve(bad, "remediation", "dora", signer=None)


def handover_is_complete() -> None:
    """All nine artifacts, each as small as it can be."""
    folder = HERE / "handover-is-complete" / "pass" / "handover"
    record = (HERE / "handover-sla-has-commitment/pass/handover/operational-handover-record.json").read_text()
    write(folder / "operational-handover-record.json", record)
    write(
        folder / "knowledge-transfer-feedback.json",
        '{"gaps": [{"id": "KG-1", "topic": "Restores", "severity": "high"}]}\n',
    )
    baseline = (HERE / "baseline-is-current/pass/handover/OBSERVABILITY-BASELINE.md").read_text()
    write(folder / "OBSERVABILITY-BASELINE.md", baseline)
    write(
        folder / "INCIDENT-POSTMORTEMS" / "PM2026-001.md",
        "# Logs stopped\n\n## Action Items\n\n- Alert when logs stop\n",
    )
    write(
        folder / "PERFORMANCE-IMPROVEMENT-BACKLOG.json",
        '{"items": [{"id": "PERF-1", "title": "Cache the fares"}]}\n',
    )
    write(
        folder / "TECH-DEBT-REGISTER.md",
        "# Technical debt\n\n## 1. Analytics module\n\n**Problem:** It is one file.\n",
    )
    write(
        folder / "SECURITY-RISK-LOG.csv",
        "Risk ID,Product,Title,Severity\nCVE-2025-48384,Git,Link following,High\n",
    )
    archive(folder / "CLOSURE-PACKAGE.zip", {"README.md": b"The closure package.\n"})
    if (folder / "SERVICE-CATALOG.xlsx").exists():
        return  # a workbook is never the same twice: its archive holds the time
    catalog = Workbook()
    services = catalog.create_sheet("Services", 0)
    services.append(["Service ID", "Name", "Tier", "Owner"])
    services.append(["booking-api", "Booking API", "1", "platform"])
    catalog.properties.created = catalog.properties.modified = datetime(2026, 5, 20)
    catalog.save(folder / "SERVICE-CATALOG.xlsx")


def archive(path: Path, members: dict[str, bytes]) -> None:
    """A zip file with a manifest of its members."""
    manifest = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in members.items())
    with zipfile.ZipFile(path, "w") as target:
        for name, content in (*members.items(), ("MANIFEST.sha256", manifest.encode())):
            target.writestr(zipfile.ZipInfo(f"closure/{name}", (2026, 5, 20, 12, 0, 0)), content)


def live_states() -> None:
    """What was seen of the systems, dashboards and alerts of an example: four days ago, with a fault, too long ago, later."""
    broken = {
        "system-was-reached": (
            "Wiki",
            "unreachable",
            "https://wiki.example.org/ cannot be reached: Connection refused",
        ),
        "dashboard-was-reached": ("payments-overview", "unknown-dashboard", "Grafana knows no dashboard payments"),
        "alert-was-seen-active": ("payments-down", "unrouted", "PaymentsDown is routed to default, not to payments"),
    }
    for policy, fault in broken.items():
        seen = _seen(HERE / policy / "pass")
        faulty = _seen(HERE / policy / "pass", fault)
        days = {
            "pass": (28, seen),
            "fail": (28, faulty),
            "fail-too-old": (20, seen),
            "fail-said-otherwise-since": (28, seen),
        }
        for example, (day, told) in days.items():
            _write_state(
                HERE / policy / example, record(SETTINGS.program.id, told, datetime(2026, 5, day, 6, tzinfo=UTC))
            )
        late = record(SETTINGS.program.id, seen, datetime(2026, 6, 2, 6, tzinfo=UTC))
        _write_state(HERE / policy / "fail-never-looked", late)
    seen, moment = _seen(HERE / "system-was-reached/pass"), datetime(2026, 5, 28, 6, tzinfo=UTC)
    good, other = record(SETTINGS.program.id, seen, moment), record(PROGRAM, seen, moment)
    folder = HERE / "live-state-is-whole"
    _write_state(folder / "pass", good)
    _write_state(folder / "fail", good.model_copy(update={"observations": ()}))
    _write_state(folder / "fail-other-program", other)
    _write_state(folder / "fail-other-day", good.model_copy(update={"id": "LS-2026-05-29"}), good.id)


def _seen(folder: Path, *faults: tuple[str, str, str]) -> tuple[Observed, ...]:
    """Everything that an example's governance says how to ask for, working but for some faults (name, code, text)."""
    content = load((folder / "governance.yaml").read_bytes()).value
    governance = Governance.model_validate(content)
    found = []
    for entry in things(governance):
        subject, name = named(entry)
        own = [{"code": code, "text": text} for of, code, text in faults if of == name]
        fields = {"subject": subject, "id": name, "basis": basis(governance, entry), "works": not own, "faults": own}
        found.append(Observed.model_validate(fields))
    return tuple(found)


def _write_state(folder: Path, state: LiveState, name: str = "") -> None:
    write(folder / f"live-states/{name or state.id}.yaml", render(meaning(state)).decode())


if __name__ == "__main__":
    live_states()
    plan_is_approved()
    rules_are_kept()
    prerequisites_are_approved()
    handover_is_complete()
