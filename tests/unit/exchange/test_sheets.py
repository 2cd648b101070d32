"""Whatever an item says survives every format, and no spreadsheet computes any of it."""

import csv
import io
import unicodedata
import zipfile
from collections.abc import Callable

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ray18.documents.backlog import BacklogItem
from ray18.errors import BlockedError, UsageError
from ray18.exchange import csv_sheet, json_sheet, markdown_sheet, xlsx_sheet
from ray18.exchange.changes import applied
from ray18.exchange.columns import cells, column, columns, compared
from ray18.exchange.sheet import Sheet, table
from ray18.yaml.text import deceptive

BASE = "0" * 40
TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"])
    | st.sampled_from("\n\t|`'\"=+-@,;<>&#_x\\")
)
TEXTS = TEXTS.map(lambda text: unicodedata.normalize("NFC", text))
PROSE = TEXTS.filter(lambda text: bool(text.strip()) and not list(deceptive(text)))
FORMATS = {"csv": csv_sheet, "xlsx": xlsx_sheet, "md": markdown_sheet}
ITEMS = st.builds(
    lambda **fields: BacklogItem.model_validate(
        {"id": "MB-1", "title": "A title", "source": {"kind": "other"}, "maintenance_type": "corrective"}
        | {name: value for name, value in fields.items() if value is not None}
    ),
    description=st.none() | PROSE,
    resolution=st.none() | PROSE,
    severity=st.sampled_from([None, "Critical", "Low"]),
    tags=st.lists(st.sampled_from(["a", "b-c", "0"]), unique=True),
    annotations=st.dictionaries(TEXTS.filter(lambda text: not list(deceptive(text))), PROSE, max_size=3),
    effort=st.none() | st.floats(0.001, 100_000).map(lambda hours: {"hours": hours}),
    scoring=st.none()
    | st.tuples(st.floats(0, 1_000_000), st.none() | PROSE).map(
        lambda told: {"inputs": [{"name": "risk", "value": told[0], **({"rationale": told[1]} if told[1] else {})}]}
    ),
    security=st.none()
    | st.sampled_from([{"cve": ["CVE-2025-1234", "CVE-2025-12345"], "ssvc": {"automatable": False}}]),
)


def there_and_back(format_: str, *items: BacklogItem) -> Sheet:
    module = FORMATS[format_]
    content = module.written(table([{**cells(item), "base": BASE} for item in items]))  # type: ignore[attr-defined]
    return module.read(f"b.{format_}", content)  # type: ignore[attr-defined,no-any-return]


@pytest.mark.parametrize("format_", FORMATS)
@settings(max_examples=60, deadline=None)
@given(st.lists(ITEMS, min_size=1, max_size=2))
def test_every_cell_comes_back_as_it_was(format_: str, items: list[BacklogItem]) -> None:
    items = [item.model_copy(update={"id": f"MB-{number}"}) for number, item in enumerate(items)]
    sheet = there_and_back(format_, *items)
    assert (sheet.troubles, sheet.notes) == ((), ())
    for item, row in zip(items, sheet.rows, strict=True):
        said = {name: compared(name, text) for name, text in row.cells.items() if text and name != "base"}
        assert said == {name: compared(name, text) for name, text in cells(item).items() if compared(name, text)}


@settings(max_examples=60, deadline=None)
@given(ITEMS)
def test_json_says_the_same_item(item: BacklogItem) -> None:
    (row,) = json_sheet.read("b.json", json_sheet.written([(BASE, item)])).rows
    assert {name: text for name, text in row.cells.items() if text and name != "base"} == cells(item)


@settings(max_examples=60, deadline=None)
@given(ITEMS)
def test_cells_make_the_item_they_were_taken_from(item: BacklogItem) -> None:
    bare = {"id": item.id, "title": item.title, "source": {"kind": "other"}, "maintenance_type": "corrective"}
    said, wrong = applied(bare, cells(item))
    assert wrong == []
    again = cells(BacklogItem.model_validate(said))
    assert {name: compared(name, text) for name, text in again.items()} == {
        name: compared(name, text) for name, text in cells(item).items() if compared(name, text)
    }


def item(**fields: object) -> BacklogItem:
    known = {"id": "MB-1", "title": "A title", "source": {"kind": "other"}, "maintenance_type": "corrective"}
    return BacklogItem.model_validate(known | fields)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "＝", "＋", "－", "＠", "'=", "''"])
def test_no_spreadsheet_computes_a_cell(start: str) -> None:
    text = f"{start}HYPERLINK(1)"
    made = item(annotations={"customer": text, text: "x"})
    rows = table([{**cells(made), "base": BASE}])
    written = [cell for line in csv.reader(io.StringIO(csv_sheet.written(rows).decode())) for cell in line]
    book = openpyxl.load_workbook(io.BytesIO(xlsx_sheet.written(rows)))
    written += [str(cell.value) for line in book.active for cell in line if cell.value]
    assert not [cell for cell in written if cell.startswith(("=", "+", "-", "@", "\t", "＝", "＋", "－", "＠"))]
    assert {cell.data_type for line in book.active for cell in line} <= {"s", "n"}
    for format_ in FORMATS:
        assert there_and_back(format_, made).rows[0].cells["annotations.customer"].strip() == text.strip()


def test_a_formula_that_came_back_is_flagged() -> None:
    typed = csv_sheet.read("b.csv", b"id,title,base\nMB-1,=1+1,\n")
    assert [note.place for note in typed.notes] == ["b.csv:2 [title]"]
    assert typed.rows[0].cells["title"] == "=1+1"
    book = openpyxl.Workbook()
    book.active.append(["id", "title", "due"])
    book.active.append(["MB-1", "=1+1", True])
    stream = io.BytesIO()
    book.save(stream)
    (formula, flag) = xlsx_sheet.read("b.xlsx", stream.getvalue()).troubles
    assert (formula.place, formula.message) == ("b.xlsx: Sheet!B2", "holds a formula; only values are read")
    assert flag.place == "b.xlsx: Sheet!C2"


@pytest.mark.parametrize(
    ("read", "content", "told"),
    [
        (csv_sheet.read, b"", "the file is empty"),
        (csv_sheet.read, b"id,title\nMB-1\n", "b:2: the row has 1 cells under 2 headings"),
        (csv_sheet.read, b'id,title\nMB-1,"open\nMB-2,x\n', "b:2: the record that begins here cannot be read"),
        (csv_sheet.read, b"id,title\nMB-1,\x00\n", "b:2: a NUL byte"),
        (csv_sheet.read, "id,title\nMB-1,é\n".encode("latin-1"), "b:2: byte 0xe9"),
        (csv_sheet.read, b"id,titel\nMB-1,x\n", "b:1: no field is called 'titel' (did you mean title?)"),
        (csv_sheet.read, b"id,title,Title\nMB-1,x,y\n", "b:1: the column title stands twice"),
        (csv_sheet.read, b"title,owner\nx,y\n", "b:1: no column is called id"),
        (markdown_sheet.read, b"# Backlog\n", "there is no table with a column called id"),
        (markdown_sheet.read, b"| id | title |\n|---|---|\n| MB-1 | a | b |\n", "b:3: the row has 3 cells under 2"),
        (json_sheet.read, b'{"items": [}', "b:1:12: "),
        (json_sheet.read, b'[{"id": 1}]', "there are no `items`"),
        (xlsx_sheet.read, b"PK\x03\x04", "not a usable zip archive"),
    ],
)
def test_what_is_no_sheet_is_refused_by_its_place(
    read: Callable[[str, bytes], Sheet], content: bytes, told: str
) -> None:
    with pytest.raises(BlockedError) as refused:
        read("b", content)
    assert told in refused.value.message


def test_other_delimiters_line_ends_and_spellings_of_headings_are_fine() -> None:
    (row,) = csv_sheet.read("b.csv", "\ufeffID;Maintenance-Type;Title\r\nMB-1;corrective;a\r\n;;\r\n".encode()).rows
    assert row.cells == {"id": "MB-1", "maintenance_type": "corrective", "title": "a"}


def test_cells_that_a_workbook_cannot_hold_are_refused_not_cut() -> None:
    long = table([{**cells(item(annotations={"log": "x" * 40_000})), "base": BASE}])
    with pytest.raises(UsageError, match=r"MB-1: annotations\.log has more than 32,767 characters"):
        xlsx_sheet.written(long)


def test_a_workbook_holds_nothing_but_its_sheet() -> None:
    names = zipfile.ZipFile(io.BytesIO(xlsx_sheet.written(table([{**cells(item()), "base": BASE}])))).namelist()
    assert not [name for name in names if "external" in name or "vba" in name]


def test_every_field_of_an_item_has_its_column() -> None:
    assert {"id", "commitment.who", "scoring.risk.rationale", "security.kev.due_date", "tags"} <= set(columns())
    assert column("annotations.a.b").way == ("annotations", "a.b")  # type: ignore[union-attr]
    assert column("annotations.") is None
