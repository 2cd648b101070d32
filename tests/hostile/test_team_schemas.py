"""A team's JSON Schemas are untrusted: nothing is fetched, nothing runs for ever, and no typing error passes in silence."""

import json
import socket
import threading
import time
from collections.abc import Iterator

import pytest
from conftest import ITEM, SETTINGS, Program

WITH_SCHEMA = SETTINGS + "schemas:\n  folder: schemas\n  kinds: [backlog-item]\n"
EXPONENTIAL = {"type": "object", "properties": {"title": {"pattern": "^(a+)+$"}}}
HOSTILE: dict[str, tuple[str, str]] = {
    "B01 duplicate name": ('{"type": "object", "type": "array"}', "schemas/backlog-item.schema.json:1:20"),
    "B01 NaN": ('{"maximum": NaN}', "schemas/backlog-item.schema.json:1:13"),
    "B01 nesting": ("[" * 100_000, "schemas/backlog-item.schema.json:1:66"),
    "B01 long integer": ('{"maximum": ' + "9" * 5000 + "}", "too large"),
    "B01 lone surrogate": ('{"title": "\\ud800"}', "schemas/backlog-item.schema.json:1:11"),
    "B02 http reference": ('{"$ref": "http://127.0.0.1:PORT/x.json"}', "leaves this file"),
    "B02 file reference": ('{"$ref": "file:///etc/hostname"}', "leaves this file"),
    "B03 remote id": ('{"$id": "http://127.0.0.1:PORT/b/", "$ref": "rel.json"}', "leaves this file"),
    "B03 remote dialect": ('{"$schema": "http://127.0.0.1:PORT/s"}', "$schema must be"),
    "B05 exponential pattern": (json.dumps(EXPONENTIAL), "cannot be applied"),
    "B06 misspelt keyword": ('{"requierd": ["owner"]}', "unknown keyword 'requierd'"),
    "B06 unknown format": ('{"properties": {"due": {"format": "dates"}}}', "unknown format 'dates'"),
    "B06 unknown type": ('{"type": "strnig"}', "unknown type 'strnig'"),
    "B07 date": ('{"properties": {"title": {"format": "date"}}}', "is not a date"),
    "B07 date-time": ('{"properties": {"title": {"format": "date-time"}}}', "is not a date-time"),
    "violated": ('{"required": ["tags"]}', "'tags' is a required property"),
    "not an object": ("3", "a schema is"),
}


@pytest.fixture
def listener() -> Iterator[tuple[int, list[bytes]]]:
    """A port on this machine, and what was sent to it."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        stop = threading.Event()

        def serve() -> None:
            while not stop.is_set():
                try:
                    connection, _ = server.accept()
                    heard.append(connection.recv(100))
                    connection.close()
                except TimeoutError:
                    continue

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1], heard
        stop.set()
        thread.join()


@pytest.mark.parametrize("name", HOSTILE)
def test_is_refused(name: str, program: Program, ray18, listener: tuple[int, list[bytes]]) -> None:  # type: ignore[no-untyped-def]
    schema, expected = HOSTILE[name]
    port, heard = listener
    title = "a" * 40 + "!" if name.startswith("B05") else "Renew the certificate"
    program.write("ray18.yaml", WITH_SCHEMA)
    program.write("schemas/backlog-item.schema.json", schema.replace("PORT", str(port)))
    program.write("backlog/MB-1.yaml", ITEM.replace("Renew the certificate", f'"{title}"'))
    program.commit()
    started = time.monotonic()
    ran = ray18("check", "--as-of", "2026-06-01", folder=program.root)
    assert ran.status == 3, ran.out
    assert expected in ran.out
    assert heard == []
    assert time.monotonic() - started < 5
    assert all(len(line) < 500 for line in ran.out.splitlines())


def test_a_schema_of_the_proposal_does_not_judge_it(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    """Rules from the base: a branch cannot loosen the schema that judges it."""
    program.write("ray18.yaml", WITH_SCHEMA)
    program.write("schemas/backlog-item.schema.json", '{"required": ["tags"]}')
    program.commit()
    program.git("switch", "-q", "-c", "loosen")
    program.write("schemas/backlog-item.schema.json", "{}")
    program.commit()
    assert ray18("check", "--as-of", "2026-06-01", folder=program.root).status == 3


@pytest.mark.parametrize("bad_id", ["MB-1\n", "MB-\u0661", "../../MB-1", "mb-1", "MB-1/x", "", "MB-"])
def test_ids_are_plain(bad_id: str, program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    """B08: an id is ASCII, ends where it ends, and leads nowhere."""
    program.write("backlog/MB-1.yaml", ITEM.replace("id: MB-1", f"id: {json.dumps(bad_id)}"))
    ran = ray18("check", "--as-of", "2026-06-01", folder=program.root)
    assert ran.status == 3
    assert "backlog/MB-1.yaml:1:" in ran.out


def test_integer_keys_under_patterns_are_refused(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    """B09: `{1: x}` never reaches a validator that would stumble over it."""
    program.write("backlog/MB-1.yaml", ITEM + "annotations: {1: x}\n")
    ran = ray18("check", "--as-of", "2026-06-01", folder=program.root)
    assert ran.status == 3
    assert "backlog/MB-1.yaml:11:15" in ran.out
