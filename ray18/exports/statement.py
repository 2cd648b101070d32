"""in-toto Statements, version 1. Source: https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md."""

from collections.abc import Iterable
from typing import Any

from ray18.exports.judged import commit, program_id, records
from ray18.gates import Judge

TYPE = "https://in-toto.io/Statement/v1"


def statement(
    judge: Judge, predicate_type: str, predicate: dict[str, Any], more: Iterable[dict[str, Any]] = ()
) -> dict[str, Any]:
    """A Statement about the judged revision, and about whatever else is named."""
    return {
        "_type": TYPE,
        "subject": [*_revision(judge), *more],
        "predicateType": predicate_type,
        "predicate": predicate,
    }


def subject(name: str, **digest: str) -> dict[str, Any]:
    """One thing that a Statement is about."""
    return {"name": name, "digest": digest}


def _revision(judge: Judge) -> Iterable[dict[str, Any]]:
    """The commit, where one was judged, and the records in it, which a work tree has as well."""
    program, judged = program_id(judge), commit(judge)
    if judged is not None:
        yield subject(program, gitCommit=judged)
    yield subject(f"{program}#records", sha256=records(judge))
