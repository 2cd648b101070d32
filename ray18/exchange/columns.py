"""What an item says, cell by cell: one column for each of its fields, named as `ray18 backlog set` names them.

Columns follow from the model. Ratings are told apart by their name (`scoring.risk`, `scoring.risk.rationale`), the team's own
fields by theirs (`annotations.customer`); lists stand in one cell, parted by commas, lists of records in JSON.
"""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Literal, get_args
from urllib.parse import quote, unquote

from pydantic import BaseModel

from ray18.documents.backlog import BacklogItem, ScoringName
from ray18.documents.base import plain
from ray18.yaml import Step, Value, load_json

Form = Literal["text", "day", "number", "flag", "list", "records"]
Cells = Mapping[str, str]
"""Column -> what stands in the cell; blank cells are left out."""

BASE = "base"
"""The column with Git's id of the file that the row was made from."""
CORE = ("id", "title", "status", "severity", "priority", "owner", "service", "created", "due")
"""The columns that every sheet has, in this order."""
_ANNOTATION = "annotations."
_NAMELESS = "%"
_ODD = re.compile(r"^\s+|\s+$|[^\S ]|(?<= ) +|[%\x00-\x1f]")
_LIST_SIGN = ", "
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?\Z", re.ASCII)
_BLANKS_AT_END = re.compile(r"[ \t]+$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, the way to its field, and how the field is written in a cell."""

    name: str
    way: tuple[Step, ...]
    form: Form


@cache
def columns() -> Mapping[str, Column]:
    """Every column but the team's own, by heading."""
    return {column.name: column for column in _of_model(BacklogItem, ())}


def column(name: str) -> Column | None:
    """The column with this heading; None where there is none."""
    if name.startswith(_ANNOTATION) and len(name) > len(_ANNOTATION):
        return Column(name, ("annotations", _own_name(name[len(_ANNOTATION) :])), "text")
    return columns().get(name)


def in_order(names: Sequence[str]) -> tuple[str, ...]:
    """Headings as a sheet has them: the core first, then as the model has them, then the team's own by name."""
    known = list(dict.fromkeys([*CORE, *columns()]))
    return tuple(sorted(set(names), key=lambda name: (known.index(name) if name in known else len(known), name)))


def cells(item: BacklogItem) -> dict[str, str]:
    """All cells of an item that are not blank."""
    return {name: text for name, text in flat(plain(item)) if text}


def flat(said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Column and cell of everything that an item says; what it says to be nothing is a blank cell."""
    rest = dict(said)
    scoring = rest.get("scoring")
    if isinstance(scoring, Mapping):
        yield from _ratings(scoring.get("inputs"))
        rest["scoring"] = {name: entry for name, entry in scoring.items() if name != "inputs"}
    annotations = rest.get("annotations")
    if isinstance(annotations, Mapping):
        rest["annotations"] = {_heading(str(name)): text for name, text in annotations.items()}
    yield from _flat(rest, "")


def _ratings(inputs: Any) -> Iterator[tuple[str, str]]:
    """Of two ratings with one name the first counts, as it does when they are changed."""
    seen = set()
    for rating in inputs if isinstance(inputs, list) else ():
        name = rating.get("name") if isinstance(rating, Mapping) else None
        if name not in seen:
            seen.add(name)
            for part, at in (("value", ""), ("rationale", ".rationale")):
                yield from _flat({f"scoring.{name}{at}": rating.get(part)} if isinstance(rating, Mapping) else {}, "")


def value(at: Column, text: str) -> Value:
    """What a cell means; None for a blank one. Raises ValueError with what is wrong in words."""
    text = compared(at.name, text)
    if not text:
        return None
    if at.form == "list":
        return [*text.split(_LIST_SIGN)]
    if at.form == "records":
        return _records(text)
    if at.form == "number":
        if not _NUMBER.match(text):
            raise ValueError("write a number as 4 or 2.5")
        return float(text) if "." in text else int(text)
    if at.form == "flag":
        if text not in ("true", "false"):
            raise ValueError("write true or false")
        return text == "true"
    return text


def compared(name: str, text: str) -> str:
    """A cell as two are held against each other: what programs change by saving a sheet makes no difference."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _BLANKS_AT_END.sub("", text).strip()
    at = column(name)
    if at is None or at.form in ("text", "day"):
        return text
    if at.form == "records":
        return _compact(text)
    if at.form == "list":
        return _LIST_SIGN.join(text.replace(",", " ").replace(";", " ").split())
    if at.form == "flag":
        return text.casefold()
    return _number(float(text)) if _NUMBER.match(text) else text


def _heading(name: str) -> str:
    """The name of one of the team's own fields so that no program changes it: odd blanks and the like as %20 (RFC 3986)."""
    quoted = _ODD.sub(lambda match: quote(match[0], safe=""), name)
    return quoted or _NAMELESS


def _own_name(heading: str) -> str:
    return "" if heading == _NAMELESS else unquote(heading)


def _of_model(model: type[BaseModel], way: tuple[str, ...]) -> Iterator[Column]:
    for name, field in model.model_fields.items():
        inner = _inner_model(field.annotation)
        if name == "annotations":
            continue
        if (*way, name) == ("scoring", "inputs"):
            for rated in get_args(ScoringName):
                yield Column(f"scoring.{rated}", (*way, name, rated, "value"), "number")
                yield Column(f"scoring.{rated}.rationale", (*way, name, rated, "rationale"), "text")
        elif inner is not None and _form(field.annotation) != "list":
            yield from _of_model(inner, (*way, name))
        elif inner is not None:
            yield Column(".".join((*way, name)), (*way, name), "records")
        else:
            yield Column(".".join((*way, name)), (*way, name), _form(field.annotation))


def _inner_model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type):
        return annotation if issubclass(annotation, BaseModel) else None
    return next(filter(None, map(_inner_model, get_args(annotation))), None)


def _form(annotation: Any) -> Form:
    forms: dict[Any, Form] = {tuple: "list", bool: "flag", float: "number", int: "number", date: "day"}
    for kind in _kinds(annotation):
        if kind in forms:
            return forms[kind]
    return "text"


def _kinds(annotation: Any) -> Iterator[Any]:
    """The types that an annotation is made of, the outermost first."""
    yield getattr(annotation, "__origin__", annotation)
    for part in get_args(annotation):
        yield from _kinds(part)


def _flat(said: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for name, entry in said.items():
        if isinstance(entry, Mapping):
            yield from _flat(entry, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", _text(entry)


def _text(entry: Any) -> str:
    if isinstance(entry, bool):
        return str(entry).lower()
    if isinstance(entry, int | float):
        return _number(entry)
    if isinstance(entry, list):
        records = any(isinstance(inner, Mapping) for inner in entry)
        return _as_json(entry) if records else _LIST_SIGN.join(map(_text, entry))
    return "" if entry is None else str(entry)


def _as_json(entry: Any) -> str:
    """Records in one cell, without what they say to be nothing."""
    if isinstance(entry, list):
        entry = [
            {k: v for k, v in inner.items() if v is not None} if isinstance(inner, Mapping) else inner
            for inner in entry
        ]
    return json.dumps(entry, ensure_ascii=False, sort_keys=True)


def _compact(text: str) -> str:
    """JSON in one spelling; a text that is none, as it is."""
    loaded = load_json(text.encode())
    return text if loaded.problems else _as_json(loaded.value)


def _records(text: str) -> Value:
    loaded = load_json(text.encode())
    if loaded.problems or not isinstance(loaded.value, list):
        raise ValueError('write a list in JSON, as [{"name": "value"}]')
    return loaded.value


def _number(number: float) -> str:
    """The shortest decimal that means the number, never with an exponent."""
    from decimal import Decimal

    return format(Decimal(repr(float(number))).normalize() + 0, "f")
