"""A report in JSON or YAML, as the blocks that it would have if somebody had written it down in Markdown.

A field is a heading, a text a paragraph, a list of texts a list, and an object the headings below; a list of objects, or an
object of objects by their ids, is a table.
"""

from collections.abc import Iterator, Mapping, Sequence

from ray18.handover.delivery import Part
from ray18.handover.json_text import JsonText, as_text, read_tree
from ray18.handover.markdown import Block, Entry, Heading, Page, Paragraph, Table, TableLine
from ray18.handover.model import Notebook, Remark, Unusable
from ray18.handover.table import folded
from ray18.yaml import Step, Value

_TITLES = ("title", "name", "subject", "headline")
_WRAPPERS = ("postmortem", "incident", "report", "incidentreport")
_DEEPEST = 5


def read_tree_page(part: Part, notes: Notebook) -> Page:
    """The report in a file, or the list of them. Raises Unusable when it is neither, or cannot be read."""
    source = read_tree(part, notes)
    root = source.value
    reports = {(): root} if isinstance(root, dict) else {(at,): one for at, one in enumerate(_list(root))}
    found: list[Block] = []
    texts: dict[str, str] = {}
    for way, report in reports.items():
        if not isinstance(report, dict):
            raise Unusable(Remark(part.path, source.line(*way), "not an object with named fields", "name them", True))
        fields, steps = _unwrapped(report)
        texts = {folded(name): as_text(value) for name, value in fields.items() if not isinstance(value, dict | list)}
        title = next((texts[name] for name in _TITLES if texts.get(name)), "")
        if title or len(reports) > 1:
            found.append(Heading(source.line(*way) or 1, 1, title or f"report {len(found) + 1}"))
        found.extend(_headings(source, (*way, *steps), fields, 2))
    last = max((block.line for block in found), default=0)
    return Page("\n" * last, texts if len(reports) == 1 else {}, tuple(found))


def _list(root: Value) -> list[Value]:
    return root if isinstance(root, list) else [root]


def _unwrapped(root: Mapping[str, Value]) -> tuple[Mapping[str, Value], tuple[Step, ...]]:
    """The fields of the report, and the way to them: some tools put them below one name."""
    for name, value in root.items():
        if folded(name) in _WRAPPERS and isinstance(value, dict):
            return {**{other: field for other, field in root.items() if other != name}, **value}, (name,)
    return root, ()


def _headings(source: JsonText, way: tuple[Step, ...], fields: Mapping[str, Value], level: int) -> Iterator[Block]:
    for name, value in fields.items():
        here = (*way, name)
        line = source.line(*here)
        if value in (None, "", [], {}) or (level == 2 and folded(name) in _TITLES):
            continue
        yield Heading(line, level, name.replace("_", " ").replace("-", " "))
        if isinstance(value, dict) and all(isinstance(entry, dict) for entry in value.values()):
            yield from _listed(source, here, [(step, {"id": step, **entry}) for step, entry in _objects(value)])
        elif isinstance(value, dict) and level < _DEEPEST:
            yield from _headings(source, here, value, level + 1)
        elif isinstance(value, list):
            yield from _listed(source, here, list(enumerate(value)))
        else:
            yield Paragraph(line, as_text(value)) if level == 2 else Entry(line, as_text(value), "", None)


def _objects(entries: Mapping[str, Value]) -> Iterator[tuple[str, Mapping[str, Value]]]:
    return ((name, entry) for name, entry in entries.items() if isinstance(entry, dict))


def _listed(source: JsonText, way: tuple[Step, ...], entries: Sequence[tuple[Step, Value]]) -> Iterator[Block]:
    """A table of the objects, and an entry for each of the rest. None is left out, be it blank."""
    objects = [(step, entry) for step, entry in entries if isinstance(entry, dict)]
    header = tuple(dict.fromkeys(name for _, entry in objects for name in entry))
    if header:
        rows = (
            TableLine(source.line(*way, step), tuple(as_text(entry.get(name)) for name in header), len(header), False)
            for step, entry in objects
        )
        yield Table(source.line(*way), header, tuple(rows))
    for step, entry in entries:
        if not isinstance(entry, dict) or not header:
            yield Entry(source.line(*way, step), as_text(entry) if entry != {} else "", "", None)
