"""How a hand-over is written, where it is not written as RAY-18 expects: its columns, words, days, units and encoding.

People confirm each of these once, in `ray18.yaml`; what is not confirmed is never guessed.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from ray18.documents.base import Model

Encoding = Literal[
    "utf-8", "utf-16", "utf-32", "windows-1250", "windows-1251", "windows-1252", "windows-1253", "windows-1254",
    "windows-1257", "iso-8859-1", "iso-8859-2", "iso-8859-5", "iso-8859-7", "iso-8859-9", "iso-8859-15", "cp437",
    "cp850", "koi8-r", "koi8-u", "macintosh", "shift_jis", "euc-jp", "euc-kr", "gb18030", "big5",
]  # fmt: skip
"""Encodings that a text may be handed over in; UTF-16 and UTF-32 need a byte order mark."""
DateOrder = Literal["day-month", "month-day", "serial"]
"""`03/04/2025` is 3 April, or 4 March; `serial` = days are kept as numbers, as spreadsheets do (1900 system)."""
Unit = Literal["minutes", "hours", "days"]
ArtifactName = Literal[
    "closure-package", "operational-handover-record", "knowledge-transfer-feedback", "observability-baseline",
    "incident-postmortems", "performance-improvement-backlog", "tech-debt-register", "security-risk-log",
    "service-catalog", "ticket-history",
]  # fmt: skip
ASIDE = "annotation"
"""What a column is mapped to when no field shall be read from it."""


class Dialect(Model):
    """How an artifact is written."""

    encoding: Encoding | None = None
    """The encoding of its text; absent = UTF-8."""
    delimiter: Annotated[str, Field(min_length=1, max_length=1, pattern=r"^[^\"\r\n]$", examples=["|"])] | None = None
    """What parts the fields of a CSV; absent = comma, semicolon, tab or bar, whichever fits the headings."""
    date_order: DateOrder | None = None
    """How a day like `03/04/2025` is read; absent = it is not read."""
    year: Annotated[int, Field(ge=1970, le=2200, examples=[2025])] | None = None
    """The year of days like `Mar 26th`; absent = they are not read."""
    duration_unit: Unit | None = None
    """The unit of durations that are written as a number alone; absent = they are not read."""
    columns: Annotated[Mapping[str, str], Field(examples=[{"Befund": "title", "Ticket No.": "annotation"}])] = {}
    """Heading or field name as it was handed over -> the field it is read as; `annotation` = no field."""
    values: Annotated[Mapping[str, Mapping[str, str]], Field(examples=[{"severity": {"sehr hoch": "Critical"}}])] = {}
    """Field -> its value as it was handed over -> the value it stands for."""

    def over(self, general: "Dialect") -> "Dialect":
        """This dialect, with what only the general one says."""
        own = {name: value for name, value in self if value is not None}
        values = {name: {**general.values.get(name, {}), **self.values.get(name, {})}
                  for name in (*general.values, *self.values)}  # fmt: skip
        merged = {**dict(general), **own, "columns": {**general.columns, **self.columns}, "values": values}
        return Dialect.model_construct(**{name: merged[name] for name in Dialect.model_fields})


PLAIN = Dialect()
"""The dialect of a hand-over that is written as RAY-18 expects."""


class Intake(Dialect):
    """How the hand-over is written: for all artifacts, and for single ones."""

    artifacts: Annotated[
        Mapping[ArtifactName, Dialect],
        Field(examples=[{"security-risk-log": {"columns": {"Befund": "title"}, "date_order": "day-month"}}]),
    ] = {}
    """Artifact -> what holds for it alone; it counts before what is said for all."""

    def dialect(self, artifact: ArtifactName) -> Dialect:
        """How one artifact is written."""
        return self.artifacts.get(artifact, PLAIN).over(self)
