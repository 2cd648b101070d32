"""What judging yields: a finding says which policy, what is wrong, exactly where, and what to do."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

Level = Literal["blocker", "error", "warning"]
"""blocker: cannot be judged, so nothing passes · error: the rule is broken · warning: said, but never fails a gate."""

_ORDER: dict[Level, int] = {"blocker": 0, "error": 1, "warning": 2}
_MESSAGE_LIMIT = 300
_DIGITS = re.compile("[0-9]+")
_SECRET_NAME = re.compile(r"token|passw|secret|credential|private_?key|api_?key|auth", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Related:
    """A second place that explains a finding: what it contradicts, repeats or leaves out."""

    message: str
    path: str
    line: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class Edit:
    """A value of a record that is set to another; None takes it away. Comments and order stay."""

    path: str
    way: tuple[str | int, ...]
    value: str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Replacement:
    """Characters of one line that become others; with `width` None, the line that goes as a whole."""

    path: str
    line: int
    column: int
    width: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A mend that a machine can make. It is safe when it only writes down what was meant; else it decides something."""

    title: str
    """What it does, as `set due to 2026-05-01`."""
    safe: bool
    edits: tuple[Edit | Replacement, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    `line` and `column` start at 1; 0 means the file as a whole. `item` is the id of the record meant, or empty. `field`
    leads to the value meant, entries of lists by their id, as `coverage.support_hours.business.days`; or is empty.
    """

    policy: str
    level: Level
    message: str
    path: str = ""
    line: int = 0
    column: int = 0
    item: str = ""
    remedy: str = ""
    field: str = ""
    related: tuple[Related, ...] = ()
    fix: Fix | None = None

    @property
    def place(self) -> str:
        """Path, line and column as editors and terminals take them; without the zeros of a file as a whole."""
        return f"{self.path}:{self.line}:{self.column}" if self.line else self.path

    @property
    def paths(self) -> tuple[str, ...]:
        """The files that it shows places in, or mends."""
        mended = self.fix.edits if self.fix else ()
        return self.path, *(one.path for one in self.related), *(edit.path for edit in mended)

    def stamped(self, policy: str, level: Level) -> "Finding":
        """This finding as found by `policy`, which alone decides its level."""
        return replace(self, policy=policy, level=level, message=clipped(self.message))


def fingerprints(findings: Iterable[Finding]) -> dict[Finding, str]:
    """A name for each finding, 32 hexadecimal digits, that stays when lines, files and numbers move.

    It is made of the policy, the record (the file, where there is none), the field, and the message without its digits.
    Findings that are alike in all of that are numbered, so that every name is given once.
    """
    import hashlib

    seen: dict[str, int] = {}
    names: dict[Finding, str] = {}
    for finding in ordered(set(findings)):
        about = (finding.policy, finding.item or finding.path, finding.field, _DIGITS.sub("#", finding.message))
        key = "\0".join(about)
        seen[key] = seen.get(key, 0) + 1
        said = f"{key}\0{seen[key]}".encode("utf-8", "surrogatepass")
        names[finding] = hashlib.sha256(said).hexdigest()[:32]
    return names


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Worst first, then by place: the one order in which findings are ever shown."""
    return tuple(
        sorted(findings, key=lambda f: (_ORDER[f.level], f.path, f.line, f.column, f.policy, f.item, f.message))
    )


def clipped(text: str, limit: int = _MESSAGE_LIMIT) -> str:
    """At most `limit` characters, the cut shown."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def is_secret(name: str) -> bool:
    """Whether the name of a field says that its value is nobody's business."""
    return bool(name) and _SECRET_NAME.search(name) is not None


def shown(value: object, name: str = "") -> str:
    """A value as a message may quote it: short, one line, and masked where `name` says that it is a secret."""
    if is_secret(name):
        return "'***'"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return str(value).lower()
    return clipped(repr(value), 60)
