"""Attacks with keys and signatures: unsigned, unknown, retired, stolen, shared, and good ones in the wrong place."""

from collections.abc import Callable
from dataclasses import replace

from ray18.approvals import NAMESPACE
from ray18.attacks.case import COMMITTED, WORK_TREE, Asked, attack
from ray18.attacks.stage import Stage, begin, people, signer_of
from ray18.subjects import signed_bytes

_STRANGER = "belongs to nobody here"


def _fresh(stage: Stage, **files: str) -> Stage:
    """Another program beside the one that is there, without any decision."""
    return begin(stage.root.with_name("fresh"), {path.replace("__", "."): text for path, text in files.items()})


def _decided(stage: Stage, signer: str | None = "") -> Asked:
    """The last seat is filled by a record that this key signed, in a commit that the lead signed."""
    stage.approve("sven", signer=signer)
    return Asked(folder=stage.root, at_stake=stage.commit("Approve as security-lead", "sven"))


@attack("keys", "approvals:unsigned", "C08", cause="it is not signed", git="G", on="open")
def unsigned_record(stage: Stage) -> Asked:
    """An approval without a signature, in a commit that its alleged author signed."""
    stage.approve("sven", signer=None)
    stage.commit("Approve as security-lead", "sven")
    return Asked(at_stake="HEAD")


@attack("keys", "approvals:unsigned", git="N")
def unsigned_record_over_a_rejection(stage: Stage) -> Asked:
    """A newer, unsigned approval over a signed rejection."""
    stage.approve("sven", signer=None, sequence=2)
    return Asked(at_stake=stage.commit("Approve", "sven", signer=None))


@attack("keys", "approvals:unknown", cause=_STRANGER, git="G sven@ferry.example", on="open")
def unknown_key(stage: Stage) -> Asked:
    """An approval signed with a key that nobody knows."""
    return _decided(stage, "mallory")


@attack("keys", "approvals:unknown", git="U")
def unknown_key_over_a_rejection(stage: Stage) -> Asked:
    """The same over a rejection, in a commit signed with that key."""
    stage.approve("sven", signer="mallory", sequence=2)
    return Asked(at_stake=stage.commit("Approve", "sven", signer="mallory"))


@attack("keys", "approvals:retired", "D11", cause="belongs to sven, and is revoked")
def retired_key(stage: Stage) -> Asked:
    """An approval signed with a key that its person has retired."""
    fresh = _fresh(stage)
    fresh.write("people.yaml", people(keys={"sven": ("sven", "sven-new")}, revoked={"sven": "{reason: retired}"}))
    fresh.agree_on_rules()
    fresh.commit("Sven has a new key", "ana")
    return _decided(fresh)


@attack("keys", "approvals:revoked", "D11", cause="is compromised", on="approved")
def stolen_key_marked_later(stage: Stage) -> Asked:
    """An approval that was merged and counted, until its key turned out to be stolen long before."""
    more = people(keys={"sven": ("sven", "sven-new")}, revoked={"sven": "{reason: compromised}"})
    return _marked(stage, more)


@attack("keys", "approvals:revoked", "D11", cause="is compromised", on="approved")
def stolen_key_since_a_commit(stage: Stage) -> Asked:
    """The same, where the key is not to be trusted from the commit that merged the approval on."""
    told = f"{{reason: compromised, since: {stage.head()}}}"
    return _marked(stage, people(keys={"sven": ("sven", "sven-new")}, revoked={"sven": told}))


@attack("keys", "approvals:revoked", "D11", cause="is compromised", on="approved")
def stolen_key_marked_by_the_judged_commit(stage: Stage) -> Asked:
    """The commit that marks the key as stolen is judged itself: what it forbids must not pass in it."""
    more = people(keys={"sven": ("sven", "sven-new")}, revoked={"sven": "{reason: compromised}"})
    return replace(_marked(stage, more), lines=(COMMITTED,))


def _marked(stage: Stage, text: str) -> Asked:
    stage.write("people.yaml", people(keys={"sven": ("sven", "sven-new")}))
    stage.agree_on_rules()
    stage.commit("Sven has a second key", "ana")
    stage.write("people.yaml", text)
    stage.commit("The first was stolen", "ana")
    return Asked((WORK_TREE,))


@attack("keys", "approvals:shared key", cause="belongs to sven and twin")
def shared_key(stage: Stage) -> Asked:
    """An approval signed with a key that stands at two people."""
    twin = "  - id: twin\n    name: Twin\n    keys:\n      - key: " + people().split("- key: ")[4].split("\n")[0]
    return _decided(_fresh(stage, people__yaml=people(more=twin)))


@attack(
    "keys",
    "D07",
    "approvals:author/signer mismatch",
    cause="belongs to ben, not to sven alone",
    git="G sven@ferry.example",
    on="open",
)
def engineers_key_leads_name(stage: Stage) -> Asked:
    """An engineer's good signature under the security lead's record."""
    return _decided(stage, "ben")


@attack("keys", "D07", "approvals:author/signer mismatch", git="G ben@ferry.example")
def engineers_commit_leads_author(stage: Stage) -> Asked:
    """A commit that names the lead as author and committer, signed by an engineer, with a record signed likewise."""
    stage.approve("sven", signer="ben", sequence=2)
    return Asked(at_stake=stage.commit("Approve", "sven", signer="ben"))


@attack("keys", "approvals:bot key", cause="belongs to robo, not to sven alone", git="G sven@ferry.example", on="open")
def bots_key_leads_name(stage: Stage) -> Asked:
    """The bot's good signature under the security lead's record."""
    return _decided(stage, "robo")


@attack("keys", "D11", "approvals:namespace", cause="it was made for 'git'", on="open")
def signature_made_for_a_commit(stage: Stage) -> Asked:
    """A signature of the right person over the right bytes, made for commits."""
    stage.put(stage.record("sven"), namespace="git")
    stage.commit("Approve", "sven")
    return Asked()


@attack("keys", "D11", cause="it was made for 'file'", on="open")
def signature_made_for_a_file(stage: Stage) -> Asked:
    """A signature of the right person over the right bytes, made with `ssh-keygen -n file`."""
    stage.put(stage.record("sven"), namespace="file")
    stage.commit("Approve", "sven")
    return Asked()


@attack("keys", "D11", cause="does not fit the signed content", on="open")
def signature_over_other_bytes(stage: Stage) -> Asked:
    """The right person's signature over another decision of theirs."""
    other = stage.record("sven", "remediation")
    path = stage.put(stage.record("sven"))
    stage.sign(path, other, "sven", NAMESPACE)
    stage.commit("Approve", "sven")
    return Asked()


@attack("keys", "approvals:malleable signature", cause="its signature does not hold", on="open")
def signature_with_junk_behind_it(stage: Stage) -> Asked:
    """A good signature with a line of text behind its end."""
    return _bent(stage, lambda armored: armored + b"Approved-by: everybody\n")


@attack("keys", "approvals:malleable signature", cause="its signature does not hold", on="open")
def two_signatures_in_one_file(stage: Stage) -> Asked:
    """A stranger's signature before the good one."""
    return _bent(stage, lambda armored: signer_of("mallory").sign(b"anything", NAMESPACE) + armored)


def _bent(stage: Stage, bend: Callable[[bytes], bytes]) -> Asked:
    record = stage.record("sven")
    path = stage.put(record)
    stage.write(f"{path}.sig", bend(signer_of("sven").sign(signed_bytes(record), NAMESPACE)))
    stage.commit("Approve", "sven")
    return Asked()


@attack("keys", "D11", "approvals:stripped signature", cause="was taken away after it was merged")
def stripped_rejection(stage: Stage) -> Asked:
    """The signature of the rejection is deleted, so that it should count for nothing."""
    stage.remove(f"{stage.found('sven')}.sig")
    stage.commit("Tidy up", "ben")
    return Asked()


@attack(
    "keys",
    "approvals:back-dated",
    "approvals:role-holder removed",
    cause="does not hold the role security-lead",
    on="open",
)
def back_dated_by_a_leaver(stage: Stage) -> Asked:
    """Somebody who lost role and key signs on a branch from before that, with a date from before that."""
    before = stage.head()
    stage.write("people.yaml", people(keys={"ben": ("ben",)}, roles={"security-lead": ["ben"]}))
    stage.agree_on_rules()
    stage.commit("Ben follows Sven", "ana")
    stage.branch("old-times", before)
    stage.approve("sven")
    stage.commit("Approve", "sven", date="1777636800 +0000")
    stage.land("old-times", "ben")
    return Asked()


@attack("keys", "D04", "approvals:one person two keys", cause="fills another seat of the subject")
def one_person_two_keys(stage: Stage) -> Asked:
    """One person with two roles and two keys signs once with each."""
    roles = {"security-lead": ["olga"]}
    fresh = _fresh(stage, people__yaml=people(keys={"olga": ("olga", "olga-home")}, roles=roles))
    fresh.everybody_approves("sven")
    fresh.put(fresh.record("olga", role="security-lead"), "olga-home")
    fresh.commit("Approve as security-lead", "olga")
    return Asked(folder=fresh.root)


@attack(
    "keys", "approvals:another lead", cause="belongs to olga, not to sven alone", git="G sven@ferry.example", on="open"
)
def another_leads_key(stage: Stage) -> Asked:
    """One lead signs in another's name."""
    return _decided(stage, "olga")
