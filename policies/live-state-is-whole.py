"""Records of live systems are as `ray18 probe` wrote them.

Gates rest on what was seen. A record that somebody edited, renamed, or took from another program is not what was seen.

Remedy: remove the record, and run `ray18 probe` again.
"""

from collections.abc import Iterator

from ray18.documents.document import Document
from ray18.documents.live_state import LiveState
from ray18.documents.settings import Settings
from ray18.findings import Finding

LEVEL = "blocker"
COUNTED = "records of live systems that were changed"
ACTION = "remove changed records of live systems"


def check(live_states: tuple[Document[LiveState], ...], settings: Settings) -> Iterator[Finding]:
    for document in live_states:
        state = document.content
        if not state.is_whole:
            yield document.finding(f"{state.id} is not as it was written", "digest", remedy="run ray18 probe again")
        if state.id != f"LS-{state.observed_on}" or document.path.rsplit("/", 1)[-1] != f"{state.id}.yaml":
            yield document.finding(f"{state.id} is not its day, or not its file's name", "id", remedy="rename it back")
        if state.program != settings.program.id:
            yield document.finding(f"{state.id} is of another program", "program", remedy="remove it")
