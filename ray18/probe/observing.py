"""One run over everything the governance names, and the record of it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from ray18 import __version__
from ray18.documents.governance import Alert, Dashboard, Governance, SystemAccess
from ray18.documents.live_state import Fault, LiveState, Observed, Question, basis, digest, named
from ray18.probe.alerts import look_at_alert
from ray18.probe.asking import Asker, Faulty
from ray18.probe.dashboards import look_at_dashboard
from ray18.probe.systems import look

_AT_ONCE = 8


def observed(governance: Governance, asker: Asker) -> Iterator[Observed]:
    """What is seen of each thing that says how it is asked, in the order of the governance."""

    def seen(entry: SystemAccess | Dashboard | Alert) -> Observed:
        subject, name = named(entry)
        asked: list[Question] = []
        faults = _looked(entry, governance, asker, asked)
        return Observed(
            subject=subject,
            id=name,
            basis=basis(governance, entry),
            works=not faults,
            faults=faults,
            asked=tuple(asked),
        )

    with ThreadPoolExecutor(_AT_ONCE) as threads:
        yield from threads.map(seen, things(governance))


def record(program: str, seen: tuple[Observed, ...], now: datetime) -> LiveState:
    """The record of a run."""
    moment = now.astimezone(UTC)
    rest = {
        "id": f"LS-{moment.date().isoformat()}",
        "program": program,
        "observed_on": moment.date().isoformat(),
        "observed_at": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "tool": f"ray18 {__version__}",
        "observations": [entry.model_dump(mode="json", exclude_defaults=True) for entry in seen],
    }
    return LiveState.model_validate({**rest, "digest": digest(rest)})


def things(governance: Governance) -> Iterator[SystemAccess | Dashboard | Alert]:
    """Everything that says how it is asked."""
    yield from (system for system in governance.systems if system.check)
    yield from (board for board in governance.dashboards if board.check)
    yield from (alert for alert in governance.alerts if alert.rule)


def _looked(
    entry: SystemAccess | Dashboard | Alert, governance: Governance, asker: Asker, asked: list[Question]
) -> tuple[Fault, ...]:
    if isinstance(entry, Alert):
        return look_at_alert(entry, governance, asker, asked)
    try:
        if isinstance(entry, Dashboard):
            look_at_dashboard(entry, governance.system("grafana"), asker, asked)
        else:
            _look_at_system(entry, asker, asked)
    except Faulty as error:
        return (error.fault,)
    return ()


def _look_at_system(system: SystemAccess, asker: Asker, asked: list[Question]) -> None:
    url = (system.check.url if system.check else None) or system.url
    if system.check is None or url is None:
        raise Faulty("not-set-up", "it has no address to ask: `url`")
    look(system.check, url, asker, asked)
