"""The open work as an OSCAL plan: trestle takes it, every reference leads somewhere, and no risk looks better than it is."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from conftest import AS_OF, ITEM, PROGRAM_ID, Program
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from programs import REASON, SECURITY_ITEM, decided, exported, filled, judged, plan_of, shape, strings, with_texts

from ray18.exports import as_bytes, export_named

STATUSES = {"open", "investigating", "remediating", "deviation-requested", "deviation-approved", "closed"}


def plan(value: Any) -> Any:
    """The plan as plain JSON, after trestle has read it and every reference in it was followed."""
    plan_of(value)
    (found,) = value.values()
    made = [entry for key, entry in pairs(found) if key == "uuid"]
    assert len(set(made)) == len(made), "a UUID names one thing"
    meant = [entry for key, entry in pairs(found) if key.endswith("-uuid")]
    meant += [entry for key, entries in pairs(found) if key == "party-uuids" for entry in entries]
    assert set(meant) <= set(made), "what is pointed at is there"
    roles = {role["id"] for role in found["metadata"]["roles"]}
    assert {entry for key, entry in pairs(found) if key == "role-id"} <= roles
    assert {risk["status"] for risk in found["risks"]} <= STATUSES
    assert found["system-id"]["id"] == PROGRAM_ID or len(found["system-id"]["id"]) == 36
    return found


def pairs(value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        return [*value.items(), *(pair for entry in value.values() for pair in pairs(entry))]
    return [pair for entry in value for pair in pairs(entry)] if isinstance(value, list) else []


def props(entry: Any) -> dict[str, str]:
    return {prop["name"]: prop["value"] for prop in entry["props"]}


def by_record(entries: Any) -> dict[str, Any]:
    return {props(entry)["record-id"]: entry for entry in entries}


def test_serious_security_and_incident_items_and_waivers_are_planned(
    program: Program, ray18, tmp_path, monkeypatch
) -> None:  # type: ignore[no-untyped-def]
    decided(program, ray18, tmp_path, monkeypatch)
    found = plan(exported(ray18, program, "oscal-poam", "--rev", "HEAD"))
    items = by_record(found["poam-items"])
    waiver = next(name for name in items if name.startswith("WV-"))
    assert sorted(items) == ["MB-1", "SEC-1", waiver], "TD-1 is small and about neither"
    assert found["metadata"]["last-modified"] == f"{AS_OF}T00:00:00Z"
    assert found["metadata"]["version"] == program.git("rev-parse", "HEAD")
    names = {party["short-name"]: party["type"] for party in found["metadata"]["parties"]}
    assert names == {"platform": "organization", "sam": "person", "sven": "person", "olga": "person", "pia": "person"}


def test_a_risk_carries_what_is_known_and_promised(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    filled(program)
    found = plan(exported(ray18, program, "oscal-poam"))
    risk = by_record(found["risks"])["SEC-1"]
    assert (risk["status"], risk["deadline"]) == ("remediating", "2026-05-31T23:59:59Z")
    facets = {facet["name"]: facet["value"] for facet in risk["characterizations"][0]["facets"]}
    assert facets == {
        "severity": "Critical",
        "priority": "P1",
        "cve-id": "CVE-2025-48384",
        "cwe-id": "CWE-125",
        "cvss-vector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "epss": "0.5",
    }
    (remediation,) = risk["remediations"]
    assert (remediation["lifecycle"], remediation["description"]) == ("planned", "Ship the patched parser.")
    (task,) = remediation["tasks"]
    assert task["timing"]["on-date"]["date"] == "2026-05-30T23:59:59Z"
    (component,) = [entry for entry in found["local-definitions"]["components"] if entry["type"] == "service"]
    assert component["title"] == "Shop"


def test_a_waiver_is_a_deviation_until_the_end_of_its_last_day(program: Program, ray18, tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    decided(program, ray18, tmp_path, monkeypatch)
    found = plan(exported(ray18, program, "oscal-poam"))
    risk = next(risk for name, risk in by_record(found["risks"]).items() if name.startswith("WV-"))
    assert (risk["status"], risk["description"], risk["deadline"]) == (
        "deviation-approved",
        REASON,
        "2026-06-10T23:59:59Z",
    )
    (entry,) = risk["risk-log"]["entries"]
    assert (entry["status-change"], entry["logged-by"][0]["role-id"]) == ("deviation-approved", "operations-director")
    (accepted,) = risk["remediations"]
    assert accepted["props"] == [{"name": "type", "value": "accept"}]
    item = by_record(found["risks"])["MB-1"]
    assert item["status"] == "open", "an excused finding is not an accepted risk"
    later = plan(exported(ray18, program, "oscal-poam", as_of="2026-06-11"))
    assert [name for name in by_record(later["risks"]) if name.startswith("WV-")] == []


@pytest.mark.parametrize(
    ("stated", "told"),
    [
        ("investigating", "investigating"),
        ("deviation-requested", "deviation-requested"),
        ("deviation-approved", "deviation-requested"),
        ("closed", "remediating"),
    ],
)
def test_no_risk_looks_better_than_the_records_prove(stated: str, told: str, program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    filled(program)
    program.write("backlog/SEC-1.yaml", f"{SECURITY_ITEM}  risk_state: {stated}\n")
    risk = by_record(plan(exported(ray18, program, "oscal-poam"))["risks"])["SEC-1"]
    assert risk["status"] == told
    assert props(risk)["stated-risk-state"] == stated


def test_a_deviation_with_a_waiver_is_approved(program: Program, ray18, tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    decided(program, ray18, tmp_path, monkeypatch)
    item = (program.root / "backlog/MB-1.yaml").read_text()
    program.write("backlog/MB-1.yaml", f"{item}security: {{risk_state: deviation-approved}}\n")
    risk = by_record(plan(exported(ray18, program, "oscal-poam"))["risks"])["MB-1"]
    assert risk["status"] == "deviation-approved"
    assert props(risk)["waived-by"].startswith("WV-")


def test_an_item_that_nobody_owns_or_dates_is_planned_without_promises(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    bare = "".join(line for line in ITEM.splitlines(True) if line.split(":")[0] not in {"severity", "owner", "due"})
    program.write("backlog/MB-1.yaml", bare)
    found = plan(exported(ray18, program, "oscal-poam"))
    (risk,) = found["risks"]
    assert "deadline" not in risk
    assert "remediations" not in risk
    assert "parties" not in found["metadata"]
    assert risk["statement"].startswith("Not rated yet")


def test_the_example_program_is_planned(tmp_path: Path, ray18) -> None:  # type: ignore[no-untyped-def]
    assert ray18("demo", tmp_path / "demo").status == 0
    found = plan(exported(ray18, Program(tmp_path / "demo"), "oscal-poam", "--rev", "HEAD", as_of="2026-03-16"))
    assert len(found["poam-items"]) == len(found["risks"]) == len(found["observations"]) > 20
    assert all("deadline" in risk for risk in found["risks"])


def test_nothing_to_plan_is_said_and_not_written(program: Program, ray18, tmp_path) -> None:  # type: ignore[no-untyped-def]
    program.write("backlog/MB-1.yaml", ITEM + "status: done\nclosed: 2026-05-20\nresolution: Renewed.\n")
    out = tmp_path / "poam.json"
    ran = ray18("evidence", "export", "oscal-poam", "--as-of", AS_OF, "-o", out, folder=program.root)
    assert ran.status == 3
    assert "OSCAL knows no empty plan" in ran.err
    assert not out.exists()


def test_two_records_with_one_id_stop_it(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    program.write("backlog/again/MB-1.yaml", ITEM)
    ran = ray18("evidence", "export", "oscal-poam", "--as-of", AS_OF, folder=program.root)
    assert ran.status == 3
    assert "MB-1 is the id of 2 records" in ran.err


def test_a_file_that_cannot_be_read_stops_it(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    program.write("backlog/SEC-9.yaml", "id: SEC-9\n")
    ran = ray18("evidence", "export", "oscal-poam", "--as-of", AS_OF, folder=program.root)
    assert ran.status == 3
    assert "backlog/SEC-9.yaml" in ran.err


def test_records_cannot_write_markup_into_the_plan(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    title = '[click](javascript:alert(1)) <img src=x> ![x](//evil) {{ insert: param, x }} `x` "q" \\'
    program.write("backlog/MB-1.yaml", ITEM.replace("Renew the certificate", json.dumps(title)))
    found = plan(exported(ray18, program, "oscal-poam"))
    titled = found["poam-items"][0]["title"]
    assert not re.search(r"(?<!\\)[\[\]<>`{}]", titled)
    assert re.sub(r"\\(.)", r"\1", titled) == f"MB-1: {title}"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(min_size=1) | st.text(st.sampled_from('"\\/{}[]:,\n\r\t\0\x1b\x7f\u2028\u202e<>`*_#-|~'), min_size=1))
def test_no_text_changes_the_shape_of_the_plan(program: Program, text: str) -> None:
    export = export_named("oscal-poam")
    judge = judged(program)
    plain, hostile = export.written(with_texts(judge, "plain")), export.written(with_texts(judge, text))
    content = as_bytes(hostile)
    assert json.loads(content) == hostile
    assert shape(hostile) == shape(plain)
    assert not [
        entry
        for entry in strings(hostile)
        if re.search("[\0-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202e\ud800-\udfff]", entry)
    ]
    if text.strip():
        plan_of(json.loads(content))
