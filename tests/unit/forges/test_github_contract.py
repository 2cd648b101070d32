"""Every request to GitHub is valid by GitHub's own description of its API, as the mock server Prism checks it."""

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ray18.errors import EnvironmentProblem
from ray18.findings import Finding
from ray18.forges import github, github_suggestions
from ray18.forges.github_checks import CheckRun, tell_checks
from ray18.forges.github_suggestions import Mend, tell_suggestions
from ray18.forges.http import Client
from ray18.forges.model import Answer
from ray18.forges.telling import Spot, Status

DESCRIPTION = Path(os.environ.get("RAY18_CONTRACTS", "/nonexistent")) / "github.openapi.json"
PRISM = shutil.which("prism")
COMMIT = "6dcb09b5b57875f334f61aebed695e2e4193db5e"


SPOT = Spot("o/r", COMMIT, 7)


class FirstPages(Client):
    """Asks for the first page of every list: GitHub's examples name next pages on GitHub itself."""

    def pages(self, what: str, path: str, **query: str | int) -> Iterator[Answer]:
        yield next(super().pages(what, path, **query))


needs_prism = pytest.mark.skipif(
    not PRISM or not DESCRIPTION.exists(),
    reason="needs prism (npm) on PATH and GitHub's description in RAY18_CONTRACTS",
)


@pytest.fixture(scope="module")
def api() -> Iterator[Client]:
    """GitHub's API, mocked; it answers 4xx to what is not valid.

    Not with --errors: that would refuse GitHub's own example of a pull request, which lacks a field of a team.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(PRISM), "mock", "-h", "127.0.0.1", "-p", str(port), str(DESCRIPTION)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.2)
        made = github.client(f"http://127.0.0.1:{port}", "token")
        yield FirstPages(made.base, made.headers)
    finally:
        server.terminate()
        server.wait()


@needs_prism
def test_an_invalid_request_is_found_out(api: Client) -> None:
    """So the tests below can fail."""
    with pytest.raises(EnvironmentProblem, match="422"):
        api.send("POST", f"repos/o/r/statuses/{COMMIT}", {"state": "wonderful"})


@needs_prism
def test_what_is_asked_about_a_pull_request_is_valid_and_its_answer_understood(api: Client) -> None:
    answers = github.fetch(api, "octocat/Hello-World", 1347)
    assert [answer.what for answer in answers] == ["change", "reviews", "commits"]
    parts = {answer.what: answer for answer in answers}
    commits = b"[" + b",".join([parts["commits"].body.strip()[1:-1]] * 3) + b"]"
    told = github.change([parts["change"], parts["reviews"], Answer("commits", commits)])
    assert (told.repository, told.number, told.target) == ("octocat/Hello-World", 1347, "master")
    (review,) = told.reviews
    assert (review.id, review.state, review.account.id if review.account else 0) == ("80", "approved", 1)
    assert review.commit == "ecdd80bb57125d7ba9641ffaa4d7d2c19d3f3091"


@needs_prism
def test_what_is_told_is_valid(api: Client) -> None:
    for state in ("success", "failure", "error"):
        for url in ("", "https://ci.example.org/1"):
            github.post_status(api, SPOT, Status("ray18/backlog", state, "one thing", url))  # type: ignore[arg-type]
    assert github.statuses(api, SPOT)
    assert next(github.comments(api, "o/r", 7)).body
    github.post_comment(api, "o/r", 7, "text")


@needs_prism
def test_a_comment_written_anew_is_valid(api: Client) -> None:
    if "/issues/comments/{comment_id}" not in DESCRIPTION.read_text():
        pytest.skip("this description leaves the question out")
    github.edit_comment(api, "o/r", 7, 1, "text")


@needs_prism
def test_open_and_merged_changes_are_asked_for_validly(api: Client) -> None:
    assert github.numbers(api, "o/r", "main", merged=False) == [1347]
    github.numbers(api, "o/r", "main", merged=True)


@needs_prism
def test_check_runs_are_valid(api: Client) -> None:
    finding = Finding(
        "serious-item-has-owner", "error", "nobody owns it", "backlog/MB-1.yaml", 3, 1, "MB-1", "name one"
    )
    run = CheckRun("ray18/backlog", "failure", "failed", "# Backlog", "https://ci.example.org/1", (finding,) * 60)
    assert tell_checks(api, "o/r", COMMIT, [run]) == {"ray18/backlog": "posted"}
    mocked = CheckRun("mighty_readme", "neutral", "waived", "# Backlog", "", ())
    assert tell_checks(api, "o/r", COMMIT, [mocked]) == {"mighty_readme": "updated"}


@needs_prism
def test_suggestions_are_valid(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The difference in GitHub's own example shows no lines."""
    real = github_suggestions._shown
    shown = lambda api, pull: [(name, frozenset((8, 9))) for name, _ in real(api, pull)]  # noqa: E731
    monkeypatch.setattr(github_suggestions, "_shown", shown)
    mends = [Mend("file1.txt", first, last, "```suggestion\nx\n```") for first, last in ((8, 8), (8, 9), (1, 1))]
    assert tell_suggestions(api, "o/r", 7, COMMIT, mends) == "posted"
    assert tell_suggestions(api, "o/r", 7, COMMIT, mends[2:]) == "kept"


EXAMPLES = Path(os.environ.get("RAY18_WEBHOOK_EXAMPLES", "/nonexistent/examples"))
"""The folder of the npm package @octokit/webhooks-examples."""


@pytest.mark.skipif(
    not EXAMPLES.is_dir(), reason="needs the npm package @octokit/webhooks-examples in RAY18_WEBHOOK_EXAMPLES"
)
def test_the_published_examples_of_webhooks_are_understood() -> None:
    found = []
    for path in sorted(EXAMPLES.glob("*/index.json")):
        for event in json.loads(path.read_text()):
            if event["name"] == "pull_request_review":
                found += [github.from_webhook(json.dumps(example).encode()) for example in event["examples"]]
    assert len(found) >= 4
    assert {review.state for change in found for review in change.reviews} >= {"commented", "dismissed"}
