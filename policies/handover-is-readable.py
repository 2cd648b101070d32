"""Every artifact of the hand-over can be read whole.

A row that cannot be read may be the one Critical item. So a file that is damaged, or says something that
nobody can take over, keeps the hand-over from being judged at all.

Remedy: mend the line named, or ask the project for the file again; `ray18 intake` shows everything at once.
"""

from collections.abc import Iterator

from ray18.documents.settings import Settings
from ray18.findings import Finding
from ray18.handover.model import Handover, Remark

LEVEL = "blocker"
COUNTED = "places of the hand-over that cannot be read"
ACTION = "mend artifacts"


def check(handover: Handover, settings: Settings) -> Iterator[Finding]:
    folder = settings.locations.handover
    for artifact in handover.artifacts:
        if not artifact.present or artifact.readable:
            continue
        blocking = [remark for remark in artifact.remarks if remark.blocking]
        for remark in blocking or [Remark(artifact.path, 0, "it cannot be read", "ray18 intake shows why")]:
            yield Finding(
                "",
                "error",
                f"{artifact.name}: {remark.message}",
                f"{folder}/{remark.path}",
                remark.line,
                item=artifact.name,
                remedy=remark.remedy,
            )
