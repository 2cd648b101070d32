"""What foreign columns and words of a hand-over may mean: proposed with reasons, for people to confirm in `ray18.yaml`.

A proposal is `sure` when a dictionary or the records say so, or when all the evidence in the file points one way. Everything
else is a guess, shown as one, and takes part in nothing until somebody writes it down.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from ray18.documents.dialects import Dialect, Intake
from ray18.handover import foreign_words
from ray18.handover.artifacts import ARTIFACTS
from ray18.handover.days import Unclear, could_be_day, looks_like_day, read_day
from ray18.handover.samples import Sample, samples
from ray18.handover.table import Columns, folded, folded_value, matched
from ray18.handover.text import is_slug, slug
from ray18.handover.words import PRIORITIES, SEVERITIES, STATUSES, TIERS
from ray18.handover.workbook import DAYS

_WORDS: Mapping[str, Mapping[str, object]] = {
    "severity": SEVERITIES, "priority": PRIORITIES, "status": STATUSES, "tier": TIERS,
}  # fmt: skip
_NAMES = frozenset(("owner", "service"))
_MOST = 40
"""Values of one field that are proposed; a column with more of them is free text."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a proposal: where it goes below the artifact, the value, why, and whether that is sure."""

    way: tuple[str, ...]
    value: str
    why: str
    sure: bool


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed for one artifact."""

    artifact: str
    lines: tuple[Line, ...]


def propose(files: Mapping[str, bytes], intake: Intake, known_names: Mapping[str, str]) -> tuple[Proposal, ...]:
    """Proposals for the artifacts that need any. `known_names`: id by name or e-mail of the people and teams on record."""
    found = []
    for kind in ARTIFACTS:
        dialect = intake.dialect(kind.id)
        own = sorted(path for path in files if kind.is_named(path.split("/")[0]))
        given = [sample for path in own for sample in samples(path, files[path], dialect)]
        given = [sample for sample in given if sample.name not in kind.history]
        names = known_names if kind.is_items else None
        lines = list(_lines(given, kind.columns, dialect, names)) if kind.columns else []
        if lines:
            found.append(Proposal(kind.id, tuple(dict.fromkeys(lines))))
    return tuple(found)


def _lines(
    given: Sequence[Sample], columns: Columns, dialect: Dialect, known_names: Mapping[str, str] | None
) -> Iterator[Line]:
    """Without `known_names`, words are free and only columns and days are looked at."""
    for sample in given:
        yield from (Line((name,), value, why, sure) for name, value, why, sure in sample.form)
        known = matched(sample.header, columns, dialect)
        mapped = {folded(heading) for heading in dialect.columns}
        taken = set(known.values())
        for at, heading in enumerate(sample.header):
            if at not in known and heading.strip() and folded(heading) not in mapped:
                line = _for_column(heading, sample.column(at), columns, taken)
                if line:
                    yield line
                    known |= {at: line.value}
                    taken.add(line.value)
        if known_names is not None:
            for at, name in known.items():
                yield from _for_values(name, sample.column(at), dialect, known_names)
        days = [text for at, name in known.items() if name in DAYS for text in sample.column(at)]
        yield from _for_days(days, dialect)


def _for_column(heading: str, values: Sequence[str], columns: Columns, taken: set[str]) -> Line | None:
    """The field that a column may be, by its heading, else by what stands in it."""
    free = [name for name in columns if name not in taken]
    word = foreign_words.FIELDS.get(folded(heading))
    if word in free:
        return Line(("columns", heading), word, "a known word for it", True)
    alike = max(((_likeness(heading, known), name) for name in free for known in columns[name]), default=(0.0, ""))
    if alike[0] >= 0.85:
        return Line(("columns", heading), alike[1], "the heading is alike", False)
    fit = next((name for name in ("severity", "priority", "status") if name in free and _fits(name, values)), "")
    if fit:
        return Line(("columns", heading), fit, f"its values are: {', '.join(sorted(set(values))[:5])}", False)
    if values and all(map(looks_like_day, values)) and (days := [name for name in ("due", "created") if name in free]):
        return Line(("columns", heading), days[0], f"it holds days; {' or '.join(days)}?", False)
    return None


def _likeness(heading: str, known: str) -> float:
    """1 when one is the other, less by what differs; a heading that contains a longer known one counts as alike."""
    given = folded(heading)
    if len(known) >= 5 and known in given:
        return 0.9
    return SequenceMatcher(None, given, known).ratio() if abs(len(given) - len(known)) <= 3 else 0.0


def _fits(name: str, values: Sequence[str]) -> bool:
    """Whether most of the values are known words of a field."""
    words = {*_WORDS[name], *foreign_words.VALUES.get(name, {})}
    return bool(values) and 2 * sum(folded_value(value) in words for value in values) >= len(values)


def _for_values(name: str, values: Sequence[str], dialect: Dialect, known_names: Mapping[str, str]) -> Iterator[Line]:
    """Lines for the values of a field that are no known words, or no ids."""
    said = {folded_value(text) for text in dialect.values.get(name, {})}
    counts = Counter(text for text in values if folded_value(text) not in said)
    strange = [text for text in counts if not _is_known(name, text)]
    if len(strange) > _MOST:
        return
    for text in strange:
        rows = f"{counts[text]} row{'s' * (counts[text] != 1)}"
        if name in _NAMES:
            record = known_names.get(folded_value(text))
            why = f"{rows}; on record under this name" if record else f"{rows}; nobody on record has this name"
            value = record or slug(text)
            if value:
                yield Line(("values", name, text), value, why, record is not None)
        elif name in _WORDS:
            meant, sure = foreign_words.meaning(name, folded_value(text))
            if meant:
                yield Line(("values", name, text), meant, rows, sure)
            else:
                yield Line(("values", name, text), "?", f"{rows}; one of {_choices(name)}", False)


def _is_known(name: str, text: str) -> bool:
    if name in _NAMES:
        return is_slug(text)
    return name not in _WORDS or folded_value(text) in _WORDS[name]


def _choices(name: str) -> str:
    return ", ".join(dict.fromkeys(str(word) for word in _WORDS[name].values()))


def _for_days(days: Sequence[str], dialect: Dialect) -> Iterator[Line]:
    """What settles the days that cannot be read."""
    unclear = [text for text in days if isinstance(read_day(text, dialect), Unclear)]
    if not unclear or dialect.date_order:
        return
    readings = [could_be_day(text) for text in days]
    only_first = sum(reading == (True, False) for reading in readings)
    only_second = sum(reading == (False, True) for reading in readings)
    both = sum(reading == (True, True) for reading in readings)
    if both and bool(only_first) != bool(only_second):
        order = "day-month" if only_first else "month-day"
        why = f"{max(only_first, only_second)} of {len(days)} days can only be read so, none the other way"
        yield Line(("date_order",), order, why, True)
    elif both:
        pieces = "some days can only be read one way, some only the other" if only_first else "day-month or month-day?"
        yield Line(("date_order",), "day-month", f"{both} of {len(days)} days can be read in two ways; {pieces}", False)
    numbers = [text for text in unclear if text.replace(".", "", 1).isdigit()]
    if numbers:
        read = read_day(numbers[0], Dialect(date_order="serial"))
        yield Line(("date_order",), "serial", f"{len(numbers)} numbers; {numbers[0]} would be {read}", False)
    if any(isinstance(found := read_day(text, dialect), Unclear) and found.why == "names no year" for text in unclear):
        yield Line(("year",), "?", "some days name no year", False)


def as_yaml(proposals: Iterable[Proposal]) -> str:
    """The proposals as a block for `ray18.yaml`; guesses are comments."""
    every = tuple(proposals)
    mark = _mark(line for proposal in every for line in proposal.lines)
    rows = [(f"{mark}intake:", ""), (f"  {mark}artifacts:", "")]
    for proposal in every:
        rows.append((f"    {_mark(proposal.lines)}{proposal.artifact}:", ""))
        rows.extend(_block(proposal.lines))
    width = max(len(text) for text, _ in rows)
    return "".join(f"{text:{width}}  # {why}\n" if why else f"{text}\n" for text, why in rows)


def _block(lines: Sequence[Line]) -> Iterator[tuple[str, str]]:
    """Lines with their reasons; a heading is a comment when all below it are guesses."""
    shown: set[tuple[str, ...]] = set()
    for line in sorted(lines, key=lambda line: (len(line.way) > 1, line.way[:-1])):
        for depth in range(1, len(line.way)):
            way = line.way[:depth]
            if way not in shown:
                shown.add(way)
                mark = _mark(other for other in lines if other.way[:depth] == way)
                yield f"{'  ' * (2 + depth)}{mark}{_quoted(way[-1])}:", ""
        yield f"{'  ' * (2 + len(line.way))}{_mark([line])}{_quoted(line.way[-1])}: {_quoted(line.value)}", line.why


def _mark(lines: Iterable[Line]) -> str:
    """What makes a line a comment: nothing, when any of the lines that it is for is sure."""
    return "" if any(line.sure for line in lines) else "# "


def _quoted(text: str) -> str:
    """A text as YAML reads it back as text."""
    import json

    plain = text.replace("-", "").replace("_", "").replace(" ", "").isalnum() and not text[0].isdigit()
    risky = text.casefold() in ("true", "false", "null", "yes", "no", "on", "off", "y", "n")
    return text if plain and not risky and text == text.strip() else json.dumps(text, ensure_ascii=False)
