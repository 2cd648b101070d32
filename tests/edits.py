"""Edits of the example program, as people and accidents make them: what remembers anything has to see through all of them."""

import re
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

from conftest import Program
from hypothesis import strategies as st

EXAMPLE = Path(__file__).parents[1] / "example-repo"
ITEMS = sorted(path.name for path in (EXAMPLE / "backlog").glob("*.yaml"))
DAY = date(2026, 3, 16)


def put(field: str, value: str) -> Callable[[str], str]:
    """Sets a field of a record, whether it is there or not."""

    def edit(text: str) -> str:
        line = f"{field}: {value}\n"
        there = re.search(rf"^{field}:.*\n(?:[ \t].*\n|- .*\n)*", text, re.MULTILINE)
        return text.replace(there[0], line, 1) if there else text + line

    return edit


EDITS: tuple[Callable[[str], str], ...] = (
    put("title", "Another title"),
    put("severity", "Critical"),
    put("severity", "Low"),
    put("priority", "P4"),
    put("owner", "nobody-we-know"),
    put("owner", "tomas-vik"),
    put("due", "2026-02-01"),
    put("due", "2027-02-01"),
    put("due", "1"),
    put("status", "done"),
    put("depends_on", "[TD-21, TD-22]"),
    put("depends_on", "[NO-1]"),
    put("service", "boarding"),
    put("description", "Other words for the same work."),
    put("tags", "[one, two]"),
    put("tags", "{not: a list}"),
    put("id", "TD-21"),
    lambda text: f"# moved down\n\n{text}",
    lambda text: text.replace("owner:", "owners:"),
)
ELSEWHERE: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("services.yaml", lambda text: text.replace("boarding", "landing")),
    ("people.yaml", lambda text: text.replace("tomas-vik", "tomas")),
    ("plan.yaml", lambda text: text.replace("TD-2", "TD-9")),
    ("plan.yaml", lambda text: text.replace("cadence:", "# more\ncadence:")),
    ("governance.yaml", lambda text: text.replace("status: active", "status: planned")),
)
OPERATIONS = st.one_of(
    st.tuples(st.just("edit"), st.sampled_from(ITEMS), st.integers(0, len(EDITS) - 1)),
    st.tuples(st.just("remove"), st.sampled_from(ITEMS), st.just(0)),
    st.tuples(st.just("restore"), st.sampled_from(ITEMS), st.just(0)),
    st.tuples(st.just("elsewhere"), st.just(""), st.integers(0, len(ELSEWHERE) - 1)),
    st.tuples(st.just("day"), st.just(""), st.integers(0, 400)),
    st.tuples(st.just("save"), st.just(""), st.just(0)),
)


def apply(program: Program, operation: tuple[str, str, int], day: date) -> date:
    name, item, number = operation
    path = program.root / "backlog" / item
    if name == "edit" and path.exists():
        path.write_text(EDITS[number](path.read_text()))
    elif name == "remove":
        path.unlink(missing_ok=True)
    elif name == "restore":
        shutil.copyfile(EXAMPLE / "backlog" / item, path)
    elif name == "elsewhere":
        place, edit = ELSEWHERE[number]
        (program.root / place).write_text(edit((program.root / place).read_text()))
    elif name == "day":
        return date.fromordinal(DAY.toordinal() + number)
    return day
