"""Programs to export, and the tools of others that say whether an export is what it claims to be."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import AS_OF, ITEM, Program, Ran, key_file

from ray18.commands.place import open_judge
from ray18.gates import Judge

INTEROP = "it checks with other people's tools: pip install -e '.[interop]'"
SEATS = {
    "scope": {"operations-director": "olga"},
    "staffing": {"support-lead": "sam"},
    "priorities": {"product-owner": "pia"},
    "remediation": {"security-lead": "sven"},
    "plan": {"operations-director": "olga", "support-lead": "sam", "product-owner": "pia", "security-lead": "sven"},
}
PLAN = "title: P\nrevision: 1\nperiod: {start: 2026-01-01, end: 2026-12-31}\nrevisit_date: 2026-09-01\n"
SERVICES = """\
services:
  - {id: shop, name: Shop, owner: platform, tier: 1}
  - {id: fax, name: Fax, lifecycle: deprecated}
"""
TEAM = "teams:\n  - {id: platform, name: Platform, members: [sam]}\n"
SECURITY_ITEM = """\
id: SEC-1
title: Patch the parser
description: |
  The parser reads past its buffer.

  It is done when the fuzzer runs for a day.
source: {kind: security-risk, artifact: SECURITY-RISK-LOG.csv, locator: row 17}
maintenance_type: corrective
severity: Critical
priority: P1
owner: platform
service: shop
status: in-progress
created: 2026-05-01
due: 2026-05-31
commitment: {who: sven, what: Ship the patched parser., by: 2026-05-30}
security:
  cve: [CVE-2025-48384]
  cwe: [CWE-125]
  cvss: CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H
  epss: 0.5
"""
MINOR_ITEM = """\
id: TD-1
title: Tidy the comments
source: {kind: technical-debt}
maintenance_type: perfective
severity: Low
"""
REASON = "the vendor names a date next week"
Call = Callable[..., Ran]


def filled(program: Program) -> Program:
    """The test program with a plan, services, a team, and one item of each kind that matters here."""
    program.write("plan.yaml", PLAN)
    program.write("services.yaml", SERVICES)
    program.write("people.yaml", (program.root / "people.yaml").read_text() + TEAM)
    program.write("backlog/MB-1.yaml", ITEM.replace("due: 2026-07-01\n", ""))
    program.write("backlog/SEC-1.yaml", SECURITY_ITEM)
    program.write("backlog/TD-1.yaml", MINOR_ITEM)
    program.commit("fill")
    return program


def decided(program: Program, ray18: Call, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """The same, with every approval and a waiver that counts; all of it committed."""
    filled(program)
    for subject, seats in SEATS.items():
        for role, person in seats.items():
            program.approve(subject, person, role)
    monkeypatch.setattr("ray18.commands.waive.today", lambda: AS_OF)
    ran = ray18(
        "waive", "backlog", "--policy", "serious-item-has-due-date", "--item", "MB-1", "--reason", REASON,
        "--until", "2026-06-10", "--requested-by", "pia", "--yes", "--key", key_file(folder, "olga"), folder=program.root,
    )  # fmt: skip
    assert ran.status == 0, ran.err
    program.commit("decide")
    return program


def exported(ray18: Call, program: Program, name: str, *options: str | Path, as_of: object = AS_OF) -> Any:
    """What the command prints, read back."""
    ran = ray18("evidence", "export", name, "--as-of", as_of, *options, folder=program.root)
    assert ran.status == 0, ran.err
    return json.loads(ran.out)


def judged(program: Program, **where: Any) -> Judge:
    """The program, ready to be exported."""
    return open_judge(program.repository, as_of=AS_OF, **where)


def with_texts(judge: Judge, text: str) -> Judge:
    """The same program with this text wherever a backlog item has prose."""
    documents = [
        replace(entry, content=entry.content.model_copy(update={"title": text, "description": text}))
        if entry.kind == "backlog-item"
        else entry
        for entry in judge.program.documents
    ]
    return replace(judge, program=replace(judge.program, documents=tuple(documents)))


def statement_of(value: Any) -> Any:
    """The in-toto project's own reading of a Statement, validated by it."""
    read = pytest.importorskip("in_toto_attestation.v1.statement_pb2", reason=INTEROP)
    from google.protobuf import json_format
    from in_toto_attestation.v1.statement import Statement

    message = json_format.ParseDict(value, read.Statement())
    Statement.copy_from_pb(message).validate()
    assert json_format.MessageToDict(message)["subject"] == value["subject"]
    return message


def plan_of(value: Any) -> Any:
    """trestle's own reading of an OSCAL plan: it refuses what the schema does not have."""
    poam = pytest.importorskip("trestle.oscal.poam", reason=INTEROP)
    return poam.Model.model_validate(value).plan_of_action_and_milestones


def strings(value: Any) -> Iterator[str]:
    """Every text in a JSON value, keys not counted."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for entry in value.values() for text in strings(entry))
    elif isinstance(value, list):
        yield from (text for entry in value for text in strings(entry))


def shape(value: Any) -> Any:
    """A JSON value without its texts: what a text must never change."""
    if isinstance(value, dict):
        return {key: shape(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [shape(entry) for entry in value]
    return type(value).__name__
