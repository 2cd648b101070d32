"""Changes of the rules: which of them would let more pass than before, and which would lock everybody out.

Only what is known to be harmless is called harmless; everything else needs the agreement of those whom the rules in force
name (`amendments.roles`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ray18.documents.people import People, Person
from ray18.documents.settings import Settings
from ray18.seating import unfillable

_HARMLESS_SETTINGS = frozenset({"program.title", "evidence_folder", "probe.seconds"})
_STRICTER_WHEN_LOWER = ("thresholds.", "prioritization.days.")
_STRICTER_WHEN_LONGER = frozenset(
    {
        "plan_roles",
        "prioritization.stakeholders",
        "probe.required",
        "schemas.kinds",
        "thresholds.waiver_second_signature",
    }
)
_ORDER = {"signed": 2, "observed": 1, "attested": 0}
_STRICTER_WORDS: Mapping[str, tuple[Any, Any]] = {
    "approvals.distinct_people": (False, True),
    "approvals.authors_may_approve": (True, False),
    "approvals.on_role_loss": ("keep", "reapprove"),
    "approvals.open_conditions": ("until-due", "block"),
}


@dataclass(frozen=True)
class RuleSet:
    """Everything that rules: settings, people, and the team's own policies and schemas (path to SHA-256)."""

    settings: Settings
    people: People | None
    team: Mapping[str, str]


def weakenings(before: RuleSet, after: RuleSet) -> Iterator[str]:
    """Each way in which more could pass under the new rules, in words."""
    yield from _settings(before.settings, after.settings)
    yield from _people(before.people, after.people)
    for path in sorted(before.team):
        if path not in after.team:
            yield f"{path} is taken away"
        elif after.team[path] != before.team[path]:
            yield f"{path} is changed"


def lock_outs(before: RuleSet, after: RuleSet) -> Iterator[str]:
    """Each role that somebody could fill before and nobody can under the new rules."""
    already = dict(unfillable(before.settings, before.people)) if before.people else {}
    if after.people is None:
        yield "there would be no people any more"
        return
    for role, why in unfillable(after.settings, after.people):
        if role not in already:
            yield f"{role} could not be filled: {why}"


def _settings(before: Settings, after: Settings) -> Iterator[str]:
    old, new = _flat(before.model_dump(mode="json")), _flat(after.model_dump(mode="json"))
    for name in sorted({*old, *new}):
        if old.get(name) != new.get(name) and not _harmless(name, old.get(name), new.get(name)):
            yield f"ray18.yaml: {name} changes from {_shown(old.get(name))} to {_shown(new.get(name))}"


def _harmless(name: str, old: Any, new: Any) -> bool:
    if name in _HARMLESS_SETTINGS or name.endswith(".title") or (not old and not new):
        return True
    if name in _STRICTER_WORDS:
        return bool((old, new) == _STRICTER_WORDS[name])
    if name in _STRICTER_WHEN_LONGER or name.startswith("policies.gates."):
        return set(old or ()) <= set(new or ())
    if name.startswith("roles.") and name.endswith(".evidence"):
        return _ORDER[new or "signed"] >= _ORDER[old or "signed"]
    if name.startswith(_STRICTER_WHEN_LOWER) and isinstance(old, int) and isinstance(new, int):
        return new <= old
    if name in ("policies.folder", "schemas.folder"):
        return old is None
    return False


def _people(before: People | None, after: People | None) -> Iterator[str]:
    if before is None or after is None:
        return
    ranks_before, ranks_after = _roles_of(before), _roles_of(after)
    for person in after.people:
        known = before.person(person.id)
        gained = ranks_after.get(person.id, frozenset()) - ranks_before.get(person.id, frozenset())
        yield from (f"people.yaml: {person.id} gets the role {role}" for role in sorted(gained))
        yield from _more_voice(known, person)
    yield from _forgotten_revocations(before, after)


def _more_voice(before: Person | None, after: Person) -> Iterator[str]:
    """A key or an account is a voice: it may count as a delegate's, an observer's or a witness's without any role."""
    usable = {key.key for key in before.keys if key.revoked is None} if before else set()
    accounts = {(one.forge, one.id) for one in before.forges} if before else set()
    for key in after.keys:
        if key.revoked is None and key.key not in usable:
            yield f"people.yaml: {after.id} gets a key"
    for account in after.forges:
        if (account.forge, account.id) not in accounts:
            yield f"people.yaml: {after.id} gets an account on {account.forge}"
    if before and before.kind == "bot" and after.kind == "human":
        yield f"people.yaml: {after.id} was a bot, and is to count as a human"


def _forgotten_revocations(before: People, after: People) -> Iterator[str]:
    now = {key.key: key.revoked for person in after.people for key in person.keys}
    for person in before.people:
        for key in person.keys:
            if key.revoked and key.revoked.reason == "compromised" and now.get(key.key) != key.revoked:
                yield f"people.yaml: a compromised key of {person.id} is forgotten, or trusted longer"


def _roles_of(people: People) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for role, holders in people.roles.items():
        for holder in holders:
            found.setdefault(holder, set()).add(role)
    return {person: frozenset(roles) for person, roles in found.items()}


def _flat(value: Any, name: str = "") -> dict[str, Any]:
    """Nested mappings as one, with dotted names."""
    if isinstance(value, dict) and value:
        return {k: v for key, entry in value.items() for k, v in _flat(entry, f"{name}.{key}" if name else key).items()}
    return {} if value == {} else {name: value}


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "nothing"
    return "nothing" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
