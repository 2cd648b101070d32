"""Writes the pages that follow from the code: `python docs/generate.py`, or prints one: `… records.md`."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import click

from ray18.attacks import cases
from ray18.attacks.page import page
from ray18.cli import COMMANDS, group
from ray18.documents import KINDS
from ray18.documents.base import Model
from ray18.documents.described import docstrings
from ray18.documents.misfit import inner_model
from ray18.documents.settings import Locations

HERE = Path(__file__).parent
RECORDS_HEAD = """\
# Records: the files of a program

One kind of file after another: where it lives, and what its fields mean. `*` marks what must be there; everything else may
be left out. The same is in the JSON Schemas (`ray18 schema show KIND`), which editors use for completion.

## How strictly they are read

YAML 1.2 core types, so `yes` and `12:30` are text. One document in a file. Refused, with line and column: duplicate fields,
unknown fields and values (with the nearest known name), anchors, aliases, merge keys, tags, directives, tabs where spaces
belong, numbers that other readers take for octal, anything but UTF-8 in form NFC, control characters, exotic line breaks,
invisible and direction-changing characters, left-over merge conflicts, more than 1 MiB, 64 levels or 200,000 values.
"""


def records() -> str:
    """docs/records.md"""
    lines = [RECORDS_HEAD]
    for kind in KINDS:
        where = kind.location(Locations())
        lines += [f"## {kind.name}", "", f"{kind.title} Lives in `{where}{'/' if kind.many else ''}`.", ""]
        lines += [*_fields(kind.model)]
        for name, model in _nested(kind.model):
            lines += [
                f"### {kind.name}: {name}",
                "",
                f"{(model.__doc__ or '').strip().splitlines()[0]}",
                "",
                *_fields(model),
            ]
    return "\n".join(lines).rstrip() + "\n"


def _fields(model: type[Any]) -> Iterator[str]:
    yield "| field | meaning | values |"
    yield "|---|---|---|"
    words = docstrings(model)
    for name, field in model.model_fields.items():
        must = "*" if field.is_required() else ""
        meaning = (field.description or words.get(name, "")).replace("\n", " ").replace("|", "\\|")
        yield f"| `{name}`{must} | {meaning} | {_values(field.annotation)} |"
    yield ""


def _values(annotation: Any) -> str:
    inner = inner_model(annotation)
    if inner is not None:
        return f"{inner.__name__}{' (list)' if 'tuple' in str(annotation) else ''}"
    literals = [str(value) for part in _flat(annotation) for value in get_args(part) if "Literal" in str(part)]
    return " · ".join(dict.fromkeys(literals))


def _flat(annotation: Any) -> Iterator[Any]:
    yield annotation
    for part in get_args(annotation):
        if not isinstance(part, str | int):
            yield from _flat(part)


def _nested(model: type[Model], seen: set[str] | None = None) -> Iterator[tuple[str, type[Any]]]:
    seen = seen if seen is not None else set()
    for field in model.model_fields.values():
        inner = inner_model(field.annotation)
        if inner is not None and inner.__name__ not in seen:
            seen.add(inner.__name__)
            yield inner.__name__, inner
            yield from _nested(inner, seen)


def commands() -> str:
    """docs/commands.md"""
    lines = [
        "# Commands",
        "",
        "What `ray18 COMMAND --help` says, in one place.",
        "",
        "```text",
        _help(group, "ray18"),
        "```",
        "",
    ]
    context = click.Context(group, info_name="ray18")
    for name in COMMANDS:
        command = group.get_command(context, name)
        lines += [f"## ray18 {name}", "", "```text", _help(command, f"ray18 {name}"), "```", ""]
        if isinstance(command, click.Group):
            for inner_name, inner in command.commands.items():
                lines += [
                    f"### ray18 {name} {inner_name}",
                    "",
                    "```text",
                    _help(inner, f"ray18 {name} {inner_name}"),
                    "```",
                    "",
                ]
    return "\n".join(lines).rstrip() + "\n"


def attacks() -> str:
    """docs/attacks.md"""
    return page(cases())


def _help(command: Any, path: str) -> str:
    names = ["-h", "--help"]  # as `group` has them; click keeps the first it is asked with
    context = click.Context(command, info_name=path, terminal_width=100, max_content_width=100, help_option_names=names)
    return command.get_help(context).rstrip()


PAGES = {"records.md": records, "commands.md": commands, "attacks.md": attacks}


def main() -> None:
    if len(sys.argv) > 1:
        sys.stdout.write(PAGES[sys.argv[1]]())
        return
    for name, write in PAGES.items():
        (HERE / name).write_text(write(), encoding="utf-8")
        sys.stdout.write(f"wrote docs/{name}\n")


if __name__ == "__main__":
    main()
