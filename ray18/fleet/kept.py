"""What earlier runs found, in a file of the user's: one line of JSON for each repository that was judged.

A line counts while the fingerprint of its repository is the same. Lines are added as answers come, so a run that was
interrupted goes on where it stopped; a line that was cut off is judged again.
"""

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from ray18.errors import UsageError
from ray18.fleet.standing import Standing


class Line(BaseModel):
    """One repository that was judged."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    location: str
    fingerprint: str
    standing: Standing


class Kept:
    """The file, read once and written line by line. Raises UsageError when it holds something else."""

    def __init__(self, path: Path) -> None:
        self._path = path
        content = path.read_bytes() if path.exists() else b""
        lines = [line for line in map(_line, content.splitlines()) if line is not None]
        if content and not lines:
            raise UsageError(
                f"{path} is no file that --resume wrote", "name another file; it is made when it is missing"
            )
        self.lines: Mapping[str, Line] = {line.location: line for line in lines}
        self._cut_off = bool(content) and not content.endswith(b"\n")
        self._stream: IO[bytes] | None = None

    def __enter__(self) -> Self:
        self._stream = self._path.open("ab", buffering=0)
        if self._cut_off:
            self._stream.write(b"\n")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._stream is not None:
            self._stream.close()

    def add(self, line: Line) -> None:
        """Keeps an answer."""
        if self._stream is not None:
            self._stream.write(line.model_dump_json().encode() + b"\n")


def _line(content: bytes) -> Line | None:
    try:
        return Line.model_validate_json(content)
    except ValidationError:
        return None
