"""Issues as trackers export them, as rows with ids that stay the same at each import."""

from collections.abc import Callable, Mapping

from ray18.exchange.trackers import github, gitlab, jira
from ray18.exchange.trackers.issue import Export

TRACKERS: Mapping[str, Callable[[str, str, bytes, str], Export]] = {
    "jira": jira.read,
    "github": github.read,
    "gitlab": gitlab.read,
}
"""Tracker -> its reader: of the type (csv or json), path, content, and the project where the export does not name it."""
