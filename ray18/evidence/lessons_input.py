"""`maintenance-lessons-input.md`: what this program learnt so far, for the retrospective (Protocol 22)."""

from collections import Counter
from collections.abc import Iterator, Sequence

from ray18.documents.backlog import BacklogItem
from ray18.evidence.coverage_plan import Wanted, coverage_plan
from ray18.evidence.incidents import repeated_causes, repeated_titles
from ray18.evidence.markdown import bullets, cell, table
from ray18.evidence.risk_areas import risk_areas
from ray18.evidence.ticket_forecast import SeriesOutput
from ray18.gates import Judge
from ray18.handover.model import Remark
from ray18.handover.restoration import restoration
from ray18.planning.likeness import template

_MOST = 8


def written(judge: Judge) -> bytes | None:
    """The insights; None while there is neither a hand-over nor a backlog to learn from."""
    items = tuple(document.content for document in judge.program.of("backlog-item"))
    if not items and not any(artifact.present for artifact in judge.handover.artifacts):
        return None
    lines = [f"# Lessons of {cell(judge.program.rules.settings.program.title)}: input for the retrospective", ""]
    lines += [f"As of {judge.program.as_of}. Derived from the records; numbers can be looked up there.", ""]
    lines += ["## Where the program stands", "", *_gates(judge)]
    lines += ["## What the hand-over lacked", "", *_lacks(judge)]
    lines += ["## What nobody knows yet", "", *_knowledge(items)]
    lines += ["## What keeps coming back", "", *_repeats(judge)]
    lines += ["## Where the risks are", "", *_risks(judge)]
    lines += ["## Commitments", "", *_commitments(judge, items)]
    lines += ["## Accepted deviations", "", *_waivers(judge)]
    lines += ["## How sure the estimates are", "", *_estimates(judge, items)]
    return ("\n".join(lines).rstrip() + "\n").encode()


def _gates(judge: Judge) -> list[str]:
    rows = []
    for gate in judge.pack.gates:
        result = judge.gate(gate)
        rows.append((gate.number, gate.title, result.verdict.value, result.actual, result.required_action))
    return table(("Gate", "Title", "Verdict", "Actual", "Required action"), rows)


def _lacks(judge: Judge) -> Iterator[str]:
    handover = judge.handover
    blocking = sum(remark.blocking for remark in handover.remarks)
    yield f"The hand-over is {handover.verdict}: {_some(len(handover.remarks), 'remark')}, {blocking} of them blocking."
    yield ""
    for what, names in (("Missing", handover.missing), ("Not readable in full", handover.unreadable)):
        if names:
            yield from [f"{what}: {', '.join(map(cell, names))}.", ""]
    kinds: dict[tuple[bool, str], list[Remark]] = {}
    services = frozenset(service.id for service in handover.services)
    for remark in handover.remarks:
        words = ("<service>" if word.strip(",:;") in services else word for word in remark.message.split())
        kinds.setdefault((remark.blocking, template(" ".join(words))), []).append(remark)
    ordered = sorted(kinds.items(), key=lambda entry: (not entry[0][0], -len(entry[1]), entry[0][1]))
    rows = [(len(found), "blocks" if found[0].blocking else "note", *_example(found)) for _, found in ordered]
    yield from table(("Times", "Kind", "For example", "Where"), rows[:_MOST], "There is no remark.")
    yield from _more(len(rows), "more kind", "of remarks in the handover validation report")


def _example(found: Sequence[Remark]) -> tuple[str, str]:
    first = found[0]
    name = first.path.rsplit("/", 1)[-1]
    return first.message, f"{name}:{first.line}" if first.line else name


def _knowledge(items: Sequence[BacklogItem]) -> Iterator[str]:
    gaps = [item for item in items if item.source.kind == "knowledge-gap" and item.is_open]
    gaps.sort(key=lambda item: (not item.serious, item.owner is not None, item.id))
    rows = [(item.id, item.severity or "not rated", item.title, item.owner or "nobody", item.due) for item in gaps]
    yield from table(("Item", "Severity", "Gap", "Owner", "Due"), rows[:_MOST], "No open knowledge gap.")
    yield from _more(len(rows), "more gap", "in the backlog")


def _repeats(judge: Judge) -> list[str]:
    incidents = judge.handover.incidents
    found = [(repeat, "incident") for repeat in repeated_titles(incidents)]
    found += [(repeat, "cause") for repeat in repeated_causes(incidents)]
    found.sort(key=lambda entry: (-len(entry[0].incidents), entry[1], entry[0].text))
    lines = [f"{repeat.text} ({kind} of {', '.join(repeat.incidents)})" for repeat, kind in found[:_MOST]]
    return bullets(lines, "No post-mortem repeats another in its words.")


def _risks(judge: Judge) -> list[str]:
    areas = risk_areas(judge)[:5]
    return bullets(
        (f"{area.service.id}: {'; '.join(reason.text for reason in area.reasons)}" for area in areas),
        "No service has a reason for concern.",
    )


def _commitments(judge: Judge, items: Sequence[BacklogItem]) -> Iterator[str]:
    plan, today = judge.program.one("plan"), judge.program.as_of
    promised = {entry.item: entry.by for entry in plan.content.commitments} if plan else {}
    promised.update({item.id: item.commitment.by for item in items if item.commitment})
    live = [item for item in items if item.is_open]
    made = [item for item in live if item.id in promised]
    late = sum(promised[item.id] < today for item in made)
    missing = [item for item in live if item.id not in promised and _must_be_promised(item)]
    yield f"{len(made)} of {_some(len(live), 'open item')} have a commitment; {late} of these are past their day."
    if missing:
        sources = Counter(item.source.kind for item in missing)
        told = ", ".join(f"{count} {kind}" for kind, count in sorted(sources.items()))
        names = ", ".join(item.id for item in sorted(missing, key=lambda item: item.id)[:_MOST])
        yield f"{_some(len(missing), 'item')} that must have one do not ({told}): {names}{' …' * (len(missing) > _MOST)}"
    else:
        yield "No critical incident follow-up and no performance item is without one."
    yield ""


def _must_be_promised(item: BacklogItem) -> bool:
    return item.source.kind == "performance" or (item.source.kind == "incident" and item.serious)


def _waivers(judge: Judge) -> Iterator[str]:
    today = judge.program.as_of
    rows = [
        (e.record.id, e.record.gate, e.record.policy, ", ".join(e.record.items), e.record.reason, e.record.expires)
        for e in judge.excuses
        if not e.reason
    ]
    header = ("Waiver", "Gate", "Policy", "Items", "Reason", "Until")
    yield from table(header, sorted(rows, key=lambda row: (row[5], row[0])), f"No waiver is in force on {today}.")
    lapsed = [f"{excuse.record.id}: {excuse.reason}" for excuse in judge.excuses if excuse.reason]
    if lapsed:
        yield from ["Waivers that do not count:", "", *bullets(sorted(lapsed))]


def _estimates(judge: Judge, items: Sequence[BacklogItem]) -> list[str]:
    return bullets([*_forecasts(judge), *_times(judge), *_efforts(items)], "Nothing was estimated.")


def _forecasts(judge: Judge) -> Iterator[str]:
    tickets = judge.handover.tickets
    made = coverage_plan(tickets.events if tickets else (), "", judge.program.as_of, None, Wanted(by_day=False))
    if made is None:
        yield "Tickets: no forecast, since no whole week of ticket history was handed over."
        return
    told = made.forecast.total
    yield f"Tickets: evidence {told.weekly.evidence} ({made.history.weeks} weeks); {told.weekly.reason}."
    every = (told, made.forecast.paging, *made.forecast.by_severity, *made.forecast.by_category)
    weak = sorted({series.name for series in every if _weak(series)})
    if weak:
        yield f"Forecasts that hold least: {', '.join(weak)} (short history, or no better than a simple method)."


def _weak(series: SeriesOutput) -> bool:
    return series.weekly.evidence == "low" or series.weekly.method != "pooled"


def _times(judge: Judge) -> Iterator[str]:
    times = [restoration(incident) for incident in judge.handover.incidents]
    blank = [time.incident.id for time in times if time.recomputed is None]
    differing = sum(bool(time.difference) for time in times)
    if times:
        told = f", not of {', '.join(blank)}" if blank else ""
        yield f"Time to restore: computed from {len(times) - len(blank)} of {len(times)} timelines{told}."
    if differing:
        yield f"Time to restore as claimed: in {differing} of {len(times)} it is not the span of the timeline."


def _efforts(items: Sequence[BacklogItem]) -> Iterator[str]:
    live = [item for item in items if item.is_open]
    bare = sum(item.effort is None for item in live)
    unrated = sum(item.severity is None for item in live)
    if live:
        yield f"Effort: {bare} of {len(live)} open items have no estimate; {unrated} have no severity."


def _more(count: int, what: str, where: str) -> Iterator[str]:
    if count > _MOST:
        yield from [f"And {_some(count - _MOST, what)} {where}.", ""]


def _some(count: int, what: str) -> str:
    return f"{count:,} {what}{'s' * (count != 1)}"
