"""What all scanners' reports have in common: entries that become rows of the risk log."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ray18.handover.json_text import JsonText, as_text
from ray18.handover.model import Notebook
from ray18.handover.table import Row, meaning
from ray18.handover.text import cleaned, one_line
from ray18.yaml import Step, Value

Object = Mapping[str, Value]
_UNRATED = frozenset(("", "unknown", "none", "unspecified", "info", "informational", "negligible"))
"""Words by which scanners say that they give no rating, or that it is below Low."""
_BANDS = ((9.0, "Critical"), (7.0, "High"), (4.0, "Medium"), (0.1, "Low"))
"""The qualitative severity rating scale of CVSS v3.1, section 5, and v4.0, section 6."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a report, the line it begins on, and what stands around it."""

    line: int
    value: Object
    around: Object


@dataclass(frozen=True, slots=True)
class Scanner:
    """One format: how it is told, where its entries are, and the row of each (None = a remark stands for it)."""

    name: str
    recognises: Callable[[Value], bool]
    entries: Callable[[JsonText], Iterator[Entry]]
    row: Callable[[Entry, Notebook], Row | None]


def has(value: Value, *names: str) -> bool:
    """Whether a value is an object with all of these fields."""
    return isinstance(value, dict) and all(name in value for name in names)


def child(value: Object, *way: str) -> Object:
    """The object that a way leads to; an empty one where there is none."""
    found: Value = dict(value)
    for step in way:
        found = found.get(step) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def objects(value: Value) -> list[Object]:
    """The objects in a list; an empty list for anything else."""
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def texts(value: Value) -> list[str]:
    """The texts in a list; an empty list for anything else."""
    return [entry for entry in value if isinstance(entry, str)] if isinstance(value, list) else []


def listed(source: JsonText, way: Sequence[Step], found: Value, around: Object) -> Iterator[Entry]:
    """An entry for each value of a list, also for those that are no objects: they must not vanish."""
    for at, value in enumerate(found if isinstance(found, list) else []):
        yield Entry(source.line(*way, at), value if isinstance(value, dict) else {}, around)


def said(value: Object, name: str) -> str:
    """A field as one line of text."""
    return one_line(cleaned(as_text(value.get(name)))[0])


def sighting(entry: Entry, notes: Notebook, extra: Mapping[str, str], **fields: str) -> Row:
    """The row of an entry; what is not said is left out, and a word that rates nothing is no severity."""
    severity = meaning(notes.dialect, "severity", fields.pop("severity", ""))
    values = {**fields, "severity": "" if severity.casefold() in _UNRATED else severity}
    return Row(
        entry.line,
        {name: text for name, text in values.items() if text},
        {name: text for name, text in extra.items() if text},
    )


def leave(entry: Entry, notes: Notebook, message: str) -> None:
    """A remark that stands for an entry that says itself that nothing is to be done."""
    notes.note(entry.line, message, "add it by hand if it matters: ray18 backlog add", stands_for=1)


def rated(score: float) -> str:
    """The severity of a CVSS base score; empty for 0."""
    return next((word for least, word in _BANDS if score >= least), "")


def severity_of(vector: str) -> str:
    """The severity of a CVSS vector; empty for one that is none."""
    from cvss import CVSS2, CVSS3, CVSS4
    from cvss.exceptions import CVSSError

    kinds = (("CVSS:4.", CVSS4), ("CVSS:3.", CVSS3))
    kind = next((made for start, made in kinds if vector.startswith(start)), CVSS2)
    try:
        word = kind(vector).severities()[0]
    except (CVSSError, ValueError, KeyError, IndexError):
        return ""
    return "" if str(word) == "None" else str(word)


def natural_id(*parts: str) -> str:
    """An id of the parts that are given: the vulnerability, and where it was seen."""
    return "-".join(filter(None, parts))
