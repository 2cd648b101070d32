"""`ray18 completion`: the shell completes commands, options, ids of items, people, services, roles, gates and policies.

What a parameter takes is told by its name, or by what the help calls it; the values are those of the work tree.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem, get_completion_class

from ray18.commands.output import say
from ray18.errors import Ray18Error
from ray18.terminal import safe

VARIABLE = "_RAY18_COMPLETE"
"""Set by the shell when it asks what may come next."""
_SHELLS = ("bash", "zsh", "fish")
_WHERE = {
    "bash": "echo 'eval \"$(ray18 completion bash)\"' >> ~/.bashrc",
    "zsh": "echo 'eval \"$(ray18 completion zsh)\"' >> ~/.zshrc",
    "fish": "ray18 completion fish > ~/.config/fish/completions/ray18.fish",
}
_MOST = 200
"""Items with a title; of more, ids alone."""
_TITLE = re.compile(rb"^title:[ ]*(.+?)[ ]*$", re.MULTILINE)
_THINGS = {
    "PERSON": ("person",),
    "ROLE": ("role",),
    "GATE": ("gate",),
    "POLICY": ("policy",),
    "owner": ("person", "team"),
    "delegate": ("person",),
    "service": ("service",),
    "gate": ("gate",),
}
"""Name of a parameter, or what the help calls it, to what it names."""
_ITEMS = frozenset({"item_id", "items", "keep", "others", "why"})
_FORMATS = frozenset({"formats"})
_SUBJECTS = frozenset({"subject", "subjects"})


@click.command()
@click.argument("shell", type=click.Choice(_SHELLS), required=False)
def command(shell: str | None) -> None:
    """Print what makes SHELL complete commands, options, ids and people.

    \b
    Examples:
      eval "$(ray18 completion bash)"
      ray18 completion fish > ~/.config/fish/completions/ray18.fish
    """
    shell = shell or Path(os.environ.get("SHELL", "")).name
    found = get_completion_class(shell) if shell in _SHELLS else None
    if found is None:
        raise click.UsageError(f"name a shell: {', '.join(_SHELLS)}")
    whole = click.get_current_context().find_root().command
    say(f"# {_WHERE[shell]}\n{found(whole, {}, 'ray18', VARIABLE).source()}\n")


def completable(command: click.Command) -> click.Command:
    """The command, with parameters that know what they may name."""
    for parameter in command.params:
        values = _values(parameter)
        if values is not None:
            parameter.type = _Completed(parameter.type, values)
    for below in command.commands.values() if isinstance(command, click.Group) else ():
        completable(below)
    return command


Values = Callable[[Path, str], Iterable[CompletionItem]]
"""From the root of the repository, and what is written already."""


class _Completed(click.ParamType[Any]):
    """A type that also knows what may be written."""

    def __init__(self, inner: click.ParamType[Any], values: Values) -> None:
        self.inner, self.values, self.name = inner, values, inner.name

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return self.inner.convert(value, param, ctx)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """What may be written; nothing where there is no program."""
        del param
        try:
            root = _root(Path(ctx.find_root().params.get("folder") or Path.cwd()))
            return [item for item in self.values(root, incomplete) if item.value.startswith(incomplete)]
        except (Ray18Error, OSError, UnicodeError):
            return []


def _root(folder: Path) -> Path:
    from ray18.documents import SETTINGS_PATH

    here = folder.absolute()
    return next((place for place in (here, *here.parents) if (place / SETTINGS_PATH).is_file()), here)


def _values(parameter: click.Parameter) -> Values | None:
    name = parameter.name or ""
    if isinstance(parameter.type, click.Choice | click.Path):
        return None
    if name in _ITEMS:
        return _items
    if name in _FORMATS:
        return _formats
    if name in _SUBJECTS:
        return _subjects
    called = (parameter.metavar or "").strip("[].")
    kinds = _THINGS.get(name) or _THINGS.get(called)
    return (lambda root, _: _things(kinds, root)) if kinds else None


def _things(kinds: tuple[str, ...], root: Path) -> Iterator[CompletionItem]:
    from ray18.documents import kind
    from ray18.documents.document import Document, read
    from ray18.language.things import things
    from ray18.program import read_settings
    from ray18.snapshot import WorkTreeSnapshot

    snapshot = WorkTreeSnapshot(root)

    def documents(name: str) -> Iterator[Document[Any]]:
        found = kind(name)
        path = found.location(read_settings(snapshot).locations)
        document, _ = read(found, path, snapshot.read(path))
        if document is not None:
            yield document

    for thing in things(kinds, documents):
        yield CompletionItem(thing.name, help=safe(thing.title))


def _items(root: Path, written: str) -> Iterator[CompletionItem]:
    """Ids by the names of the files, which are quicker to look at than the files."""
    from ray18.program import read_settings
    from ray18.snapshot import WorkTreeSnapshot

    folder = root / read_settings(WorkTreeSnapshot(root)).locations.backlog
    names = [file.stem for file in sorted(folder.glob("*.yaml")) if file.stem.startswith(written)]
    for name in names:
        yield CompletionItem(safe(name), help=_title(folder / f"{name}.yaml") if len(names) <= _MOST else None)


def _title(file: Path) -> str | None:
    with file.open("rb") as stream:
        found = _TITLE.search(stream.read(4096))
    return safe(found[1].decode("utf-8", "replace").strip("'\"")) if found else None


def _formats(_: Path, __: str) -> Iterator[CompletionItem]:
    from ray18.renderers import FORMATS

    return (CompletionItem(name) for name in FORMATS)


def _subjects(root: Path, _: str) -> Iterator[CompletionItem]:
    from ray18.program import read_settings
    from ray18.snapshot import WorkTreeSnapshot
    from ray18.subjects import all_subjects

    for subject in all_subjects(read_settings(WorkTreeSnapshot(root))):
        yield CompletionItem(subject.id, help=safe(subject.title))
