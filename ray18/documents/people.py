"""`people.yaml`: who is who, which keys are whose, who holds which role. The trust file."""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field

from ray18.documents.base import CommitId, Email, Many, Model, PersonId, RoleId, Slug, Title


class Revocation(Model):
    """Why a key speaks for its person no more. Its place in history counts, never a date."""

    reason: Literal["retired", "compromised"]
    """retired: what it signed before stays good; compromised: that goes as well."""
    since: CommitId | None = None
    """For compromised: the first commit that is not to be trusted any more; absent = nothing it ever signed is."""


class SigningKey(Model):
    """A public key that speaks for one person."""

    type: Literal["ssh", "openpgp"] = "ssh"
    """ssh: one line as in `id_ed25519.pub`; openpgp: the armored public key."""
    key: Annotated[str, Field(min_length=20, max_length=20_000, examples=["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA…"])]
    """The public key itself."""
    comment: Title | None = None
    """What the key is, for people: a laptop, a token."""
    revoked: Revocation | None = None
    """Present when the key does not speak for the person any more; keep the entry, so that it stays known."""


class ForgeAccount(Model):
    """An account on a forge; the number is what counts, since names can be given away."""

    forge: Literal["github", "gitlab", "gitea", "reviewboard"]
    """Which forge."""
    id: Annotated[int, Field(ge=1)]
    """The account's number, which never changes."""
    login: Title
    """The account's name today, only a label."""


class Person(Model):
    """A person, or a bot, that acts in this program."""

    id: Annotated[Slug, Field(examples=["ana"])]
    """A short name, used everywhere else in the records."""
    name: Title
    """The full name."""
    email: Email | None = None
    """Where to reach this person; never taken as identity."""
    kind: Literal["human", "bot"] = "human"
    """A bot never fills a human's seat."""
    keys: Many[SigningKey] = ()
    """The keys that speak for this person."""
    forges: Many[ForgeAccount] = ()
    """The accounts that speak for this person."""
    time_zone: Annotated[str, Field(examples=["Europe/Lisbon"])] | None = None
    """IANA name of the time zone this person works in."""


class Team(Model):
    """People who own things together."""

    id: Annotated[Slug, Field(examples=["platform"])]
    """A short name, used as owner."""
    name: Title
    """The full name."""
    members: Many[PersonId] = ()
    """Ids of people."""
    contact: Annotated[str, Field(min_length=1, max_length=300)] | None = None
    """Where to reach the team: an address, a channel, a phone number."""


class People(Model):
    """The people, teams and roles of this program."""

    people: Many[Person] = ()
    """Everybody who acts in this program."""
    teams: Many[Team] = ()
    """Groups that own services and items."""
    roles: Annotated[Mapping[RoleId, Many[PersonId]], Field(examples=[{"support-lead": ["ana"]}])] = {}
    """Who holds each role: role id to ids of people."""

    def person(self, person_id: str) -> Person | None:
        """The person with this id."""
        return next((person for person in self.people if person.id == person_id), None)

    def holders(self, role: str) -> tuple[str, ...]:
        """Ids of the people who hold a role."""
        return self.roles.get(role, ())

    def owners(self) -> frozenset[str]:
        """Everything that may stand as an owner: ids of people and of teams."""
        return self._owners

    @cached_property
    def _owners(self) -> frozenset[str]:
        return frozenset((*(person.id for person in self.people), *(team.id for team in self.teams)))

    def contacts(self) -> frozenset[str]:
        """Everything that can be called or asked: people, teams, and roles that somebody holds."""
        return self.owners() | {role for role, holders in self.roles.items() if holders}
