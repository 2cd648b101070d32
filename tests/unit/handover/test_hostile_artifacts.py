"""Hostile and broken artifacts: each is refused by name and place, fast, and hides nothing else of the hand-over."""

import hashlib
import io
import stat
import struct
import time
import zipfile
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made import SERVICES, as_json, saved, whole, xlsx, zipped
from openpyxl import Workbook
from openpyxl.styles import numbers

from ray18.handover import ARTIFACTS, read_handover
from ray18.handover.model import Artifact

HEADER = b"Risk ID,Title,Owner\n"


def refused(name: str, content: bytes) -> list[str]:
    """The blocking remarks of one artifact in an otherwise good hand-over; it must be fast and account for its rows."""
    started = time.process_time()
    handover = read_handover(whole(**{name.split("-", maxsplit=1)[0].split(".", maxsplit=1)[0]: content}))
    assert time.process_time() - started < 2
    entry = next(entry for entry in handover.artifacts if entry.name == name)
    assert handover.unreadable == (name,) and handover.verdict == "unreadable"
    assert entry.accounted
    return [f"{remark.line}: {remark.message}" for remark in entry.remarks if remark.blocking]


CSV: dict[str, tuple[bytes, str]] = {
    "B14 header twice": (b"Risk ID,Title,Owner,owner\nR-1,x,a,b\n", "1: the column 'owner' stands twice"),
    "NUL": (HEADER + b"R-1,x\x00,a\n", "2: a NUL byte is in the file"),
    "lone CR": (HEADER + b"R-1,x,a\rR-2,y,b\n", "2: a carriage return without a line feed is in the file"),
    "short row": (HEADER + b"R-1,x,a\nR-2,y\n", "3: the row has 2 fields, the header 3"),
    "long row": (HEADER + b"R-1,x,a\n\"R\n2\",y,b\nR-3,z,c,d\n", "5: the row has 4 fields, the header 3"),
    "blank row": (HEADER + b"R-1,x,a\n\nR-2,y,b\n", "3: the row is blank"),
    "row of commas": (HEADER + b",,\nR-2,y,b\n", "2: the row is blank"),
    "header only": (HEADER, "1: the file has a header and no row"),
    "empty": (b"", "1: the file is empty"),
    "no title": (b"a,b\n1,2\n", "1: no column gives the title; headings: a, b"),
    "200 kB field": (HEADER + b"R-1," + b"x" * 200_000 + b",a\n", "2: a field has 200,000 characters"),
    "200 kB quoted": (HEADER + b'R-1,"' + b"x" * 200_000 + b'",a\n', "2: a field has 200,002 characters"),
    "open quote": (HEADER + b'R-1,x,a\nR-2,"y,b\nR-3,z,c\n', "3: the quote that opens here is never closed"),
    "quote inside": (HEADER + b'R-1,x"y,a\n', "2: a quote stands inside a field"),
    "text after quote": (HEADER + b'R-1,"x"y,a\n', "2: text follows the closing quote of the field that begins here"),
    "latin-1": (HEADER + b"R-1,caf\xe9,a\n", "2: byte 0xe9 at offset 27 is not UTF-8"),
    "UTF-16": ("Risk ID,Title\nR-1,x\n".encode("utf-16"), "1: the file is UTF-16"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "expected"), CSV.values(), ids=CSV)
def test_a_csv_that_could_shift_or_lose_a_row_is_refused_with_its_line(content: bytes, expected: str) -> None:
    assert refused("SECURITY-RISK-LOG.csv", content) == [expected]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_byte_order_mark_crlf_and_other_delimiters_are_fine(delimiter: str) -> None:
    text = 'Risk ID,Title,Owner\r\nR-1,"x, y; z",ops\r\n'.replace(",", delimiter).replace(f"x{delimiter} y", "x, y")
    handover = read_handover(whole(SECURITY=b"\xef\xbb\xbf" + text.encode()))
    assert handover.verdict == "complete"
    assert [item.title for item in handover.items if item.id == "SEC-R-1"] == ["R-1: x, y; z"]


def test_a_bad_row_costs_only_itself() -> None:
    handover = read_handover(whole(SECURITY=HEADER + b"R-1,x,a\nR-2\nR-3,z,c\n"))
    entry = next(entry for entry in handover.artifacts if entry.name.startswith("SECURITY"))
    assert (entry.rows, entry.items, entry.readable) == (3, 2, False)
    assert {item.id for item in handover.items} >= {"SEC-R-1", "SEC-R-3", "KG-1"}


def link(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


def nul_named() -> bytes:
    return zipped(("a_b", b"x")).replace(b"a_b", b"a\x00b")


def encrypted() -> bytes:
    content = bytearray(zipped(("a", b"x")))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1
    return bytes(content)


def overlapping() -> bytes:
    """Two directory entries that point at one member's bytes."""
    content = zipped(("a", b"x" * 50), ("b", b"y" * 50))
    first, second = content.index(b"PK\x01\x02"), content.rindex(b"PK\x01\x02")
    return content[: second + 42] + content[first + 42 : first + 46] + content[second + 46 :]


def twice() -> bytes:
    return zipped(("a", b"x"), ("b", b"y")).replace(b"b", b"a")


ZIPS: dict[str, tuple[bytes, str]] = {
    "slip": (zipped(("../../x", b"x")), "its name leads out of its folder"),
    "absolute": (zipped(("/abs", b"x")), "its name is an absolute path"),
    "drive": (zipped(("C:x", b"x")), "its name begins with a drive"),
    "backslash": (zipped(("..\\x", b"x")), "its name holds a backslash"),
    "link": (zipped((link("l"), b"/etc/passwd")), "it is a symbolic link"),
    "NUL": (nul_named(), "its name holds a NUL"),
    "one name twice": (twice(), "another member has its name"),
    "case twins": (zipped(("Plan", b"x"), ("plan", b"y")), "another member's name differs only in case"),
    "form twins": (zipped(("\u00e9", b"x"), ("e\u0301", b"y")), "another member's name differs only in case"),
    "file and folder": (zipped(("a", b"x"), ("a/b", b"y")), "another member has it as its folder"),
    "encrypted": (encrypted(), "it is encrypted"),
    "overlap": (overlapping(), "it overlaps another member"),
    "escape": (zipped(("a\x1b[2Jb", b"x")), "its name holds a character that does not show"),
    "bomb": (zipped(("zeros", bytes(300_000_000))), "the archive would inflate to 300,000,000 bytes"),
    "ratio": (zipped(("zeros", bytes(30_000_000))), "'zeros' would inflate more than 200 times"),
    "too many": (zipped(*((str(number), b"") for number in range(10_001))), "the archive has 10,001 members"),
    "no zip": (b"PK but not really", "not a usable zip archive: File is not a zip file"),
    "truncated": (zipped(("a", b"x" * 99))[:-30], "not a usable zip archive"),
    "empty": (zipped(), "the archive is empty"),
    "no name": (zipped(("q", b"x")).replace(b"q", b"\x00"), "its name holds a NUL"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "expected"), ZIPS.values(), ids=ZIPS)
def test_a_dangerous_archive_is_refused_by_name(content: bytes, expected: str) -> None:
    texts = refused("CLOSURE-PACKAGE.zip", content)
    assert any(expected in text for text in texts), texts


def test_a_member_that_lies_about_its_bytes_is_refused() -> None:
    content = bytearray(zipped(("a", b"hello")))
    at = content.index(b"PK\x01\x02")
    content[at + 16 : at + 20] = struct.pack("<I", 1)
    assert any("'a' cannot be read: Bad CRC-32" in text for text in refused("CLOSURE-PACKAGE.zip", bytes(content)))


def test_an_archive_is_held_against_its_manifest_and_the_files_beside_it() -> None:
    digest = hashlib.sha256(b"hello").hexdigest()
    good = zipped(("c/a.txt", b"hello"), ("c/MANIFEST.sha256", f"{digest}  a.txt\n".encode()))
    assert read_handover(whole(CLOSURE=good)).verdict == "complete"
    changed = zipped(("c/a.txt", b"hullo"), ("c/MANIFEST.sha256", f"{digest}  a.txt\n{digest} *gone\nodd\n".encode()))
    assert refused("CLOSURE-PACKAGE.zip", changed) == [
        "0: line 3 of c/MANIFEST.sha256 is not `<sha256>  <name>`",
        f"0: 'c/a.txt' is not what c/MANIFEST.sha256 says: SHA-256 {hashlib.sha256(b'hullo').hexdigest()[:12]}…",
        "0: c/MANIFEST.sha256 names 'gone', which is not there",
    ]
    other = zipped(("c/knowledge-transfer-feedback.json", b"{}"))
    said = [remark.message for remark in read_handover(whole(CLOSURE=other)).remarks]
    assert (
        "'c/knowledge-transfer-feedback.json' differs from knowledge-transfer-feedback.json beside the archive" in said
    )


def edited(part: str, old: bytes, new: bytes, content: bytes | None = None) -> bytes:
    """A workbook with bytes of one part replaced."""
    source = zipfile.ZipFile(io.BytesIO(content or xlsx()))
    return zipped(
        *(
            (name, source.read(name).replace(old, new) if name == part else source.read(name))
            for name in source.namelist()
        )
    )


def book(change: Any) -> bytes:
    made = Workbook()
    for line in SERVICES:
        made.active.append(line)
    made.active.title = "Services"
    change(made.active)
    return saved(made)


def put(place: str, value: Any, form: str = "") -> bytes:
    def change(sheet: Any) -> None:
        sheet[place] = value
        if form:
            sheet[place].number_format = form

    return book(change)


def shared(strings: bytes) -> bytes:
    """A workbook as Excel writes it, with its texts in a part of their own; A2 is the first of them."""
    source = zipfile.ZipFile(io.BytesIO(xlsx()))
    parts = {name: source.read(name) for name in source.namelist()}
    name = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    override = b'<Override PartName="/xl/sharedStrings.xml" ContentType="' + name + b'"/></Types>'
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(b"</Types>", override)
    parts[SHEET] = parts[SHEET].replace(b't="inlineStr"><is><t>shop</t></is>', b't="s"><v>0</v>')
    start = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    return zipped(*parts.items(), ("xl/sharedStrings.xml", start + strings + b"</sst>"))


SHEET = "xl/worksheets/sheet1.xml"
ENTITIES = b'<!DOCTYPE w [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet'
SYSTEM = b'<!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/hostname">]><worksheet'
STRINGS = b"<si><t>x</t></si>" * 1_000_000
BOOKS: dict[str, tuple[bytes, str]] = {
    "B20 entities": (edited(SHEET, b"<worksheet", ENTITIES), "defines a document type or entities"),
    "B20 system": (edited(SHEET, b"<worksheet", SYSTEM), "defines a document type or entities"),
    "B22 300 MB": (edited(SHEET, b"</worksheet>", b"</worksheet>" + b" " * 300_000_000), "would inflate to 3"),
    "B22 ratio": (edited(SHEET, b"</worksheet>", b"</worksheet>" + b" " * 30_000_000), "would inflate more than"),
    "B22 strings": (shared(STRINGS), "would inflate more than"),
    "elements": (edited(SHEET, b"</sheetData>", b"".join(b'<row><c s="%d"/></row>' % n for n in range(310_000)) + b"</sheetData>"), "the workbook has too many elements"),
    "B23 no zip": (b"name,owner\n", "not a usable zip archive"),
    "B23 truncated": (xlsx()[:-200], "not a usable zip archive"),
    "B23 no types": (zipped(("xl/workbook.xml", b"<a/>")), "a zip archive, but no workbook"),
    "B23 cut XML": (edited(SHEET, b"<sheetData>", b"<"), "is not XML"),
    "B23 encrypted": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "encrypted workbook, or one in the old .xls"),
    "far cell": (put("XFD1048576", "x"), "cell XFD1048576 is beyond row 20,010"),
    "far row": (edited(SHEET, b'<row r="3"', b'<row r="99999999999"'), "a row has the number '99999999999'"),
    "B24 formula": (put("D2", "=1+1"), "Services!D2 holds a formula"),
    "B24 error": (put("D2", "#REF!"), "Services!D2 holds the error #REF!"),
    "B24 date": (put("B2", date(2026, 1, 1)), "Services!B2 holds a date"),
    "B24 header": (book(lambda sheet: sheet.merge_cells("A1:B1")), "Services!A1:B1 is a merged cell in the header"),
    "merged owner": (book(lambda sheet: sheet.merge_cells("D2:D3")), "Services!D2:D3 is a merged cell"),
    "lost zeros": (put("A2", 7, numbers.FORMAT_NUMBER), "Services!A2 holds the number 7 as id"),
    "true": (put("D2", True), "Services!D2 holds true or false"),
    "header twice": (put("F1", "Owner"), "the column 'Owner' stands twice on Services"),
    "formula header": (put("D1", "=A1"), "Services!D1 holds a formula"),
    "service twice": (put("A3", "shop"), "Services!A3: the service 'shop' stands twice"),
    "no service": (xlsx([["Owner", "Tier"], ["a", 1]]), "no sheet lists services"),
    "header only": (xlsx(SERVICES[:1]), "has a header and no service"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "expected"), BOOKS.values(), ids=BOOKS)
def test_a_workbook_that_cannot_be_trusted_is_refused_with_its_cell(content: bytes, expected: str) -> None:
    texts = refused("SERVICE-CATALOG.xlsx", content)
    assert any(expected in text for text in texts), texts


def test_texts_in_a_part_of_their_own_are_read() -> None:
    handover = read_handover(whole(SERVICE=shared(b"<si><t>sh</t></si>".replace(b"sh", b"shop"))))
    assert [service.id for service in handover.services] == ["shop", "db"]


JSONS: dict[str, tuple[bytes, str]] = {
    "B01 twice": (b'{"gaps": [],\n"gaps": []}', "2: the name 'gaps' stands twice"),
    "B01 NaN": (b'{"gaps": [NaN]}', "1: not valid JSON: expected a value"),
    "B01 depth": (b"[" * 100_000, "1: not valid JSON: nested deeper than 64 levels"),
    "B01 digits": (b'{"gaps": [' + b"9" * 5000 + b"]}", "the number 999999999999999999999999 is too large"),
    "B01 surrogate": (b'{"gaps": [{"id": "\\ud800"}]}', "the invisible character U+D800"),
    "no list": (b'{"gap": {}}', "1: there is no list of knowledge gaps"),
    "not objects": (b'{"gaps": [1, null, {"topic": "x"}, {}]}', "entry 1 is not an object"),
    "no title": (b'{"gaps": [{"severity": "high"}]}', "the row has neither a title nor an id"),
    "UTF-16": ('{"gaps": []}'.encode("utf-16"), "1: the file is UTF-16"),
    "text": (b"hello", "not valid JSON"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "expected"), JSONS.values(), ids=JSONS)
def test_json_that_is_not_strict_is_refused_with_its_line(content: bytes, expected: str) -> None:
    texts = refused("knowledge-transfer-feedback.json", content)
    assert any(expected in text for text in texts), texts


MARKDOWN: dict[str, tuple[str, str]] = {
    "bar in code": ("| Alert | Expr |\n|---|---|\n| A | `a|b` |\n| B | c |\n", "3: the row has 3 cells, the table 2 columns"),
    "short row": ("| Alert | Expr |\n|---|---|\n| A |\n", "3: the row has 1 cells, the table 2 columns"),
    "other rule": ("x\n\n| Alert | Expr | For |\n|---|---|\n| A | b | c |\n", "4: this table is read as plain text"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), MARKDOWN.values(), ids=MARKDOWN)
def test_a_table_whose_cells_shift_is_refused_with_its_line(text: str, expected: str) -> None:
    assert any(found.startswith(expected) for found in refused("OBSERVABILITY-BASELINE.md", text.encode()))


def test_an_escaped_bar_is_text() -> None:
    text = "| Alert | Expr |\n|---|---|\n| A | `a\\|b` |\n"
    handover = read_handover(whole(OBSERVABILITY=text.encode()))
    assert handover.baseline is not None and handover.baseline.alerts[0].expression == "a|b"


@pytest.mark.parametrize(
    "text",
    [
        "[" * 200_000,
        "> " * 50_000,
        "- " * 50_000,
        "*a " * 100_000,
        "| a " * 50_000 + "\n" + "|-" * 50_000,
        "`" * 100_000,
    ],
    ids=["brackets", "quotes", "lists", "stars", "table", "ticks"],
)
def test_pathological_markdown_is_read_fast(text: str) -> None:
    started = time.process_time()
    report = f"# A\n\n## Action Items\n\n- {text}\n"
    read_handover(
        whole(OBSERVABILITY=text.encode(), TECH=f"# D\n\n## {text}\n\n{text}\n".encode(), INCIDENT=report.encode())
    )
    assert time.process_time() - started < 4  # 0.5 s on an idle machine; quadratic reading took minutes


LINE = st.text(st.sampled_from('ab ,;\t"|#-*[]x:`\\<>!\u200b\u00e9\n\r{}0123\x00'), max_size=120)
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@QUICK
@given(
    st.sampled_from([kind.path for kind in ARTIFACTS if not kind.is_folder]),
    st.binary(max_size=300) | LINE.map(str.encode),
)
def test_reading_never_raises_whatever_the_bytes(path: str, content: bytes) -> None:
    assert all(entry.accounted for entry in read_handover({**whole(), path: content}).artifacts)


@QUICK
@given(
    st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), min_size=1, max_size=12),
    st.sampled_from(["zip", "xlsx"]),
)
def test_a_damaged_archive_never_raises(damage: list[tuple[int, int]], form: str) -> None:
    content = bytearray(xlsx() if form == "xlsx" else zipped(("a", b"x" * 400), ("b/c", b"y")))
    for place, value in damage:
        content[place % len(content)] = value
    name = "SERVICE" if form == "xlsx" else "CLOSURE"
    assert all(entry.accounted for entry in read_handover(whole(**{name: bytes(content)})).artifacts)


def entry_of(files: dict[str, bytes], name: str) -> Artifact:
    return next(entry for entry in read_handover(files).artifacts if entry.name.startswith(name))


CELL = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@QUICK
@given(st.lists(st.lists(CELL, min_size=1, max_size=4), min_size=1, max_size=6))
def test_each_row_of_a_csv_is_an_item_or_a_remark(rows: list[list[str]]) -> None:
    quoted = ["Risk ID,Title,Owner", *(",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)]
    entry = entry_of(whole(SECURITY="\n".join(quoted).encode()), "SECURITY")
    assert entry.accounted
    assert entry.rows == len(rows) or (entry.rows == 0 and not entry.readable)


VALUE = st.none() | st.booleans() | st.integers(-9, 9) | CELL | st.lists(CELL, max_size=2)


@QUICK
@given(
    st.lists(
        st.dictionaries(st.sampled_from(["id", "title", "owner", "due", "severity", "x"]), VALUE) | VALUE, max_size=6
    )
)
def test_each_entry_of_a_json_list_is_an_item_or_a_remark(values: list[Any]) -> None:
    entry = entry_of(whole(PERFORMANCE=as_json({"items": values})), "PERFORMANCE")
    assert entry.accounted
    assert entry.rows == len(values) or (entry.rows == 0 and not entry.readable)


WORDS = st.text("abc `|\\[]*_x", min_size=1, max_size=20).map(lambda text: f"w{text}")


@QUICK
@given(st.lists(WORDS, min_size=1, max_size=6), st.booleans())
def test_each_action_and_each_table_row_is_an_item_or_a_remark(words: list[str], as_table: bool) -> None:
    if as_table:
        body = "| Action | Owner |\n|---|---|\n" + "".join(f"| {word} | ops |\n" for word in words)
    else:
        body = "".join(f"- {word}\n" for word in words)
    entry = entry_of(whole(INCIDENT=f"# A\n\n## Action Items\n\n{body}".encode()), "INCIDENT")
    assert entry.accounted
    assert entry.rows == len(words)


FLOODS: dict[str, tuple[str, bytes]] = {
    "spaces after a label": ("TECH", b"# D\n\n## x\n\nOwner: x" + b" " * 1_000_000 + b"x\n"),
    "spaces before a rule": ("TECH", b"# D\n\n## x\n\n> " + b" " * 1_000_000 + b"x\n"),
    "bars in open code": ("OBSERVABILITY", b"| Alert | B |\n|---|---|\n| `" + b"|a" * 300_000 + b"\n"),
    "hidden characters": ("SECURITY", b"Risk ID,Title\nR-1,a" + "\u200b".encode() * 300_000 + b"\n"),
    "hidden escapes": ("PERFORMANCE", b'{"items":[{"title":"a' + b"\\u200b" * 300_000 + b'"}]}'),
    "quotes": ("SECURITY", b"Risk ID,Title\nR," + b'"' * 5_000_000 + b"\n"),
    "lines": ("SECURITY", b"Risk ID,Title\n" + b"a,b\n" * 200_000),
    "lines of text": ("TECH", b"# D\n" + b"## a\n" * 200_000),
}


@pytest.mark.parametrize(("name", "content"), FLOODS.values(), ids=FLOODS)
def test_no_artifact_takes_more_than_linear_time(name: str, content: bytes) -> None:
    started = time.process_time()
    assert all(entry.accounted for entry in read_handover(whole(**{name: content})).artifacts)
    assert time.process_time() - started < 3


def test_what_goes_beyond_the_most_items_is_counted_and_blocks() -> None:
    handover = read_handover(whole(PERFORMANCE=as_json([{"title": str(number)} for number in range(20_002)])))
    entry = next(entry for entry in handover.artifacts if entry.name.startswith("PERFORMANCE"))
    assert (entry.rows, entry.items, entry.accounted, entry.readable) == (20_002, 20_000, True, False)


FOREIGN: dict[str, tuple[str, bytes, str]] = {
    "A01 aliases in rules": ("OBSERVABILITY-BASELINE.yaml", b"groups: &a [x]\nrules: [*a, *a]\n", "the anchor &a is not allowed"),
    "A12 tag in a catalog": ("SERVICE-CATALOG.yaml", b"apiVersion: !!python/object/apply:os.system [touch]\n", "is not allowed"),
    "A15 in a log": ("SECURITY-RISK-LOG.yaml", b"risks: []\n---\nrisks: []\n", "a second document begins here"),
    "A19 conflict": ("SERVICE-CATALOG.yaml", b"<<<<<<< HEAD\nservices: []\n", "a merge conflict is left in the file"),
    "B01 scanner": ("SECURITY-RISK-LOG.sarif", b'{"runs": [], "runs": []}', "the name 'runs' stands twice"),
    "B17 logs": ("SECURITY-RISK-LOG.zip", zipped(("../x.csv", HEADER)), "its name leads out of its folder"),
    "B18 logs": ("SECURITY-RISK-LOG.zip", zipped(("x.csv", bytes(90_000_000))), "the archive would inflate to 90,000,000"),
    "archive in archive": ("SECURITY-RISK-LOG.zip", zipped(("x.zip", zipped(("a", b"")))), "a zip archive, but no workbook"),
    "B20 list": ("SECURITY-RISK-LOG.xlsx", edited(SHEET, b"<worksheet", ENTITIES), "defines a document type or entities"),
    "B23 list": ("TECH-DEBT-REGISTER.xls", b"\xd0\xcf\x11\xe0" + bytes(99), "an encrypted workbook, or one in the old .xls"),
    "TOML": ("TECH-DEBT-REGISTER.md", b"+++\nx = " + b"[" * 50_000 + b"\n+++\n", "the front matter is not read"),
    "front matter": ("TECH-DEBT-REGISTER.md", b"---\nx: &a 1\ny: *a\n---\n", "the front matter is not read: the anchor &a"),
    "no rules": ("OBSERVABILITY-BASELINE.yaml", b"groups: [1, {}]\n", "a group is not an object with `rules`"),
}  # fmt: skip


@pytest.mark.parametrize(("path", "content", "expected"), FOREIGN.values(), ids=FOREIGN)
def test_hostile_files_in_the_forms_of_other_tools_are_refused(path: str, content: bytes, expected: str) -> None:
    started = time.process_time()
    handover = read_handover({path: content})
    assert time.process_time() - started < 2
    assert any(expected in remark.message for remark in handover.remarks), handover.remarks
    assert all(entry.accounted for entry in handover.artifacts)
