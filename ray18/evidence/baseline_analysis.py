"""`operational-baseline-analysis.md`: how well the service is watched, what went wrong before, and where the risks are."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from ray18.documents.governance import Alert as DeclaredAlert
from ray18.documents.services import Service
from ray18.evidence.incidents import Repeat, repeated_causes, repeated_titles
from ray18.evidence.markdown import bullets, cell, table
from ray18.evidence.risk_areas import MATCHING, Watch, incidents_of, risk_areas, watches
from ray18.gates import Judge
from ray18.handover.model import Incident
from ray18.handover.restoration import Restoration, restoration
from ray18.planning.durations import shown
from ray18.planning.survival import Observation, kaplan_meier
from ray18.program import Program

_MOST = 12


def written(judge: Judge) -> bytes | None:
    """The analysis; None while there is neither a baseline nor a post-mortem nor a catalog."""
    handover = judge.handover
    found, loose = watches(judge)
    if handover.baseline is None and not handover.incidents and not found:
        return None
    times = tuple(restoration(incident) for incident in handover.incidents)
    lines = [f"# Operational baseline of {cell(judge.program.rules.settings.program.title)}", ""]
    lines += [f"As of {judge.program.as_of}.", "", *bullets(_summary(judge, found, times))]
    lines += ["## Risk areas", "", *_risks(judge)]
    lines += ["## Baseline", "", *_baseline(judge)]
    lines += ["## Alert coverage by service", "", *_coverage(found, len(loose))]
    lines += ["## Alerts without a runbook", "", *_runbooks(judge, found)]
    lines += ["## Incidents", "", *_incidents(handover.incidents, [watch.service for watch in found])]
    lines += ["## Time to restore", "", *_times(times)]
    lines += ["## Repeat causes", "", *_repeats(handover.incidents)]
    lines += ["## How fast follow-ups are closed", "", *_follow_ups(judge.program)]
    return ("\n".join(lines).rstrip() + "\n").encode()


def _summary(judge: Judge, found: Sequence[Watch], times: Sequence[Restoration]) -> Iterator[str]:
    areas = risk_areas(judge)
    if areas:
        names = ", ".join(area.service.id for area in areas[:3])
        yield f"Look first at: {names}."
    silent = [watch.service.id for watch in found if not watch.watched]
    if silent:
        yield f"{len(silent)} of {len(found)} services have no alert: {', '.join(silent)}."
    yield _age(judge)
    if times:
        computed = [time for time in times if time.recomputed is not None]
        other = [time for time in times if time.difference]
        told = f", in {len(other)} the claim is not the span of the timeline" if other else ""
        fitting = sum(bool(time.fits) for time in other)
        told += f" ({fitting} of them fit another pair of entries)" if fitting else ""
        yield f"{_some(len(times), 'post-mortem')}; {len(computed)} timelines can be computed with{told}."
    repeats = repeated_causes(judge.handover.incidents)
    if repeats:
        yield f"{_some(len(repeats), 'cause')} came back in another incident."


def _age(judge: Judge) -> str:
    baseline = judge.handover.baseline
    if baseline is None:
        return "No observability baseline was handed over, or it cannot be read."
    if baseline.last_reviewed is None:
        return "The baseline does not say when it was last reviewed: its age is not known."
    days = (judge.program.as_of - baseline.last_reviewed).days
    if days < 0:
        return f"The baseline claims a review on {baseline.last_reviewed}, which is still to come."
    limit = judge.program.rules.settings.thresholds.baseline_max_age_days
    verdict = f"outdated, since at most {limit} are allowed" if days > limit else "current"
    return f"The baseline was last reviewed on {baseline.last_reviewed}, {_some(days, 'day')} ago: {verdict}."


def _risks(judge: Judge) -> Iterator[str]:
    rows = [
        (rank, area.service.id, area.service.tier or "not rated", area.points, _reasons(area.reasons))
        for rank, area in enumerate(risk_areas(judge)[:_MOST], 1)
    ]
    yield from table(("Rank", "Service", "Tier", "Points", "Why"), rows, "No service has a reason for concern.")
    if rows:
        yield (
            "Points: 2 for each post-mortem that names it, 1 for each open serious item and 1 more when overdue, 1 to 4 for "
            "each gap (most for tier 1 and for services not rated), 1 for each service that needs it (3 at most)."
        )
        yield ""


def _reasons(reasons: Iterable[object]) -> str:
    return "; ".join(f"{getattr(r, 'text', '')} ({getattr(r, 'points', 0)})" for r in reasons)


def _baseline(judge: Judge) -> Iterator[str]:
    yield from [_age(judge), ""]
    baseline = judge.handover.baseline
    if baseline is None:
        return
    severities = Counter(alert.severity or "none given" for alert in baseline.alerts)
    told = ", ".join(f"{count} {cell(name)}" for name, count in sorted(severities.items(), key=lambda e: (-e[1], e[0])))
    yield f"{_some(len(baseline.dashboards), 'dashboard')}, {_some(len(baseline.alerts), 'alert rule')}: {told or 'none'}."
    at_once = sum(not alert.duration for alert in baseline.alerts)
    if at_once:
        yield f"{at_once} of the rules fire at once (no `for`): expect noise from them."
    yield ""


def _coverage(found: Sequence[Watch], loose: int) -> Iterator[str]:
    rows = [
        (
            watch.service.id,
            watch.service.tier or "not rated",
            len(watch.baseline) or "none",
            watch.declared or "none",
            ", ".join(watch.unguarded) or ("no objective" if not watch.service.slos else "none"),
        )
        for watch in sorted(found, key=lambda w: (w.watched, w.service.tier or 0, w.service.id))
    ]
    header = ("Service", "Tier", "Rules in the baseline", "Alerts in governance", "Objectives without an alert")
    yield from table(header, rows, "There is no service catalog.")
    yield MATCHING + (f" {_some(loose, 'rule')} matched no service." if loose else "")
    yield ""


def _runbooks(judge: Judge, found: Sequence[Watch]) -> Iterator[str]:
    document = judge.program.one("governance")
    declared: Sequence[DeclaredAlert] = document.content.alerts if document else ()
    bare = [f"{alert.id} ({alert.service}, {alert.severity})" for alert in declared if alert.runbook is None]
    blind = [
        f"{watch.service.id}: {_some(len(watch.baseline), 'rule')} of the baseline, and the service has no runbook"
        for watch in found
        if watch.baseline and watch.service.runbook is None
    ]
    yield from bullets([*bare, *blind], "None: every declared alert, and every service with rules, has a runbook.")


def _incidents(incidents: Sequence[Incident], services: Sequence[Service]) -> Iterator[str]:
    if not incidents:
        yield from ["No post-mortem was handed over.", ""]
        return
    years = Counter(_year(incident) for incident in incidents)
    kinds = Counter(incident.category or "none given" for incident in incidents)
    yield f"{_some(len(incidents), 'post-mortem')}. By year: {_tally(years, by_name=True)}. By category: {_tally(kinds)}."
    yield ""
    named = {service.id: len(incidents_of(service, incidents)) for service in services}
    told = _tally(Counter({name: count for name, count in named.items() if count}))
    yield f"By service named in title or causes (one report may name several): {told or 'none'}."
    yield ""


def _year(incident: Incident) -> str:
    return next((str(entry.at.year) for entry in incident.timeline if entry.at), "not known")


def _tally(counts: Counter[str], *, by_name: bool = False) -> str:
    ordered = sorted(counts.items(), key=lambda entry: (0 if by_name else -entry[1], entry[0]))
    return ", ".join(f"{cell(name)} {count}" for name, count in ordered)


def _times(times: Sequence[Restoration]) -> Iterator[str]:
    if not times:
        yield from ["No post-mortem was handed over.", ""]
        return
    computed = sorted(time.recomputed for time in times if time.recomputed is not None)
    if computed:
        middle = kaplan_meier(Observation(value, True) for value in computed).quantile(0.5) or 0.0
        mean = sum(computed) / len(computed)
        yield (
            f"Recomputed from {len(computed)} of {len(times)} timelines: median {shown(middle)}, mean {shown(mean)} (pulled up "
            f"by the longest), longest {shown(computed[-1])}. The span is that of the whole timeline unless an entry is "
            "marked as recovery, so it may hold what came before the outage or after it."
        )
        yield ""
    rows = [_row(time) for time in sorted(times, key=lambda t: t.incident.id)]
    yield from table(("Incident", "Claimed", "Recomputed", "Claim less timeline", "Basis"), rows)


def _row(time: Restoration) -> tuple[object, ...]:
    claim = time.incident.time_to_recovery or "nothing"
    told = shown(time.claimed) if time.claimed is not None else f"{claim} (not a duration)"
    if time.recomputed is None:
        return time.incident.id, told, "not computable", None, time.basis
    basis = f"{time.basis}; the claim fits {time.fits}" if time.fits else time.basis
    difference = None if time.difference is None else "none" if not time.difference else shown(time.difference)
    return time.incident.id, told, shown(time.recomputed), difference, basis


def _repeats(incidents: Sequence[Incident]) -> Iterator[str]:
    causes, titles = repeated_causes(incidents), repeated_titles(incidents)
    rows = [("cause", *_told(repeat)) for repeat in causes] + [("incident", *_told(repeat)) for repeat in titles]
    yield from table(
        ("What", "In the words of the first report", "Post-mortems"), rows, "None that says so in its words."
    )
    if rows:
        yield from ["Two texts count as the same when they share at least 60 % of their words.", ""]


def _told(repeat: Repeat) -> tuple[str, str]:
    return repeat.text, ", ".join(repeat.incidents)


def _follow_ups(program: Program) -> Iterator[str]:
    items = [item.content for item in program.of("backlog-item") if item.content.source.kind == "incident"]
    dated = [item for item in items if item.created is not None and item.created <= program.as_of]
    if not dated:
        told = (
            f"{_some(len(items), 'follow-up')} in the backlog, none with a day on which it was created."
            if items
            else "None."
        )
        yield from [told, ""]
        return
    spans = [_span(item.created, item.closed, program.as_of) for item in dated if item.created]
    closed = [span for span, ended in spans if ended]
    curve = kaplan_meier(Observation(float(span), ended) for span, ended in spans)
    half, most = (curve.quantile(share) for share in (0.5, 0.9))
    yield (
        f"{len(closed)} of {len(dated)} dated follow-ups are closed. Half of them close within {_days(half)}, nine of ten "
        f"within {_days(most)} (Kaplan-Meier: open ones count for as long as they have been open)."
    )
    if closed:
        yield f"The mean over closed ones alone, {_days(sum(closed) / len(closed))}, leaves the open ones out."
    yield ""


def _span(created: date, closed: date | None, as_of: date) -> tuple[float, bool]:
    ended = closed is not None and closed <= as_of
    return float(((closed if ended and closed else as_of) - created).days), ended


def _days(span: float | None) -> str:
    return "more time than has passed" if span is None else _some(round(span), "day")


def _some(count: int, what: str) -> str:
    return f"{count:,} {what}{'s' * (count != 1)}"
