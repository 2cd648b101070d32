"""The lines that a report is about, as people may be shown them: what could be a secret is masked."""

from dataclasses import dataclass
from functools import cached_property

from ray18.errors import Ray18Error
from ray18.findings import is_secret
from ray18.snapshot import Snapshot
from ray18.yaml.span import KEY

_MASK = "***"
_MOST_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Sources:
    """The files of a snapshot, by line; what is no text has none."""

    snapshot: Snapshot

    @cached_property
    def _read(self) -> dict[str, tuple[str, ...]]:
        return {}

    def lines(self, path: str) -> tuple[str, ...]:
        """The lines of a file as they may be shown; none when it cannot be read as UTF-8 text."""
        if path not in self._read:
            self._read[path] = tuple(_masked(self._text(path)))
        return self._read[path]

    def line(self, path: str, number: int) -> str:
        """One line, counted from 1; empty when there is none."""
        lines = self.lines(path) if path and number else ()
        return lines[number - 1] if 0 < number <= len(lines) else ""

    def content(self, path: str) -> bytes:
        """The bytes of a file, unmasked: for mends, which are made of them. Empty when it cannot be read."""
        try:
            return self.snapshot.read(path)
        except (Ray18Error, ValueError, OSError):
            return b""

    def _text(self, path: str) -> str:
        try:
            content = self.snapshot.read(path)
            return content.decode("utf-8-sig") if len(content) <= _MOST_BYTES and b"\0" not in content else ""
        except (Ray18Error, ValueError, OSError):  # no text, or no name that a file can have
            return ""


def _masked(text: str) -> list[str]:
    """The lines, without the values of fields whose name says that they are secret, and what is nested below them."""
    shown, hidden_from = [], -1
    for line in text.replace("\r\n", "\n").split("\n"):
        indent = len(line) - len(line.lstrip(" "))
        if hidden_from >= 0 and (not line.strip() or indent > hidden_from):
            shown.append(" " * indent + _MASK if line.strip() else "")
            continue
        hidden_from = -1
        key = KEY.match(line)
        if key is None or not is_secret(key["name"]):
            shown.append(line)
            continue
        hidden_from = len(key["lead"])
        shown.append(f"{line[: key.end()]} {_MASK}" if line[key.end() :].strip() else line)
    return shown
