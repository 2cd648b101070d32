"""Every required system was seen to work lately.

That people confirmed a system once says that they had access then. Whether it answers today is a question to the system
itself: `ray18 probe` asks it, and what it saw wears out after `thresholds.live_state_max_age_days`. Judged are the
systems that say how they are asked (`check`), and all of them where `probe.required` in ray18.yaml lists systems.

Remedy: run `ray18 probe`, commit the record under live-states/, and mend what it found faulty.
"""

from collections.abc import Iterator
from datetime import date

from ray18.documents.document import Document
from ray18.documents.governance import Governance
from ray18.documents.live_state import LiveState, shortcomings
from ray18.documents.settings import Settings
from ray18.findings import Finding

COUNTED = "systems not seen to work"
ACTION = "run ray18 probe and mend systems"


def check(
    governance: Document[Governance], live_states: tuple[Document[LiveState], ...], settings: Settings, today: date
) -> Iterator[Finding]:
    states = [document.content for document in live_states]
    for number, system in enumerate(governance.content.systems):
        if system.check or "systems" in settings.probe.required:
            for why in shortcomings(states, governance.content, system, settings, today):
                yield governance.finding(
                    f"{system.name}: {why}", *("systems", number), item=system.kind, remedy="ray18 probe"
                )
