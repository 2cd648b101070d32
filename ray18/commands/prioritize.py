"""`ray18 backlog prioritize` and `ray18 backlog score`: the ranking with its reasons, and the ratings it rests on."""

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

import click

from ray18.commands.output import colourful, say
from ray18.commands.place import judging_options, open_judge, program_root, root, today
from ray18.documents import kind
from ray18.documents.backlog import BacklogItem, ScoringName
from ray18.documents.document import Document, read
from ray18.documents.people import People
from ray18.documents.settings import MethodName
from ray18.errors import BlockedError, UsageError
from ray18.evidence.json_text import as_json
from ray18.evidence.prioritization_matrix import (
    ChangeOutput,
    CompromiseOutput,
    DisagreementOutput,
    ItemOutput,
    MatrixOutput,
    lines,
    matrix,
)
from ray18.files import write_whole
from ray18.gates import Judge
from ray18.planning.scoring import METHODS, exact, scored, shown, terms
from ray18.terminal import painted, safe
from ray18.yaml import Step, Value, edit

_RATING = re.compile(r"(?P<name>[a-z_]+)=(?P<value>[0-9]+(?:\.[0-9]+)?)\Z")
_REASON = re.compile(rf"(?P<name>{'|'.join(get_args(ScoringName))}):\s*(?P<text>.+)\Z", re.DOTALL)
_STEPS_SHOWN = 10


@click.command()
@click.option(
    "--method", type=click.Choice(get_args(MethodName)), help="Score by this method (default: the settings')."
)
@click.option("--top", type=click.IntRange(1), metavar="N", help="Show only the first N items.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text")
@judging_options
def prioritize(judge: Judge, method: MethodName | None, top: int | None, format_: str) -> None:
    """Rank the open items by score, with the reasons, the due dates of the profiles, and what is in dispute.

    Nothing is written. Scores are computed from the ratings in the items; the day that people wrote stands beside the
    day that the due-date profiles give.

    \b
    Examples:
      ray18 backlog prioritize
      ray18 backlog prioritize --method wsjf --top 20
      ray18 backlog prioritize --format json
    """
    made = matrix(judge, method)
    if top is not None:
        made = made.model_copy(update={"items": made.items[:top]})
    if format_ == "json":
        say(as_json(made.model_dump(mode="json")).decode())
    else:
        say("".join(f"{line}\n" for line in _text(made, colourful(sys.stdout))))


@click.command()
@click.argument("item_id", metavar="ID")
@click.argument("ratings", nargs=-1, required=True, metavar="NAME=N...")
@click.option(
    "--because", "reasons", multiple=True, required=True, metavar="TEXT", help="Why; `risk: TEXT` is for one."
)
@click.option("--as", "person", metavar="PERSON", help="Who rates (default: who has your Git e-mail in people.yaml).")
@click.pass_context
def score(
    ctx: click.Context, item_id: str, ratings: tuple[str, ...], reasons: tuple[str, ...], person: str | None
) -> None:
    """Rate one item, with the reason, the person and the day; comments in its file stay.

    The score itself is never written: it is computed whenever it is needed.

    \b
    Examples:
      ray18 backlog score TD-7f3a2c risk=4 impact=5 effort=2 --because "three incidents this quarter"
      ray18 backlog score TD-7f3a2c risk=5 impact=4 --because "risk: exploited in the wild" --because "impact: sign-in"
    """
    judge = open_judge(program_root(ctx), as_of=today())
    document = _document(judge, item_id)
    given = dict(_rating(text) for text in ratings)
    people = judge.program.one("people")
    who = _person(people.content if people else People(), person, _email(ctx))
    changes = _changes(document.content, given, _reasons(given, reasons), who)
    changed = edit(document.source, changes)
    after, problems = read(kind("backlog-item"), document.path, changed)
    if after is None:
        raise UsageError("; ".join(problem.message for problem in problems), problems[0].remedy)
    write_whole(root(ctx) / document.path, changed)
    rules = judge.program.rules.settings.prioritization
    method = METHODS[rules.method]
    now = scored(after.content, method, rules.weights)
    say(f"wrote  {document.path}\n{item_id} by {method.name}: {safe(terms(now, method, rules.weights))}\n")


def _text(made: MatrixOutput, colour: bool) -> Iterator[str]:
    yield f"{safe(made.program)}: by {made.method.title} on {made.as_of}"
    yield f"score = {made.method.formula}"
    yield ""
    for item in made.items:
        yield from _item(item, colour)
    if not made.items:
        yield "no open items"
    yield ""
    yield from _firmness(made)
    yield from _stakeholders(made, colour)
    yield from _alignment(made)


def _item(item: ItemOutput, colour: bool) -> Iterator[str]:
    rank = f"{item.rank}." if item.rank else "-"
    number = "no score" if item.score is None else shown(exact(item.score))
    day = item.due.written.isoformat() if item.due.written else "no date"
    yield (
        f"{rank:>5} {number:>8}  {item.id:24}  {item.severity or 'unrated':8}  {item.priority or '--'}  {day:10}  "
        f"{item.owner or '-':18}  {safe(item.title)[:60]}"
    )
    late = (item.due.days_later or 0) > 0
    for number_of_line, text in enumerate(lines(item)):
        is_late = late and number_of_line == 1
        yield painted(f"{'':16}{safe(text)}", "yellow" if is_late else "dim", colour)


def _firmness(made: MatrixOutput) -> Iterator[str]:
    top, changes = made.sensitivity.top, made.sensitivity.changes
    if not any(item.score is not None for item in made.items):
        yield "Nothing is scored yet. Next: ray18 backlog score ID risk=N impact=N effort=N --because TEXT"
        return
    if not changes:
        yield f"Sensitivity: no single step reorders the top {top}."
        return
    across = [change for change in changes if change.entered]
    yield f"Sensitivity: {len(changes):,} single steps reorder the top {top}, {len(across):,} of them change who is in it."
    yield from (f"  {safe(_step(change))}" for change in across[:_STEPS_SHOWN])
    if len(across) > _STEPS_SHOWN:
        yield f"  … and {len(across) - _STEPS_SHOWN:,} more (--format json shows all)"


def _step(change: ChangeOutput) -> str:
    what = f"{change.item}: {change.name}" if change.item else f"the weight of {change.name}"
    moved = f", rank {change.rank_before} -> {change.rank_after}" if change.rank_before else ""
    before, after = shown(exact(change.before)), shown(exact(change.after))
    return f"{what} {before} -> {after}{moved}: in {', '.join(change.entered)}, out {', '.join(change.left)}"


def _stakeholders(made: MatrixOutput, colour: bool) -> Iterator[str]:
    found = made.stakeholders
    if not found.rankings:
        yield "Stakeholders: nobody has ranked the backlog."
    else:
        roles = ", ".join(ranking.role for ranking in found.rankings)
        agree = "" if found.kendall_w is None else f"; Kendall's W {found.kendall_w:g}"
        yield f"Stakeholders: {roles}{agree}; {found.unsettled} of {len(found.disagreements)} disagreements not settled."
    for role in found.missing:
        yield painted(f"  {role} has not ranked", "red", colour)
    for entry in found.disagreements:
        yield painted(f"  {safe(_told(entry))}", "dim" if entry.settled else "red", colour)
    for circle in found.condorcet_cycles:
        yield f"  no majority order: {' before '.join(circle)}"
    if found.compromise is not None:
        yield from _compromise(found.compromise)


def _compromise(found: CompromiseOutput) -> Iterator[str]:
    yield f"Compromise: {', '.join(found.order[: found.top])}{' …' if len(found.order) > found.top else ''}"
    best = (
        "no order goes against fewer"
        if found.against == found.fewest
        else f"any order goes against {found.fewest:,} or more"
    )
    sides = ", ".join(f"{side.role} {side.against:,} of {side.opinions:,}" for side in found.sides)
    yield f"  goes against {found.against:,} opinions about pairs; {best} ({sides})"
    for entry in found.firmness:
        if entry.entered:
            yield f"  without {entry.without}: in {', '.join(entry.entered)}, out {', '.join(entry.left)}"
    if found.firmness and not any(entry.entered for entry in found.firmness):
        yield f"  the same {found.top} come first without any one of them"


def _told(entry: DisagreementOutput) -> str:
    ranks = " vs ".join(map(str, entry.ranks))
    text = f"{' and '.join(entry.between)} disagree on {entry.item} (rank {ranks})"
    if not entry.settled:
        others = [conflict.items[1] for conflict in entry.conflicts if conflict.decided is None]
        return f"{text}: before or after {', '.join(others)}?"
    last = next(conflict for conflict in entry.conflicts if conflict.decided)
    return f"{text}: settled on {last.decided_on} by {' and '.join(last.by)}"


def _alignment(made: MatrixOutput) -> Iterator[str]:
    found = made.alignment
    for profile in found.compliance:
        if profile.binding:
            late = f", late: {_some(profile.late)}" if profile.late else ""
            yield f"Compliance: {profile.title}: {profile.kept} kept{late}; {len(profile.undated)} without a day."
    if found.kev_late:
        yield f"Compliance: KEV catalog: late: {_some(found.kev_late)}."
    risk = f"; at risk: {', '.join(found.sla_at_risk)}" if found.sla_at_risk else ""
    yield f"Service levels: {found.sla_items} items on services with commitments{risk}."


def _document(judge: Judge, item_id: str) -> Document[BacklogItem]:
    for document in judge.program.of("backlog-item"):
        if document.content.id == item_id:
            return document
    problem = next((entry for entry in judge.program.problems if entry.path.endswith(f"/{item_id}.yaml")), None)
    if problem is not None:
        raise BlockedError(f"{problem.path}:{problem.line}: {problem.message}", problem.remedy or "ray18 check")
    raise UsageError(f"there is no item {item_id!r}", "see: ray18 backlog list")


def _rating(text: str) -> tuple[str, float]:
    match = _RATING.match(text)
    if not match or match["name"] not in get_args(ScoringName):
        raise UsageError(f"{text!r} is not NAME=N", f"as in: risk=4; the names are: {', '.join(get_args(ScoringName))}")
    name, value = match["name"], float(match["value"])
    scales = [entry.scale for method in METHODS.values() for entry in method.inputs if entry.name == name]
    if not any(scale.holds(exact(value)) for scale in scales):
        raise UsageError(f"{name} is {value:g}, which is on no scale", f"use: {' or: '.join(map(str, scales))}")
    return name, value


def _reasons(given: Mapping[str, float], texts: tuple[str, ...]) -> dict[str, str]:
    """A reason for each rating: its own, else the one for all."""
    own: dict[str, str] = {}
    common: list[str] = []
    for text in texts:
        match = _REASON.match(text)
        if match:
            own[match["name"]] = match["text"]
        else:
            common.append(text)
    strangers = sorted(set(own) - set(given))
    if strangers:
        raise UsageError(f"there is a reason for {strangers[0]}, but no rating", f"add {strangers[0]}=N")
    reasons = {name: own.get(name, "\n".join(common)) for name in given}
    for name, reason in reasons.items():
        if not reason.strip():
            raise UsageError(f"nothing says why {name} is rated so", f'add --because "{name}: …"')
    return reasons


def _changes(
    item: BacklogItem, given: Mapping[str, float], reasons: Mapping[str, str], who: str
) -> dict[tuple[Step, ...], Value]:
    """The edits that rate the item: known ratings are changed where they stand, new ones added."""
    entries: dict[str, Any] = {
        name: {"name": name, "value": int(value) if value.is_integer() else value, "rationale": reasons[name]}
        for name, value in given.items()
    }
    by, on = who, today().isoformat()
    if item.scoring is None or not item.scoring.inputs:
        return {("scoring",): {"inputs": [*entries.values()], "scored_by": by, "scored_on": on}}
    changes: dict[tuple[Step, ...], Value] = {}
    places = {rating.name: number for number, rating in enumerate(item.scoring.inputs)}
    added = len(item.scoring.inputs)
    for name, entry in entries.items():
        place = places.get(name)  # type: ignore[call-overload]
        if place is None:
            changes["scoring", "inputs", added] = entry
            added += 1
        else:
            changes["scoring", "inputs", place, "value"] = entry["value"]
            changes["scoring", "inputs", place, "rationale"] = entry["rationale"]
    return {**changes, ("scoring", "scored_by"): by, ("scoring", "scored_on"): on}


def _person(people: People, named: str | None, email: str) -> str:
    if named is not None:
        if people.person(named) is None:
            raise UsageError(f"people.yaml does not know {named}", "name a person of people.yaml")
        return named
    found = [person.id for person in people.people if email and (person.email or "").casefold() == email.casefold()]
    if len(found) != 1:
        raise UsageError("nobody in people.yaml has your Git e-mail", "say who you are: --as PERSON")
    return found[0]


def _email(ctx: click.Context) -> str:
    """The e-mail that Git would sign a commit of yours with; a label here, never an identity."""
    status, output, _ = program_root(ctx).attempt("config", "--get", "user.email")
    return output.decode("utf-8", "replace").strip() if status == 0 else ""


def _some(names: Sequence[str]) -> str:
    """The first few of many names, and how many more there are; JSON has them all."""
    rest = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {rest:,} more" if rest > 0 else "")


_NAMED = 5
