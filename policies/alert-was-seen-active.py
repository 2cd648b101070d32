"""Every alert was seen to be active lately.

Active means: its rule is loaded in Prometheus, healthy, and was evaluated within two of its intervals; Prometheus has an
Alertmanager; there the route resolves to the receiver that is named here, and that one notifies somebody; and the rule
links a runbook that answers. `ray18 probe` looks, and what it saw wears out after `thresholds.live_state_max_age_days`.
Judged are the alerts that name their `rule`, and all of them where `probe.required` in ray18.yaml lists alerts.

Remedy: run `ray18 probe`, commit the record under live-states/, and mend what it found faulty.
"""

from collections.abc import Iterator
from datetime import date

from ray18.documents.document import Document
from ray18.documents.governance import Governance
from ray18.documents.live_state import LiveState, shortcomings
from ray18.documents.settings import Settings
from ray18.findings import Finding

COUNTED = "alerts not seen active"
ACTION = "run ray18 probe and mend alerts"


def check(
    governance: Document[Governance], live_states: tuple[Document[LiveState], ...], settings: Settings, today: date
) -> Iterator[Finding]:
    states = [document.content for document in live_states]
    for number, alert in enumerate(governance.content.alerts):
        if alert.rule or "alerts" in settings.probe.required:
            for why in shortcomings(states, governance.content, alert, settings, today):
                yield governance.finding(
                    f"the alert {alert.id}: {why}", *("alerts", number), item=alert.id, remedy="ray18 probe"
                )
