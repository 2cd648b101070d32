"""Every dashboard was seen to be there, and to show something, lately.

A dashboard that was deleted or emptied after somebody wrote `status: Complete` still looks configured. `ray18 probe` opens
it, and what it saw wears out after `thresholds.live_state_max_age_days`. Judged are the dashboards that say how they are
asked for (`check`), and all of them where `probe.required` in ray18.yaml lists dashboards.

Remedy: run `ray18 probe`, commit the record under live-states/, and mend what it found faulty.
"""

from collections.abc import Iterator
from datetime import date

from ray18.documents.document import Document
from ray18.documents.governance import Governance
from ray18.documents.live_state import LiveState, shortcomings
from ray18.documents.settings import Settings
from ray18.findings import Finding

COUNTED = "dashboards not seen to work"
ACTION = "run ray18 probe and mend dashboards"


def check(
    governance: Document[Governance], live_states: tuple[Document[LiveState], ...], settings: Settings, today: date
) -> Iterator[Finding]:
    states = [document.content for document in live_states]
    for number, board in enumerate(governance.content.dashboards):
        if board.check or "dashboards" in settings.probe.required:
            for why in shortcomings(states, governance.content, board, settings, today):
                yield governance.finding(
                    f"the dashboard {board.id}: {why}", *("dashboards", number), item=board.id, remedy="ray18 probe"
                )
