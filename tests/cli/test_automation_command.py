"""`ray18 backlog automation`: what people commit again and again is a candidate, what bots do is none."""

import json
from typing import Any

BOT = {"GIT_AUTHOR_NAME": "dependabot[bot]", "GIT_AUTHOR_EMAIL": "49699333+dependabot[bot]@users.noreply.github.com"}


def test_commits_of_other_repositories_are_looked_through(program: Any, ray18: Any, tmp_path: Any) -> None:
    for month in range(1, 8):
        day = {"GIT_AUTHOR_DATE": f"2026-0{month}-02T12:00:00Z"}
        program.git("commit", "-q", "--allow-empty", "-m", f"Bump lib{month} from 1.{month} to 1.9", **day)
        program.git("commit", "-q", "--allow-empty", "-m", f"Bump other{month} from 1 to 2", **day, **BOT)
    asked = ("backlog", "automation", "--as-of", "2026-07-01", "--commits", program.root)
    ran = ray18(*asked, "--format", "json", folder=program.root)
    assert ran.status == 0, ran.err
    (found,) = json.loads(ran.out)["candidates"]
    assert (found["kind"], found["title"]) == ("commit-template", "bump <name> from <number> to <number>")
    assert (found["occurrences"], found["months_with_it"]) == (6, 6), "the seventh is of a day to come"
    assert found["rests_on"][0].startswith("program ")
    assert found["toil"]["manual"] is True
    page = ray18(*asked, "--format", "markdown", folder=program.root).out
    assert page.startswith("# What could be automated, as of 2026-07-01\n")
    assert r"bump \<name\> from" in page
    later = ray18(*asked, "--since", "2026-05-01", folder=program.root)
    assert "Nothing comes up often enough to be a candidate." in later.out
