"""The JSON Schemas judge as the models do, so that an editor and RAY-18 never disagree."""

import copy
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from ray18.documents import KINDS, kind
from ray18.schema import lint, schema_of, validator
from ray18.yaml import load

EXAMPLE = Path(__file__).parents[2] / "example-repo"
SAMPLES: dict[str, list[Any]] = {
    "settings": [load((EXAMPLE / "ray18.yaml").read_bytes()).value],
    "people": [load((EXAMPLE / "people.yaml").read_bytes()).value],
    "services": [load((EXAMPLE / "services.yaml").read_bytes()).value],
    "plan": [load((EXAMPLE / "plan.yaml").read_bytes()).value],
    "governance": [load((EXAMPLE / "governance.yaml").read_bytes()).value],
    "schedule": [
        load((EXAMPLE / "schedule.yaml").read_bytes()).value,
        {
            "capacity": [
                {"who": "ana", "skill": "dba", "hours_per_week": 4, "first": "2026-03-16", "last": "2026-04-16"}
            ],
            "carry_over": False,
            "default_hours": 8,
            "late_factor": 3,
            "unplanned_weeks": 4,
            "closed": [{"window": "weekly", "day": "2026-03-18"}],
            "planned": [{"item": "TD-21", "window": "weekly", "day": "2026-03-18"}],
        },
    ],
    "rota": [
        {
            "first": "2026-03-16",
            "handover_time": "10:00",
            "time_zone": "Europe/Oslo",
            "members": [{"person": "ana", "junior": True, "skills": ["dba"], "shifts": ["day"], "share": 0.5}],
            "shifts": [{"id": "night", "starts_at": "20:00", "ends_at": "08:00", "night": True}],
            "skills": ["dba"],
            "rest_turns": 1,
            "max_share": 0.5,
            "share_turns": 4,
            "leave": [{"person": "ana", "first": "2026-03-16", "last": "2026-03-20"}],
            "wishes": [{"person": "ana", "first": "2026-05-01", "last": "2026-05-01", "wish": "prefer", "weight": 3}],
            "holidays": [{"name": "Easter", "first": "2026-04-03", "last": "2026-04-06", "weight": 2}],
            "turns": [{"first": "2026-03-16", "shift": "night", "primary": "ana", "secondary": "ben", "fixed": True}],
        }
    ],
    "ranking": [load(path.read_bytes()).value for path in sorted((EXAMPLE / "rankings").glob("*.yaml"))],
    "backlog-item": [load(path.read_bytes()).value for path in sorted((EXAMPLE / "backlog").glob("*.yaml"))],
    "approval": [
        {
            "program": "5b0c3f1e-6f0d-4b8e-9d55-2f7b1f6a1c18",
            "subject": "plan",
            "digest": "ray18-c14n-v1:sha256:" + "0" * 64,
            "role": "security-lead",
            "person": "lena",
            "decision": "approved",
            "decided_on": "2026-03-16",
        },
        {
            "program": "5b0c3f1e-6f0d-4b8e-9d55-2f7b1f6a1c18",
            "subject": "plan",
            "digest": "ray18-c14n-v1:sha256:" + "0" * 64,
            "sections": {"plan": "0" * 64},
            "role": "security-lead",
            "person": "lena",
            "on_behalf_of": "tomas",
            "delegation": "DG-1",
            "decision": "approved-with-conditions",
            "conditions": [
                {
                    "id": "runbook",
                    "text": "write it",
                    "owner": "tomas",
                    "due": "2026-04-01",
                    "closes_when": {"document": "services.yaml", "pointer": "/services/a/runbook", "equals": "x"},
                }
            ],
            "decided_on": "2026-03-16",
            "evidence": "observed",
            "observation": {
                "forge": "github",
                "repository": "o/r",
                "change": 1,
                "review": "1",
                "account": 7,
                "login": "lena",
                "state": "approved",
                "commit": "0" * 40,
                "opened_by": 8,
                "submitted_at": "2026-03-16T00:00:00Z",
                "fetched_on": "2026-03-16",
                "raw": "0" * 64,
                "observer": "ci",
            },
            "attestation": {"source": "minutes", "clerk": "a", "countersigned_by": "b"},
        },
    ],
    "delegation": [
        {
            "id": "DG-1",
            "program": "5b0c3f1e-6f0d-4b8e-9d55-2f7b1f6a1c18",
            "delegator": "lena",
            "delegate": "tomas",
            "role": "security-lead",
            "subjects": ["plan"],
            "begins": "2026-03-16",
            "ends": "2026-03-30",
            "reason": "leave",
        }
    ],
    "checkpoint": [
        {
            "id": "CP-1",
            "program": "5b0c3f1e-6f0d-4b8e-9d55-2f7b1f6a1c18",
            "tip": "0" * 40,
            "steps": 12,
            "history": "ray18-c14n-v1:sha256:" + "0" * 64,
            "rules": "ray18-c14n-v1:sha256:" + "1" * 64,
            "person": "lena",
            "made_on": "2026-03-16",
        }
    ],
    "manual-validation": [
        {
            "id": "MV-1",
            "program": "5b0c3f1e-6f0d-4b8e-9d55-2f7b1f6a1c18",
            "gate": "backlog",
            "method": "workshop",
            "performed_on": "2026-03-16",
            "performed_by": "tomas",
            "witnesses": ["amara"],
            "checked": "Every Critical item read aloud.",
            "outcome": "passed",
        }
    ],
    "live-state": [
        {
            "id": "LS-2026-03-16",
            "program": "5b0c3f1e-6f0d-4b8e-9d55-2f7b1f6a1c18",
            "observed_on": "2026-03-16",
            "observed_at": "2026-03-16T06:00:00Z",
            "tool": "ray18 0.1.0",
            "observations": [
                {
                    "subject": "alert",
                    "id": "booking-down",
                    "basis": "0" * 64,
                    "works": False,
                    "faults": [{"code": "stale", "text": "BookingDown was never evaluated"}],
                    "asked": [{"url": "https://prometheus.example/api/v1/rules", "status": 200, "sha256": "1" * 64}],
                }
            ],
            "digest": "2" * 64,
        }
    ],
    "waiver": [
        {
            "id": "WV-1",
            "program": "5b0c3f1e-6f0d-4b8e-9d55-2f7b1f6a1c18",
            "gate": "backlog",
            "policy": "serious-item-has-due-date",
            "items": ["TD-21"],
            "reason": "the vendor names a date on the first of May",
            "requested_by": "nora",
            "approved_by": "ingrid",
            "role": "operations-director",
            "created": "2026-03-16",
            "expires": "2026-04-01",
        }
    ],
}
ODD = st.sampled_from(
    [None, True, False, 0, -1, 1, 7, 101, 10**6, 1.5, "", " ", "x", "X y", "a\nb", "a\n", "High", "high", "yes", "2026-02-30",
     "2026-01-02", "2026-1-2", "MB-1", "MB-1\n", "mb-1", "../x", ".git", "a/../b", "24:00", "08:00", "http://", "https://x.y",
     "ftp://x.y", [], {}, ["x"], [None], {"x": 1}, "ana", "a@b", "Üb", "CVE-2024-12345", "FREQ=DAILY", "30d", "0d"]
)  # fmt: skip


def ways(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield way
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from ways(inner, (*way, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from ways(inner, (*way, number))


def changed(value: Any, way: tuple[Any, ...], how: str, odd: Any) -> Any:
    result = copy.deepcopy(value)
    if not way:
        return result
    holder = result
    for step in way[:-1]:
        holder = holder[step]
    if how == "drop":
        del holder[way[-1]]
    elif how == "add" and isinstance(holder[way[-1]], dict):
        holder[way[-1]]["unheard_of"] = odd
    else:
        holder[way[-1]] = odd
    return result


def fits_model(name: str, value: Any) -> bool:
    try:
        kind(name).model.model_validate(value)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("name", SAMPLES)
@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_model_and_schema_accept_and_refuse_the_same(name: str, data: st.DataObject) -> None:
    value = data.draw(st.sampled_from(SAMPLES[name]))
    way = data.draw(st.sampled_from(list(ways(value))))
    mutant = changed(value, way, data.draw(st.sampled_from(["drop", "add", "replace"])), data.draw(ODD))
    errors = [error.message for error in validator_of(name).iter_errors(mutant)]
    assert fits_model(name, mutant) == (not errors), (way, errors)


@cache
def validator_of(name: str) -> Any:
    return validator(schema_of(kind(name)))


@pytest.mark.parametrize("name", SAMPLES)
def test_the_rust_validator_gives_the_same_answer(name: str) -> None:
    jsonschema_rs = pytest.importorskip("jsonschema_rs")
    fast = jsonschema_rs.Draft202012Validator(schema_of(kind(name)), validate_formats=True)
    for value in SAMPLES[name]:
        for way in ways(value):
            mutant = changed(value, way, "replace", 7)
            assert fast.is_valid(mutant) == fits_model(name, mutant), way


def test_every_kind_has_a_schema_that_passes_our_own_lint() -> None:
    assert set(SAMPLES) == {entry.name for entry in KINDS}
    for entry in KINDS:
        assert list(lint(json.loads(json.dumps(schema_of(entry))))) == []
