"""Figures from the ticket history and the post-mortems: acknowledged, resolved, restored, kept promises, reopened, toil."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from ray18.documents.plan import Plan, SlaCommitment, SupportHours
from ray18.documents.services import Services
from ray18.handover.model import Incident, Ticket
from ray18.handover.restoration import restoration
from ray18.kpis.model import FigureOutput, KpiOutput, Named
from ray18.kpis.times import kpi_of_times, nothing, one_number
from ray18.planning.survival import Observation, kaplan_meier
from ray18.planning.work_time import minutes_open

_RESOLVING = frozenset(("time-to-resolve", "time-to-restore", "resolution-time", "mttr"))
_ACKNOWLEDGING = frozenset(("time-to-acknowledge", "response-time", "time-to-respond", "mtta"))
_WEEKS = 12

End = Callable[[Ticket], datetime | None]


class _Kept(NamedTuple):
    """One promise."""

    counts: tuple[int, int, int]
    """Kept, missed, not decided yet."""
    share: FigureOutput


class TicketFigures:
    """The tickets as known on a day, with the calendars and promises of the plan."""

    def __init__(self, tickets: Sequence[Ticket], as_of: date, plan: Plan | None, services: Services | None) -> None:
        self.as_of, self.plan, self.services = as_of, plan, services
        end = datetime.combine(as_of + timedelta(days=1), time(), UTC)
        self.tickets = [ticket for ticket in tickets if ticket.opened and _utc(ticket.opened) < end]
        self.now = min(end, max((_last_moment(ticket) for ticket in self.tickets), default=end))
        self.every = [ticket for ticket in tickets if ticket.day <= as_of]

    def acknowledged(self) -> KpiOutput:
        """Time to acknowledge; what was resolved without a word was acknowledged then."""
        return self._kpi(
            Named("time-to-acknowledge", "Time to acknowledge", "hours"), lambda ticket: ticket.acknowledged or ticket.resolved,
            self._tells(lambda ticket: ticket.acknowledged), "acknowledged_at",
        )  # fmt: skip

    def resolved(self) -> KpiOutput:
        """Time to resolve."""
        return self._kpi(
            Named("time-to-resolve", "Time to resolve", "hours"), lambda ticket: ticket.resolved,
            self._tells(lambda ticket: ticket.resolved), "resolved_at",
        )  # fmt: skip

    def _tells(self, end: End) -> bool:
        return any(end(ticket) for ticket in self.tickets)

    def _kpi(self, named: Named, end: End, told: bool, column: str) -> KpiOutput:
        if not told:
            return nothing(named, f"the ticket history has no time in `{column}`")
        groups = {"all": self._spans(self.tickets, end)}
        for severity in sorted({ticket.severity for ticket in self.tickets} - {""}):
            groups[severity] = self._spans([t for t in self.tickets if t.severity == severity], end)
        late = sum(ticket.count for ticket in self.every) - sum(ticket.count for ticket in self.tickets)
        notes = [f"{late:,} tickets have no time of day and are left out"] if late > 0 else []
        if self.now.date() < self.as_of:
            notes.append(f"the ticket history ends on {self.now.date()}: what was open then counts as open until then")
        return kpi_of_times(named, groups, self._open_spans(end), empty="there is no ticket with a time", notes=notes)

    def _spans(self, tickets: Iterable[Ticket], end: End) -> list[Observation]:
        return [self._span(ticket, end, lambda a, b: (b - a).total_seconds() / 3600) for ticket in tickets]

    def _span(self, ticket: Ticket, end: End, hours: Callable[[datetime, datetime], float]) -> Observation:
        opened, ended = _utc(ticket.opened or self.now), end(ticket)
        done = ended is not None and _utc(ended) <= self.now
        return Observation(hours(opened, _utc(ended) if done and ended else self.now), done)

    def _open_spans(self, end: End) -> list[Observation]:
        """The same in support hours, for the tickets whose service has some, or where the plan has but one kind."""
        found = []
        for ticket in self.tickets:
            hours = self._hours(ticket.service)
            if hours is not None:
                found.append(self._span(ticket, end, lambda a, b, h=hours: minutes_open(a, b, h, self._off) / 60))  # type: ignore[misc]
        return found

    @property
    def _off(self) -> frozenset[date]:
        holidays = self.plan.coverage.holidays if self.plan else ()
        return frozenset(holiday.day for holiday in holidays if not holiday.sites)

    def _hours(self, service: str) -> SupportHours | None:
        known = {hours.id: hours for hours in self.plan.coverage.support_hours} if self.plan else {}
        named = self.services.service(service) if self.services and service else None
        if named and named.support_hours in known:
            return known[named.support_hours]
        office = [hours for hours in known.values() if not hours.always]
        return office[0] if len(office) == 1 else None

    def attainment(self) -> KpiOutput:
        """The share of tickets that keep the times promised in the plan."""
        named = Named("sla-attainment", "SLA attainment of tickets", "percent")
        promises = [sla for sla in (self.plan.sla_commitments if self.plan else ()) if sla.target_minutes is not None]
        rows = [row for sla in promises if (row := self._kept(sla))]
        if not rows:
            return nothing(named, "no ticket of a service falls under a promised time of `sla_commitments`")
        kept, missed, waiting = (sum(counts) for counts in zip(*(row.counts for row in rows), strict=True))
        figures = [row.share for row in rows]
        share = 100 * kept / (kept + missed) if kept + missed else None
        return one_number(
            named, share, f"{kept:,} kept, {missed:,} missed, {waiting:,} not decided yet",
            kept + missed + waiting, figures=figures,
            differs=f"{waiting:,} open ones are within their time still: they are neither kept nor missed" if waiting else "",
        )  # fmt: skip

    def _kept(self, sla: SlaCommitment) -> _Kept | None:
        """Kept, missed, undecided; and the share that keeps the promise, with open ones counted in."""
        end: End
        if sla.metric in _RESOLVING and self._tells(lambda ticket: ticket.resolved):
            end = lambda ticket: ticket.resolved  # noqa: E731 (one of two)
        elif sla.metric in _ACKNOWLEDGING and self._tells(lambda ticket: ticket.acknowledged):
            end = lambda ticket: ticket.acknowledged or ticket.resolved  # noqa: E731
        else:
            return None
        own = [ticket for ticket in self.tickets if _under(ticket, sla)]
        if not own:
            return None
        target = (sla.target_minutes or 0) / 60
        spans = self._spans(own, end)
        kept = sum(span.ended and span.duration <= target for span in spans)
        missed = sum(span.duration > target for span in spans)
        share = 100 * (1 - kaplan_meier(spans).open_after(target))
        what = f"{sla.service} {sla.metric}{f' {sla.severity}' if sla.severity else ''} within {sla.target_minutes} minutes"
        counts = (kept, missed, len(spans) - kept - missed)
        return _Kept(counts, FigureOutput(name=what, value=round(share, 2), unit="percent"))

    def reopened(self) -> KpiOutput:
        """The share of resolved tickets that were opened again."""
        named = Named("ticket-reopen-rate", "Reopened tickets", "percent")
        known = [ticket for ticket in self.every if ticket.reopened is not None]
        if not known:
            return nothing(named, "the ticket history does not say what was `reopened`")
        again = sum(ticket.reopened is not None and ticket.reopened > 0 for ticket in known)
        return one_number(named, 100 * again / len(known), f"{again:,} of {len(known):,} were opened again", len(known))

    def toil(self) -> KpiOutput:
        """Hours that tickets took in the last twelve whole weeks, over the hours that people have for work."""
        named = Named("toil-share", "Toil share", "percent")
        first = self.as_of - timedelta(days=7 * _WEEKS - 1)
        recent = [ticket for ticket in self.every if first <= ticket.day]
        known = [ticket for ticket in recent if ticket.minutes is not None]
        if not known:
            return nothing(named, f"no ticket of the last {_WEEKS} weeks has `handling_minutes`")
        each = math.fsum(ticket.minutes or 0.0 for ticket in known) / sum(ticket.count for ticket in known)
        hours = each * sum(ticket.count for ticket in recent) / 60 / _WEEKS
        coverage = self.plan.coverage if self.plan else None
        people = sum(site.people for site in coverage.sites) if coverage else 0
        if not coverage or not people:
            return nothing(named, f"{hours:,.1f} hours a week went into tickets, but no site has people")
        own = people * coverage.hours_a_week * (1 - coverage.shrinkage_percent / 100)
        reads = f"{hours:,.1f} of {own:,.1f} working hours a week go into tickets; at most half is the rule of Google's SRE book"
        notes = [] if len(known) == len(recent) else [
            f"{len(recent) - len(known):,} of {len(recent):,} rows have no time: they are taken to be like the others"
        ]  # fmt: skip
        return one_number(named, 100 * hours / own, reads, len(recent), notes=notes)


def restored(incidents: Sequence[Incident]) -> KpiOutput:
    """Time to restore, recomputed from the timelines of the post-mortems."""
    every = [restoration(incident) for incident in incidents]
    spans = [Observation(each.recomputed, True) for each in every if each.recomputed is not None]
    blank = len(every) - len(spans)
    notes = [f"{blank:,} of {len(every):,} timelines do not tell it"] if blank else []
    differing = sum(bool(each.difference) for each in every)
    if differing:
        notes.append(f"{differing:,} reports claim another time than their timeline gives")
    return kpi_of_times(
        Named("time-to-restore", "Time to restore", "minutes"), {"all": spans}, notes=notes,
        empty="no post-mortem has a timeline that tells it",
    )  # fmt: skip


def _last_moment(ticket: Ticket) -> datetime:
    """The last that the history tells of a ticket: what is open when the history ends is open until then."""
    moments = (ticket.opened, ticket.acknowledged, ticket.resolved)
    return max(_utc(moment) for moment in moments if moment)


def _under(ticket: Ticket, sla: SlaCommitment) -> bool:
    """Whether a promise is about a ticket: of its service, and of its severity where the promise names one."""
    same = sla.severity is None or ticket.severity.casefold() == sla.severity.casefold()
    return same and ticket.service == sla.service


def _utc(moment: datetime) -> datetime:
    """Times without an offset are taken as UTC: spans between them are right all the same."""
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def figures(
    tickets: Sequence[Ticket], incidents: Sequence[Incident], as_of: date, plan: Plan | None, services: Services | None
) -> Iterator[KpiOutput]:
    """All of them."""
    told = TicketFigures(tickets, as_of, plan, services)
    yield told.acknowledged()
    yield told.resolved()
    yield restored(incidents)
    yield told.attainment()
    yield told.reopened()
    yield told.toil()
