"""What stands at a place of a document, for whoever asks: what a field means, who is named, and where that is declared."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ray18.documents import Kind
from ray18.documents.document import Document
from ray18.documents.fields import spot
from ray18.findings import Finding
from ray18.language.cursor import Spotted, spotted
from ray18.language.things import Thing, things
from ray18.policy import shipped_policy
from ray18.renderers.inert import cell
from ray18.yaml import load

Documents = Callable[[str], Iterable[Document[Any]]]


@dataclass(frozen=True)
class Target:
    """Where something is declared: a file of the program, or (`whole`) one that comes with RAY-18; line and column from 1."""

    path: str
    line: int = 1
    column: int = 1
    whole: bool = False


def explained(kind: Kind, text: str, line: int, column: int, documents: Documents, findings: Iterable[Finding]) -> str:
    """Markdown about what is at a line and a column, both from 0; empty when there is nothing to say."""
    parts = [_policy(finding) for finding in findings if finding.line == line + 1]
    found = _spotted(text, line, column)
    if found is not None:
        parts += [*map(_card, _things(kind, found, documents)), _field(kind, found)]
    return "\n\n---\n\n".join(part for part in parts if part)


def declared(kind: Kind, text: str, line: int, column: int, documents: Documents) -> tuple[Target, ...]:
    """Where what is named at a line and a column, both from 0, is declared."""
    found = _spotted(text, line, column)
    return tuple(map(_target, _things(kind, found, documents))) if found else ()


def _spotted(text: str, line: int, column: int) -> Spotted | None:
    return spotted(load(text.encode("utf-8", "replace"), positions=True), line, column)


def _things(kind: Kind, found: Spotted, documents: Documents) -> Iterator[Thing]:
    """What is named by a value, or by a field whose name is a name."""
    here = spot(kind.model, found.way[:-1] if found.at_key else found.way)
    if found.at_key:
        here = here.keys if here else None
    name = found.way[-1] if found.at_key else found.value
    return (thing for thing in things(here.names if here else (), documents) if thing.name == name)


def _target(thing: Thing) -> Target:
    if thing.document is None:
        return Target(thing.path, whole=True)
    place = thing.document.place(*thing.way)
    return Target(thing.document.path, place.line, place.column)


def _card(thing: Thing) -> str:
    head = f"**{cell(thing.title or thing.name)}** ({thing.kind} {cell(thing.name)})"
    return "\n\n".join([head, *map(cell, thing.about)])


def _field(kind: Kind, found: Spotted) -> str:
    here = spot(kind.model, found.way)
    if here is None or not here.description:
        return ""
    name = next((step for step in reversed(found.way) if isinstance(step, str)), "")
    known = f"\n\nOne of: {', '.join(here.words)}" if here.words else ""
    return f"`{name}`: {here.description}{known}"


def _policy(finding: Finding) -> str:
    policy = shipped_policy(finding.policy)
    said = f"**{cell(finding.message)}**\n\n{cell(finding.remedy)}"
    return f"{said}\n\n{policy.doc} (`{policy.id}`)" if policy else said
