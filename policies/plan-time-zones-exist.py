"""Every time zone of the plan exists.

"22:00" without a known zone is twenty-four different moments: the window opens when half of the team sleeps.

Remedy: write the zone's IANA name, such as `Europe/Lisbon` or `Etc/UTC`.
"""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from ray18.documents.document import Document
from ray18.documents.plan import Plan
from ray18.findings import Finding

COUNTED = "unknown time zones"
ACTION = "name known time zones"


def check(plan: Document[Plan]) -> Iterator[Finding]:
    coverage = plan.content.coverage
    zones: list[tuple[tuple[str | int, ...], str, str]] = [
        *(
            (("release_windows", n), window.id, window.time_zone)
            for n, window in enumerate(plan.content.release_windows)
        ),
        *(
            (("coverage", "support_hours", n), hours.id, hours.time_zone)
            for n, hours in enumerate(coverage.support_hours)
        ),
        *((("coverage", "sites", n), site.name, site.time_zone) for n, site in enumerate(coverage.sites)),
    ]
    for way, name, zone in zones:
        if not _exists(zone):
            yield plan.finding(
                f"{name}: there is no time zone {zone}",
                *way,
                "time_zone",
                item=name,
                remedy="write its IANA name",
            )


def _exists(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):  # unknown; not a possible name; the name of a folder
        return False
    return True
