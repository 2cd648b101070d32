"""Attacks with decisions that lapse or are lent: expiry, conditions, delegations, reviews, minutes, waivers."""

from datetime import date
from typing import Any

from ray18.approvals import ATTESTATION, COUNTERSIGNATURE, DELEGATION, OBSERVATION
from ray18.attacks.case import BACKLOG, EVERYTHING, Asked, attack
from ray18.attacks.documents import ITEM, SETTINGS
from ray18.attacks.stage import LEADS, Stage, begin
from ray18.documents.delegation import Delegation
from ray18.documents.document import made
from ray18.documents.waiver import Waiver
from ray18.waivers import NAMESPACE as WAIVER
from ray18.waivers import SECOND

_PROGRAM = "11111111-2222-4333-8444-555555555555"


def condition(**fields: Any) -> dict[str, Any]:
    """A condition of an approval."""
    return {"id": "runbook", "text": "Write it", "owner": "ana", "due": date(2026, 5, 20)} | fields


def _decided(stage: Stage, **fields: Any) -> Asked:
    stage.approve("sven", **fields)
    stage.commit("Decide as security-lead", "sven")
    return Asked()


@attack("decisions", "approvals:expired approval", cause="it ran out on 2026-05-31", on="open")
def expired_approval(stage: Stage) -> Asked:
    """An approval whose last day was yesterday."""
    return _decided(stage, valid_until=date(2026, 5, 31))


@attack("decisions", "C30", cause="it ran out on 2026-05-31", on="open")
def expired_approval_dated_ahead(stage: Stage) -> Asked:
    """The same in a commit dated 2099, as if the clock had not got there yet."""
    stage.approve("sven", valid_until=date(2026, 5, 31))
    stage.commit("Decide", "sven", date="4070908800 +0000")
    return Asked()


@attack("decisions", "approvals:condition past due", cause="condition runbook was due on 2026-05-20", on="open")
def condition_past_due(stage: Stage) -> Asked:
    """An approval with a condition that was due and is not met."""
    return _decided(stage, decision="approved-with-conditions", conditions=[condition()])


@attack("decisions", "D17", cause="condition runbook is open until 2026-12-01", on="open")
def condition_still_open(stage: Stage) -> Asked:
    """An approval with a condition that is not due yet; the protocol asks for `Approved`."""
    return _decided(stage, decision="approved-with-conditions", conditions=[condition(due=date(2026, 12, 1))])


@attack("decisions", "D14", cause="it names no condition", on="open")
def conditional_without_condition(stage: Stage) -> Asked:
    """An approval with conditions that names none."""
    return _decided(stage, decision="approved-with-conditions")


@attack("decisions", "D14", cause="sven decided: abstained", on="open")
def abstention(stage: Stage) -> Asked:
    """An abstention is no approval."""
    return _decided(stage, decision="abstained")


@attack("decisions", "D14", cause="sven decided: deferred", on="open")
def deferral(stage: Stage) -> Asked:
    """A deferral is no approval."""
    return _decided(stage, decision="deferred")


@attack("decisions", "D14", cause="sven decided: withdrawn", on="approved")
def withdrawn_approval(stage: Stage) -> Asked:
    """An approval that was withdrawn."""
    return _decided(stage, decision="withdrawn", sequence=2)


def _lend(stage: Stage, signer: str | None = "sven", **fields: Any) -> None:
    usual = {
        "id": "DG-1",
        "program": _PROGRAM,
        "delegator": "sven",
        "delegate": "ben",
        "role": LEADS["sven"],
        "subjects": ["plan"],
        "begins": date(2026, 5, 1),
        "ends": date(2026, 6, 30),
    }
    lent = made(Delegation, usual | fields)
    stage.add(f"delegations/{lent.id}.yaml", lent, signer, DELEGATION)


def _by_delegate(stage: Stage, signer: str | None = "sven", **fields: Any) -> Asked:
    _lend(stage, signer, **fields)
    stage.commit("Lend the role", "sven")
    return _stand_in(stage)


def _stand_in(stage: Stage, person: str = "ben", delegation: str = "DG-1") -> Asked:
    stage.approve(person, role=LEADS["sven"], on_behalf_of="sven", delegation=delegation)
    stage.commit("Approve for Sven", person)
    return Asked()


@attack("decisions", "approvals:expired delegation", cause="the delegation DG-1 ended on 2026-05-31", on="open")
def delegation_that_ended(stage: Stage) -> Asked:
    """A delegate's approval after the delegation's last day."""
    return _by_delegate(stage, ends=date(2026, 5, 31))


@attack("decisions", "approvals:expired delegation", cause="runs from 2026-05-06", on="open")
def decided_before_the_delegation_began(stage: Stage) -> Asked:
    """A delegate's approval dated before the delegation's first day."""
    return _by_delegate(stage, begins=date(2026, 5, 6))


@attack("decisions", "approvals:delegation to oneself", cause="sven delegates to themselves", on="open")
def delegation_to_oneself(stage: Stage) -> Asked:
    """A lead lends the role to themselves, and approves in its name."""
    _lend(stage, delegate="sven")
    stage.commit("Lend the role", "sven")
    return _stand_in(stage, "sven")


@attack("decisions", "approvals:delegation depth two", cause="a delegate cannot delegate further", on="open")
def delegation_passed_on(stage: Stage) -> Asked:
    """A delegate lends the role to a third person."""
    _lend(stage)
    _lend(stage, "ben", id="DG-2", delegator="ben", delegate="ana")
    stage.commit("Lend the role", "sven")
    stage.put(
        stage.record("ana", role=LEADS["sven"], on_behalf_of="sven", delegation="DG-2", decided_on=date(2026, 5, 20))
    )
    stage.commit("Approve for Sven", "ana")
    return Asked()


@attack("decisions", "approvals:delegation other subject", cause="the delegation DG-1 is not for plan", on="open")
def delegation_for_another_subject(stage: Stage) -> Asked:
    """A delegation for the remediation, used for the plan."""
    return _by_delegate(stage, subjects=["remediation"])


@attack(
    "decisions",
    "approvals:delegation unsigned",
    cause="the delegation DG-1 does not count: it is not signed",
    on="open",
)
def unsigned_delegation(stage: Stage) -> Asked:
    """A delegation that its delegator never signed."""
    return _by_delegate(stage, None)


@attack("decisions", "approvals:delegation forged", cause="belongs to ben, not to sven alone", on="open")
def delegation_signed_by_the_delegate(stage: Stage) -> Asked:
    """A delegation that the delegate signed."""
    return _by_delegate(stage, "ben")


@attack("decisions", "approvals:delegation after the decision", cause="the delegation DG-1 came after", on="open")
def delegation_afterwards(stage: Stage) -> Asked:
    """A delegation that came onto the branch after the decision made with it."""
    _stand_in(stage)
    _lend(stage)
    stage.commit("Lend the role", "sven")
    return Asked()


@attack("decisions", "approvals:delegation other program", cause="it was made for another program", on="open")
def delegation_of_another_program(stage: Stage) -> Asked:
    """A delegation copied from another program."""
    return _by_delegate(stage, program=_PROGRAM.replace("1111", "9999"))


@attack("decisions", "approvals:delegation taken away", cause="there is no delegation DG-1", on="open")
def delegation_taken_away(stage: Stage) -> Asked:
    """A delegation that was ended before the decision."""
    _lend(stage)
    stage.commit("Lend the role", "sven")
    stage.git("rm", "-q", "-r", "delegations")
    stage.commit("Take it back", "sven")
    return _stand_in(stage)


@attack("decisions", "approvals:delegation to a seat holder", cause="fills another seat of the subject", on="open")
def delegation_to_another_lead(stage: Stage) -> Asked:
    """The operations director stands in for the security lead, and would fill two seats."""
    _lend(stage, delegate="olga")
    stage.commit("Lend the role", "sven")
    return _stand_in(stage, "olga")


@attack("decisions", "approvals:bot in human role", cause="robo is a bot", on="open")
def delegation_to_a_bot(stage: Stage) -> Asked:
    """The bot stands in for the security lead."""
    _lend(stage, delegate="robo")
    stage.commit("Lend the role", "sven")
    return _stand_in(stage, "robo")


def _reviewed(stage: Stage, *, observer: str = "robo", signer: str = "", **fields: Any) -> Asked:
    """A program where a review is enough for the security lead, and such a review."""
    settings = SETTINGS + "roles:\n  security-lead: {title: Security Lead, evidence: observed}\n"
    fresh = begin(stage.root.with_name("fresh"), {"ray18.yaml": settings})
    fresh.everybody_approves("sven")
    seen = {
        "forge": "github",
        "repository": "ferry/booking",
        "change": 7,
        "review": "r1",
        "account": 44,
        "login": "sven",
        "state": "approved",
        "commit": fresh.head(),
        "opened_by": 45,
        "pushed_by": [45],
        "submitted_at": "2026-05-05T12:00:00Z",
        "fetched_on": date(2026, 5, 5),
        "raw": "0123456789abcdef" * 4,
        "observer": observer,
    }
    record = fresh.record("sven", evidence="observed", observation=seen | fields)
    fresh.put(record, signer or observer, OBSERVATION)
    fresh.commit("Observe a review", "robo")
    return Asked(folder=fresh.root)


@attack("decisions", "D19", "approvals:observed without observer", cause="is not an observer")
def review_without_an_observer(stage: Stage) -> Asked:
    """A review that an engineer vouches for."""
    return _reviewed(stage, observer="ben")


@attack("decisions", "D19", "approvals:observed without observer", cause="belongs to ben, not to robo alone")
def review_signed_by_somebody_else(stage: Stage) -> Asked:
    """A review in the observer's name, signed by an engineer."""
    return _reviewed(stage, signer="ben")


@attack("decisions", "D19", "approvals:observed wrong account", cause="the account 46 on github belongs to ben")
def review_of_another_account(stage: Stage) -> Asked:
    """An engineer's review, as the lead's."""
    return _reviewed(stage, account=46)


@attack("decisions", "D19", "approvals:observed non-member", cause="the account 999 on github belongs to nobody here")
def review_of_a_stranger(stage: Stage) -> Asked:
    """A review by an account that nobody has, under the lead's login."""
    return _reviewed(stage, account=999)


@attack("decisions", "D19", "approvals:observed bot", cause="the review is a bot's")
def review_of_a_bot(stage: Stage) -> Asked:
    """A review that a machine gave."""
    return _reviewed(stage, bot=True)


@attack("decisions", "D19", "approvals:dismissed review", cause="the review is dismissed, not approved")
def dismissed_review(stage: Stage) -> Asked:
    """A review that was dismissed."""
    return _reviewed(stage, state="dismissed")


@attack("decisions", "D19", cause="the review is commented, not approved")
def comment_as_review(stage: Stage) -> Asked:
    """A comment, as approval."""
    return _reviewed(stage, state="commented")


@attack("decisions", "D19", "D04", "approvals:opener", cause="opened or pushed the change")
def review_of_the_opener(stage: Stage) -> Asked:
    """The lead opened the change, and approved it."""
    return _reviewed(stage, opened_by=44)


@attack("decisions", "D19", "D04", "approvals:pusher", cause="opened or pushed the change")
def review_of_the_pusher(stage: Stage) -> Asked:
    """The lead pushed to the change, and approved it."""
    return _reviewed(stage, pushed_by=[45, 44])


@attack("decisions", "D19", "approvals:forge disagreement", cause="does not hold what the record says")
def review_of_another_commit(stage: Stage) -> Asked:
    """A review of a commit with another plan, as one of this plan."""
    return _reviewed(stage, commit=_other_commit(stage))


def _other_commit(stage: Stage) -> str:
    """The id that the fresh program's first commit will have: it holds no plan yet."""
    root = stage.root.with_name("first")
    settings = SETTINGS + "roles:\n  security-lead: {title: Security Lead, evidence: observed}\n"
    return begin(root, {"ray18.yaml": settings}).head("HEAD~1")


@attack("decisions", "approvals:weaker evidence", cause="the role needs evidence that is signed", on="open")
def review_where_a_signature_is_needed(stage: Stage) -> Asked:
    """A genuine review, for a role that has to sign."""
    seen = {
        **{"forge": "github", "repository": "ferry/booking", "change": 7, "review": "r1", "account": 44},
        **{"login": "sven", "state": "approved", "commit": stage.head(), "opened_by": 45, "observer": "robo"},
        **{"submitted_at": "2026-05-05", "fetched_on": date(2026, 5, 5), "raw": "0123456789abcdef" * 4},
    }
    stage.put(stage.record("sven", evidence="observed", observation=seen), "robo", OBSERVATION)
    stage.commit("Observe a review", "robo")
    return Asked()


def _minuted(stage: Stage, clerk: str, second: str, signers: tuple[str, str | None]) -> Asked:
    settings = SETTINGS + "roles:\n  security-lead: {title: Security Lead, evidence: attested}\n"
    fresh = begin(stage.root.with_name("fresh"), {"ray18.yaml": settings})
    fresh.everybody_approves("sven")
    told = {"source": "Minutes of May 5", "clerk": clerk, "countersigned_by": second}
    record = fresh.record("sven", evidence="attested", attestation=told)
    path = fresh.put(record, signers[0], ATTESTATION)
    if signers[1]:
        fresh.sign(path, record, signers[1], COUNTERSIGNATURE, ".countersig")
    fresh.commit("Enter the minutes", "ana")
    return Asked(folder=fresh.root)


@attack("decisions", "approvals:attested by one person", cause="that takes two")
def minutes_confirmed_by_their_clerk(stage: Stage) -> Asked:
    """Minutes that one person entered and confirmed."""
    return _minuted(stage, "ana", "ana", ("ana", "ana"))


@attack("decisions", "approvals:attested by one person", cause="has not countersigned it")
def minutes_not_confirmed(stage: Stage) -> Asked:
    """Minutes that nobody confirmed."""
    return _minuted(stage, "ana", "ben", ("ana", None))


@attack("decisions", "approvals:attested by one person", cause="belongs to ana, not to ben alone")
def minutes_confirmed_with_the_clerks_key(stage: Stage) -> Asked:
    """Minutes whose clerk also signed in the other's name."""
    return _minuted(stage, "ana", "ben", ("ana", "ana"))


def _waived(stage: Stage, signer: str | None = "olga", second: str | None = "sven", **fields: Any) -> Asked:
    """A serious item without a due date, and a waiver for it."""
    stage.write("backlog/MB-1.yaml", ITEM.replace("due: 2026-06-30\n", ""))
    usual: dict[str, Any] = {
        "id": "WV-1",
        "program": _PROGRAM,
        "gate": "backlog",
        "policy": "serious-item-has-due-date",
        "items": ["MB-1"],
        "reason": "The supplier has not named a day yet",
        "requested_by": "ana",
        "approved_by": "olga",
        "role": "operations-director",
        "created": date(2026, 5, 20),
        "expires": date(2026, 6, 15),
    }
    record = made(Waiver, usual | fields)
    path = stage.add(f"waivers/{record.id}.yaml", record, signer, WAIVER)
    if record.second and second:
        stage.sign(path, record, second, SECOND, ".countersig")
    stage.commit("Waive", "ana")
    return Asked((BACKLOG, (*BACKLOG, "--rev", "HEAD"), EVERYTHING))


@attack("decisions", "D13", cause="who asked for it accepted it", on="approved")
def waiver_by_its_requester(stage: Stage) -> Asked:
    """A waiver that was accepted by who asked for it."""
    return _waived(stage, requested_by="olga")


@attack("decisions", "D13", cause="it expired on 2026-05-31", on="approved")
def expired_waiver(stage: Stage) -> Asked:
    """A waiver whose last day was yesterday."""
    return _waived(stage, expires=date(2026, 5, 31))


@attack("decisions", "D13", cause="it begins on 2026-06-02", on="approved")
def waiver_from_tomorrow(stage: Stage) -> Asked:
    """A waiver that begins tomorrow."""
    return _waived(stage, created=date(2026, 6, 2))


@attack("decisions", "D13", cause="it is for everything", on="approved")
def waiver_for_everything(stage: Stage) -> Asked:
    """A waiver for `*`."""
    return _waived(stage, items=["*"])


@attack("decisions", "D13", cause="it stands longer than the 60 days", on="approved")
def endless_waiver(stage: Stage) -> Asked:
    """A waiver that never ends, as good as."""
    return _waived(stage, expires=date(2099, 1, 1))


@attack("decisions", "D13", cause="it is not signed", on="approved")
def unsigned_waiver(stage: Stage) -> Asked:
    """A waiver that nobody signed."""
    return _waived(stage, None)


@attack("decisions", "D13", cause="may not waive gate backlog", on="approved")
def waiver_by_another_role(stage: Stage) -> Asked:
    """A waiver accepted in a role that may not."""
    return _waived(stage, "sven", approved_by="sven", role="security-lead")


@attack("decisions", "D13", cause="it was made for another program", on="approved")
def waiver_of_another_program(stage: Stage) -> Asked:
    """A waiver copied from another program."""
    return _waived(stage, program=_PROGRAM.replace("1111", "9999"))


@attack("decisions", "D13", cause="there is no gate 'approvals' that can be waived")
def waiver_for_the_approvals_gate(stage: Stage) -> Asked:
    """A genuine waiver for the missing approval."""
    asked = _waived(stage, gate="approvals", policy="plan-is-approved", items=["security-lead"])
    return Asked((("gate", "approvals"), *asked.lines))
