"""The list of scripts as a page for people."""

from collections.abc import Iterable, Iterator

from ray18.attacks.case import Case

_HEAD = """\
# Attacks, and what must not be mistaken for one

`ray18 selftest --attacks` plays each of these on a real Git repository in a temporary folder. On the left what is tried, in
the middle words of RAY-18's answer, on the right what plain git says about the signature of the commit at stake (`%G?`, with
everybody's keys configured: G good, U good by a key that git does not know, N none), where git has an answer at all. An attack
is refused by every question that is asked after it, with its cause named; a disturbance passes every one.

Three stories are played on: in F0 the security lead rejected the plan, in F1 all four leads approved, and in a third the
security lead has not decided yet.
"""
_TITLES = {
    "keys": "Keys and signatures",
    "people": "Who somebody is",
    "records": "Records",
    "decisions": "Decisions that lapse or are lent",
    "rules": "The rules themselves",
    "history": "History",
    "objects": "Objects",
    "machine": "The machine",
    "harmless": "Harmless: must cost nothing",
}


def page(cases: Iterable[Case]) -> str:
    """docs/attacks.md"""
    told = list(cases)
    lines = [_HEAD]
    for group, title in _TITLES.items():
        mine = [case for case in told if case.group == group]
        lines += [f"## {title} ({len(mine)})", "", *_table(mine, group == "harmless"), ""]
    return "\n".join(lines).rstrip() + "\n"


def _table(cases: Iterable[Case], harmless: bool) -> Iterator[str]:
    yield "| id | what happens | git says |" if harmless else "| id | what is tried | the answer names | git says |"
    yield "|---|---|---|" if harmless else "|---|---|---|---|"
    for case in cases:
        cells = [f"`{case.id}`", case.title, *([] if harmless else [f"`{case.cause}`"]), case.git]
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
