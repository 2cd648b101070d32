"""The table of the protocol's lines is complete, and the tests it names exist."""

import re
from pathlib import Path

from ray18.commands.handoff import OUTPUTS
from ray18.commands.script import SCRIPTS
from ray18.documents.settings import ProgramIdentity, Settings
from ray18.evidence import EVIDENCE
from ray18.gates import read_pack
from ray18.handover import ARTIFACTS
from ray18.shipped import shipped
from ray18.steps import read_steps
from ray18.subjects import subjects

ROOT = Path(__file__).parents[2]
TABLE = (ROOT / "docs/protocol.md").read_text()


def test_every_line_of_the_protocol_is_in_the_table() -> None:
    settings = Settings(program=ProgramIdentity(id="00000000-0000-4000-8000-000000000000", title="x"))
    wanted = [
        *(f"`{artifact.name}`" for artifact in ARTIFACTS if artifact.required),
        *(f"`ray18 approve {subject.id}`" for subject in subjects(settings)),
        *(f"| {step.number} {step.title}" for step in read_steps()),
        *(step.halt for step in read_steps() if step.halt),
        *(f"`{entry.file}`" for entry in EVIDENCE),
        *(gate.title for gate in read_pack(shipped("policies") / "gates.yaml").gates),
        *(f"`{name}`" for name in SCRIPTS),
        *(f"`{name}`" for name in OUTPUTS),
    ]
    assert [line for line in wanted if line not in TABLE] == []
    assert TABLE.count("| All ") == 6 + 0
    assert TABLE.count("100 %") + TABLE.count("95 %") == 3


def test_every_test_that_the_table_names_exists() -> None:
    named = set(re.findall(r"`(tests/[^`]+)`", TABLE))
    assert len(named) > 25
    for name in named:
        path, _, function = name.partition("::")
        assert (ROOT / path).is_file(), name
        assert not function or f"def {function}(" in (ROOT / path).read_text(), name


def test_every_row_names_its_test() -> None:
    rows = [line for line in TABLE.splitlines() if line.startswith("| ") and "line of the protocol" not in line]
    assert [row for row in rows if "`tests/" not in row.split("|")[3]] == []
