"""Front matter of Markdown files: YAML between lines `---`, or TOML between lines `+++`, as site generators read it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ray18.handover.json_text import as_text
from ray18.handover.model import Notebook
from ray18.yaml import load

_FENCED = re.compile(r"(?P<fence>---|\+\+\+)[ \t]*\n(?P<body>.*?)(?<=\n)(?P=fence)[ \t]*(?:\n|\Z)", re.DOTALL)
_FIELD = re.compile(r"^[A-Za-z_\"'][^\n]{0,100}?(?::(?:\s|$)|[ \t]*=)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """Its fields as text, and how many characters it takes, fences included."""

    fields: Mapping[str, str] = field(default_factory=dict)
    length: int = 0


def front_matter(text: str, notes: Notebook) -> FrontMatter:
    """The front matter a text begins with; one that cannot be read is noted. Text between rules is none."""
    match = _FENCED.match(text)
    if not match or not _FIELD.search(match["body"]):
        return FrontMatter()
    given = _toml(match["body"], notes) if match["fence"] == "+++" else _yaml(match["body"], notes)
    return FrontMatter({name: value for name, value in given if value}, match.end())


def _yaml(body: str, notes: Notebook) -> Iterator[tuple[str, str]]:
    loaded = load(body.encode())
    for problem in loaded.problems:
        message = f"the front matter is not read: {problem.message}"
        notes.note(problem.place.line + 1, message, problem.remedy)
        return
    for name, value in loaded.value.items() if isinstance(loaded.value, dict) else ():
        yield name, as_text(value).strip()


def _toml(body: str, notes: Notebook) -> Iterator[tuple[str, str]]:
    import tomllib

    try:
        given = tomllib.loads(body)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        notes.note(2, f"the front matter is not read: {error}"[:300], "mend it")
        return
    for name, value in given.items():
        yield name, _toml_text(value)


def _toml_text(value: Any) -> str:
    """A value of TOML as text; days and times as ISO 8601 has them."""
    if isinstance(value, str | int | float | bool):
        return as_text(value).strip()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
