"""Every team has members, and all of them are known people.

A team owns things only as long as somebody is in it.

Remedy: list the ids of its people under `members` in people.yaml.
"""

from collections.abc import Iterator

from ray18.documents.document import Document
from ray18.documents.people import People
from ray18.findings import Finding

COUNTED = "teams with nobody or with strangers in them"
ACTION = "list the members of teams"


def check(people: Document[People]) -> Iterator[Finding]:
    for number, team in enumerate(people.content.teams):
        if not team.members:
            yield people.finding(
                f"the team {team.id} has no members",
                *("teams", number, "members"),
                item=team.id,
                remedy="list its people",
            )
        for place, member in enumerate(team.members):
            if people.content.person(member) is None:
                yield people.finding(
                    f"the team {team.id} has the member {member}, who is not among the people",
                    *("teams", number, "members", place),
                    item=team.id,
                    remedy=f"mend the name, or add {member} to the people",
                )
