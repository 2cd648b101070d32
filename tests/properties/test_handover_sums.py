"""Every row of a hand-over becomes an item or a named remark, whatever stands in it; no byte breaks a reader."""

import csv
import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "handover"))

import foreign
from made import BASELINE, DEBT, REPORT, RISKS, as_json, whole, xlsx

from ray18.documents.dialects import Dialect, Intake
from ray18.handover import read_handover
from ray18.handover.model import Artifact

DEFECT = "report a defect of ray18"
SLOW = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
HEADER = ("Risk ID", "Title", "Severity", "Owner", "Due date", "Status", "Cost centre")
WORDS = st.sampled_from(
    ["", " ", "high", "sev1", "Critical", "open", "done", "2026-01-31", "03/04/2026", "26/03/26", "Mar 26th", "45742",
     "ana", "Ana Lima", "=1+1", "a|b", "a;b", 'say "x"', "x\ny", "CVE-2025-1234", "R-1", "é", "\u202e", "\x1b", "<b>", "-", "# x"]
)  # fmt: skip
CELL = st.one_of(
    WORDS, st.text(max_size=12).filter(lambda text: not any(0xD800 <= ord(sign) < 0xE000 for sign in text))
)
ROWS = st.lists(st.lists(CELL, min_size=len(HEADER), max_size=len(HEADER)), min_size=1, max_size=12)
DIALECTS = st.sampled_from([None, Intake(date_order="day-month", year=2026, columns={"Cost centre": "service"})])


def taken(path: str, content: bytes, intake: Intake | None = None) -> Artifact:
    """The artifact that a file is; nothing is lost and no reader failed."""
    start = path.split(".", maxsplit=1)[0].split("/", maxsplit=1)[0].casefold()
    handover = read_handover({path: content}, intake)
    entry = next(one for one in handover.artifacts if one.name.split(".")[0].rstrip("/").casefold() == start)
    assert entry.accounted, entry.sum
    assert not any(DEFECT in remark.remedy for remark in handover.remarks), handover.remarks
    assert len({item.id.casefold() for item in handover.items}) == len(handover.items)
    return entry


def shown(text: str) -> str:
    """A cell as CSV may hold it at all: without what refuses the whole file."""
    return text.replace("\x00", "").replace("\r", "")


@SLOW
@given(ROWS, st.sampled_from([",", ";", "\t", "|"]), DIALECTS)
def test_rows_of_csv(rows: list[list[str]], delimiter: str, intake: Intake | None) -> None:
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=delimiter, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerows([HEADER, *([shown(cell) for cell in row] for row in rows)])
    entry = taken("SECURITY-RISK-LOG.csv", stream.getvalue().encode("utf-8"), intake)
    assert entry.rows == len(rows)


@SLOW
@given(ROWS, st.data())
def test_ragged_rows_of_csv_cost_themselves_only(rows: list[list[str]], data: st.DataObject) -> None:
    cut = [data.draw(st.integers(1, len(HEADER) + 2)) for _ in rows]
    lines = [[*row, "more", "more"][:length] for row, length in zip(rows, cut, strict=True)]
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerows([HEADER, *([shown(cell) for cell in line] for line in lines)])
    assert taken("SECURITY-RISK-LOG.csv", stream.getvalue().encode()).rows == len(rows)


@SLOW
@given(ROWS, DIALECTS)
def test_rows_of_workbooks(rows: list[list[str]], intake: Intake | None) -> None:
    safe = [["".join(sign for sign in cell if sign.isprintable()) for cell in row] for row in rows]
    filled = [[f"R{at}", *row[1:]] for at, row in enumerate(safe)]
    content = xlsx([list(HEADER), *filled], Notes=[["a", "b"], ["c", "d"]])
    assert taken("SECURITY-RISK-LOG.xlsx", content, intake).rows == len(rows) + 2


@SLOW
@given(ROWS, DIALECTS)
def test_rows_of_markdown(rows: list[list[str]], intake: Intake | None) -> None:
    def line(cells: list[str]) -> str:
        return (
            "| "
            + " | ".join("".join(sign for sign in cell if sign.isprintable() and sign not in "\\`") for cell in cells)
            + " |"
        )

    text = "\n".join(["# Debt", "", line(list(HEADER)), line(["---"] * len(HEADER)), *map(line, rows), ""])
    assert taken("TECH-DEBT-REGISTER.md", text.encode(), intake).rows == len(rows)


ENTRY = st.one_of(
    st.dictionaries(st.sampled_from([*HEADER, "x", ""]), st.one_of(CELL, st.none(), st.integers(-(2**53) + 1, 2**53 - 1), st.booleans(), st.lists(CELL, max_size=2))),
    st.none(), st.integers(-(2**53) + 1, 2**53 - 1), CELL, st.just([]),
)  # fmt: skip


@SLOW
@given(st.lists(ENTRY, max_size=12), st.lists(ENTRY, max_size=3), DIALECTS)
def test_entries_of_json(entries: list[Any], others: list[Any], intake: Intake | None) -> None:
    for path, value in (("PERFORMANCE-IMPROVEMENT-BACKLOG.json", {"items": entries, "old": others}),
                        ("SECURITY-RISK-LOG.json", {"risks": entries, "old": others})):  # fmt: skip
        assert taken(path, json.dumps(value).encode(), intake).rows == len(entries) + len(others)


@SLOW
@given(
    st.lists(
        st.sampled_from(
            ["## Debt {}\n\ntext\n", "## Debt {}\n", "- entry {}\n", "| a | b |\n|---|---|\n| {} | 2 |\n", "{}\n\n"]
        ),
        max_size=10,
    )
)
def test_registers_of_any_build_hold_the_sum(parts: list[str]) -> None:
    text = "# Register\n\n" + "\n".join(part.format(at) for at, part in enumerate(parts))
    taken("TECH-DEBT-REGISTER.md", text.encode())
    taken("INCIDENT-POSTMORTEMS/INC-1.md", (text + "\n## Action items\n" + "".join(parts)).encode())
    taken("OBSERVABILITY-BASELINE.md", text.encode())


WHOLE = whole()
SEEDS: tuple[tuple[str, bytes], ...] = (
    ("SECURITY-RISK-LOG.csv", RISKS.encode()),
    ("SECURITY-RISK-LOG.sarif", as_json(foreign.SARIF)),
    ("SECURITY-RISK-LOG.json", as_json(foreign.TRIVY)),
    ("SECURITY-RISK-LOG.json", as_json(foreign.CYCLONEDX)),
    ("SECURITY-RISK-LOG.json", as_json(foreign.OPENVEX)),
    ("SECURITY-RISK-LOG.json", as_json(foreign.OSV)),
    ("SECURITY-RISK-LOG.json", as_json(foreign.PIP_AUDIT)),
    ("OBSERVABILITY-BASELINE.yaml", foreign.RULES.encode()),
    ("OBSERVABILITY-BASELINE.md", BASELINE.encode()),
    ("SERVICE-CATALOG.yaml", foreign.BACKSTAGE.encode()),
    ("SERVICE-CATALOG.yaml", (foreign.OPENSLO + "---\n" + foreign.SLOTH + "---\n" + foreign.PYRRA).encode()),
    ("SERVICE-CATALOG.xlsx", xlsx()),
    ("TECH-DEBT-REGISTER.md", ("---\nowner: a\n---\n" + DEBT).encode()),
    ("INCIDENT-POSTMORTEMS/INC-7.md", ("+++\ntitle = 'x'\n+++\n" + REPORT).encode()),
    ("INCIDENT-POSTMORTEMS/INC-7.json", as_json({"title": "x", "impact": "y", "actions": [{"title": "z"}, "w", {}]})),
    ("operational-handover-record.json", WHOLE["operational-handover-record.json"]),
    ("knowledge-transfer-feedback.json", WHOLE["knowledge-transfer-feedback.json"]),
    ("ticket-history.csv", WHOLE["ticket-history.csv"]),
    ("CLOSURE-PACKAGE.zip", WHOLE["CLOSURE-PACKAGE.zip"]),
)


@settings(max_examples=12, deadline=None)
@pytest.mark.parametrize(("path", "seed"), SEEDS, ids=[f"{at}-{path}" for at, (path, _) in enumerate(SEEDS)])
@given(data=st.data())
def test_no_mutation_of_a_file_breaks_its_reader(path: str, seed: bytes, data: st.DataObject) -> None:
    content = bytearray(seed)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content)))
        length = data.draw(st.integers(0, 6))
        content[at : at + length] = data.draw(st.one_of(st.binary(max_size=6), st.sampled_from(PIECES)))
    taken(path, bytes(content), Intake(artifacts={"security-risk-log": Dialect(year=2025)}))


PIECES = (
    b'"',
    b"[]",
    b"{}",
    b"null",
    b"\n",
    b"\n---\n",
    b"|",
    b": ",
    b"- ",
    b"[[",
    b"]]",
    b"\x00",
    b"\xff",
    b"1e9",
    b"-1",
    b"true",
    b'""',
)
