"""Check runs on GitHub: a gate with its findings at the lines. Only an app's token may write them, as that of Actions is."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal

from ray18.findings import Finding
from ray18.forges.http import Client
from ray18.forges.model import Told
from ray18.forges.reading import read
from ray18.forges.telling import Outcome, shortened

Conclusion = Literal["success", "neutral", "failure"]
"""neutral: passed by waiver, which is never shown as passed."""
_MOST_ANNOTATIONS = 50
_LONGEST = 65_535
_LEVELS = {"blocker": "failure", "error": "failure", "warning": "warning"}


@dataclass(frozen=True, slots=True)
class CheckRun:
    """One gate, as a check run shows it."""

    name: str
    conclusion: Conclusion
    title: str
    summary: str
    """Markdown."""
    url: str
    findings: tuple[Finding, ...]


class _Run(Told):
    id: int
    name: str
    external_id: str | None = None


class _Runs(Told):
    check_runs: list[_Run]


def tell_checks(api: Client, repository: str, commit: str, wanted: Iterable[CheckRun]) -> dict[str, Outcome]:
    """Creates the check runs that are not there, and brings up to date those that say something else."""
    done: dict[str, Outcome] = {}
    for run in wanted:
        content = _content(run)
        before = _newest(api, repository, commit, run.name)
        if before is None:
            api.send("POST", f"repos/{repository}/check-runs", content | {"name": run.name, "head_sha": commit})
            done[run.name] = "posted"
        elif before.external_id == content["external_id"]:
            done[run.name] = "kept"
        else:
            api.send("PATCH", f"repos/{repository}/check-runs/{before.id}", content)
            done[run.name] = "updated"
    return done


def _newest(api: Client, repository: str, commit: str, name: str) -> _Run | None:
    answer = api.one("checks", f"repos/{repository}/commits/{commit}/check-runs", check_name=name, filter="latest")
    return max(
        (run for run in read(_Runs, answer).check_runs if run.name == name), key=lambda run: run.id, default=None
    )


def _content(run: CheckRun) -> dict[str, Any]:
    output = {"title": run.title, "summary": shortened(run.summary, _LONGEST)}
    annotations = [_annotation(finding) for finding in run.findings if finding.path and finding.line]
    said = sha256(repr((run, annotations)).encode("utf-8", "backslashreplace")).hexdigest()
    return {
        "status": "completed",
        "conclusion": run.conclusion,
        "external_id": said,
        "output": output | {"annotations": annotations[:_MOST_ANNOTATIONS]},
        **({"details_url": run.url} if run.url else {}),
    }


def _annotation(finding: Finding) -> dict[str, Any]:
    return {
        "path": finding.path,
        "start_line": finding.line,
        "end_line": finding.line,
        "annotation_level": _LEVELS[finding.level],
        "title": finding.policy[:255],
        "message": f"{finding.message}\n{finding.remedy}".strip(),
    }
