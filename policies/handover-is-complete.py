"""Every artifact of the hand-over is there.

The program translates what a project leaves behind; what is missing cannot be translated, and planning stops
until it arrives.

Remedy: ask the project for the artifact and put it into the hand-over folder under its name.
"""

from collections.abc import Iterator

from ray18.documents.settings import Settings
from ray18.findings import Finding
from ray18.handover.model import Handover

COUNTED = "artifacts missing from the hand-over"
ACTION = "obtain missing artifacts"


def check(handover: Handover, settings: Settings) -> Iterator[Finding]:
    folder = settings.locations.handover
    for artifact in handover.artifacts:
        if artifact.required and not artifact.present:
            why = next((remark.message for remark in artifact.remarks), "it is missing")
            yield Finding(
                "",
                "error",
                f"{artifact.name}: {why}",
                folder,
                item=artifact.name,
                remedy=f"put it into {folder}/",
            )
