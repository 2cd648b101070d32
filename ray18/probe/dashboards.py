"""Whether a dashboard is there and shows something."""

import re
from urllib.parse import urlsplit

from ray18.documents.governance import Dashboard, SystemAccess
from ray18.documents.live_state import Question
from ray18.probe.asking import Asker, Faulty, at, under
from ray18.probe.systems import look
from ray18.web import shown

_UID = re.compile(r"/d(?:-solo)?/([A-Za-z0-9_-]{1,40})(?:/|\Z)")


def look_at_dashboard(board: Dashboard, grafana: SystemAccess | None, asker: Asker, asked: list[Question]) -> None:
    """Asks once. Raises Faulty."""
    check = board.check
    if check is None or check.kind != "grafana":
        if check is None or check.kind != "http":
            raise Faulty("not-set-up", "how it is asked for is not said: `check` with kind http or grafana")
        look(check, check.url or board.url, asker, asked)
        return
    base = check.url or (_api(grafana) if grafana else "")
    match = _UID.search(urlsplit(board.url).path)
    if not base or not match:
        missing = (
            "no system has a check of kind grafana" if not base else f"{shown(board.url)} names no uid as /d/<uid>"
        )
        raise Faulty("not-set-up", missing)
    _look_into_grafana(under(base, f"api/dashboards/uid/{match[1]}"), match[1], asker, asked)


def _api(grafana: SystemAccess) -> str:
    return (grafana.check.url if grafana.check else None) or grafana.url or ""


def _look_into_grafana(url: str, uid: str, asker: Asker, asked: list[Question]) -> None:
    if asker.answer(url, asked).status == 404:
        raise Faulty("unknown-dashboard", f"Grafana knows no dashboard {uid}")
    found = asker.json(url, asked)
    if at(found, "dashboard", "uid") != uid:
        raise Faulty("wrong-answer", f"{shown(url)} did not answer with the dashboard {uid}")
    if not any(at(found, "dashboard", name) for name in ("panels", "rows", "elements")):
        raise Faulty("empty-dashboard", f"the dashboard {uid} has no panel")
