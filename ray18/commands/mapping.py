"""The proposal of `ray18 intake --propose-mapping`: what foreign columns and words of a hand-over may mean."""

from collections.abc import Iterator, Mapping

from ray18.documents.dialects import Intake
from ray18.documents.people import People
from ray18.handover import Handover
from ray18.handover.proposal import as_yaml, propose
from ray18.handover.table import folded_value


def proposal_lines(files: Mapping[str, bytes], intake: Intake, people: People | None) -> Iterator[str]:
    """The lines to look at and to paste into `ray18.yaml`."""
    proposals = propose(files, intake, _names(people))
    if not proposals:
        yield "Nothing is foreign: every column and word of the lists is known, or is no field of ours."
        return
    yield "# For ray18.yaml. Look at each line, then paste the block; what begins with # is a guess that people decide."
    yield from as_yaml(proposals).splitlines()
    yield "# Then run `ray18 intake` again: what nobody has changed since is drafted anew."


def is_foreign(handover: Handover) -> bool:
    """Whether anything could not be taken over for want of its meaning."""
    kept = any(name.endswith("-as-handed-over") for item in handover.items for name in item.annotations)
    return kept or any("--propose-mapping" in remark.remedy for remark in handover.remarks)


def _names(people: People | None) -> dict[str, str]:
    """Ids of people and teams by every name that stands for them."""
    named: dict[str, str] = {}
    for person in people.people if people else ():
        named |= {folded_value(text): person.id for text in (person.name, person.email) if text}
    for team in people.teams if people else ():
        named[folded_value(team.name)] = team.id
    return named
