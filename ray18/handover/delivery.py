"""One artifact as it was handed over: the file or files that make it up, and how they are written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from ray18.documents.dialects import PLAIN, Dialect
from ray18.handover.model import Contents, Notebook, Reading, Remark, Unusable


@dataclass(frozen=True, slots=True)
class Part:
    """One file of an artifact; `path` is relative to the hand-over, parts joined by `/`."""

    path: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Delivery:
    """One artifact: its files in order of their names. `beside` holds the whole hand-over."""

    path: str
    parts: tuple[Part, ...]
    dialect: Dialect = PLAIN
    beside: Mapping[str, bytes] = field(default_factory=dict)


ReadPart = Callable[[Part, Notebook], Reading]


def read_parts(delivery: Delivery, read: ReadPart) -> Reading:
    """All files of an artifact, read one by one; what is wrong with one does not hide the others.

    `read` gives the rows, items and contents of one file; its remarks go into the notebook.
    """
    rows = items = 0
    remarks: list[Remark] = []
    contents: list[Contents] = []
    for part in delivery.parts:
        notes = Notebook(part.path, dialect=delivery.dialect)
        try:
            reading = read(part, notes)
        except Unusable as stop:
            remarks.extend(replace(remark, stands_for=0) for remark in (*notes.remarks, *stop.remarks))
        except Exception as error:  # a reader's defect must not hide the other files, nor reach the user as a traceback
            remarks.append(_defect(part.path, error))
        else:
            rows, items = rows + reading.rows, items + reading.items
            remarks.extend(notes.remarks)
            contents.append(reading.contents)
    return Reading(rows, items, tuple(remarks), Contents.merged(contents))


def _defect(path: str, error: Exception) -> Remark:
    message = f"the artifact cannot be read: {type(error).__name__}: {error}"[:300]
    return Remark(path, 0, message, "save it again in its usual form, or report a defect of ray18", True)
