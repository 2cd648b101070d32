"""Mends as bytes: what a file says after a fix, and the lines that differ, as every kind of patch needs them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher, unified_diff

from ray18.errors import BlockedError, Ray18Error
from ray18.findings import Edit, Finding, Replacement
from ray18.sources import Sources
from ray18.yaml import edit


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines `first` to `last` (from 1, both included) that become `text`; `last` = `first` - 1 inserts before `first`."""

    path: str
    first: int
    last: int
    text: str
    """Whole lines, each with its end."""


def patched(source: bytes, edits: Iterable[Edit | Replacement]) -> bytes:
    """A file after some edits of it. Raises BlockedError or UsageError when they do not fit it."""
    listed = list(edits)
    places = sorted((one for one in listed if isinstance(one, Replacement)), key=lambda one: (-one.line, -one.column))
    text = source.decode("utf-8-sig")
    lines = text.split("\n")
    before: tuple[int, int] | None = None
    for one in places:
        end = one.column + (one.width or 0)
        if before is not None and (one.line, end) > before:
            raise BlockedError("two mends are about the same place", "make one of them, and run again")
        before = (one.line, 0 if one.width is None else one.column)
        _replace(lines, one)
    mark = b"\xef\xbb\xbf" if source.startswith(b"\xef\xbb\xbf") else b""
    result = mark + "\n".join(lines).encode()
    changes = {one.way: one.value for one in listed if isinstance(one, Edit)}
    return edit(result, changes) if changes else result


def _replace(lines: list[str], one: Replacement) -> None:
    if not 0 < one.line <= len(lines):
        raise BlockedError(f"line {one.line} is not there any more", "run again")
    if one.width is None:
        del lines[one.line - 1]
        return
    line, start = lines[one.line - 1], one.column - 1
    lines[one.line - 1] = line[:start] + one.text + line[start + one.width :]


def hunks(finding: Finding, sources: Sources) -> tuple[Hunk, ...]:
    """The lines that the mend of a finding changes; none when it does not fit the files."""
    if finding.fix is None:
        return ()
    found: list[Hunk] = []
    for path in dict.fromkeys(one.path for one in finding.fix.edits):
        source = sources.content(path)
        try:
            after = patched(source, (one for one in finding.fix.edits if one.path == path))
            found.extend(_differences(path, source.decode("utf-8-sig"), after.decode("utf-8-sig")))
        except (Ray18Error, UnicodeDecodeError):
            return ()
    return tuple(found)


def _differences(path: str, before: str, after: str) -> Iterator[Hunk]:
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    for kind, first, last, begin, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            yield Hunk(path, first + 1, last, "".join(new[begin:end]))


def unified(path: str, before: bytes, after: bytes) -> str:
    """The difference of one file as `git apply` takes it."""
    old, new = (text.decode("utf-8", "surrogateescape").splitlines(keepends=True) for text in (before, after))
    lines = []
    for line in unified_diff(old, new, f"a/{path}", f"b/{path}"):
        lines.append(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n")
    return "".join(lines)
