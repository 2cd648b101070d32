"""Attacks on who somebody is: names, addresses, trailers, bots, seats, and work that one approves oneself."""

from ray18.attacks.case import Asked, Play, attack
from ray18.attacks.documents import PLAN
from ray18.attacks.stage import LEADS, Stage, begin, email, people, signed_commit

_OWN_WORK = "sven worked on this change"


@attack("people", "C08", "C09", "approvals:author/signer mismatch", git="N")
def authors_name_only(stage: Stage) -> Asked:
    """An unsigned commit in the security lead's name that says it approves, without any record."""
    stage.write("notes.txt", "Approved.\n")
    return Asked(at_stake=stage.commit("I approve the plan", "sven", signer=None))


@attack("people", "C07", git="G ben@ferry.example")
def mailmap(stage: Stage) -> Asked:
    """A .mailmap that turns an engineer into the security lead, who then seems to approve."""
    stage.write(".mailmap", f"Sven <{email('sven')}> <{email('ben')}>\n")
    stage.approve("sven", signer="ben", sequence=2)
    return Asked(at_stake=stage.commit("Approve", "ben"))


@attack("people", "approvals:display names", cause="belongs to ben, not to sven alone", on="open", git="G ben@")
def display_name(stage: Stage) -> Asked:
    """An engineer's commit and record under the display name of the security lead."""
    stage.approve("sven", signer="ben")
    return Asked(at_stake=stage.commit("Approve", "ben", author="sven"))


@attack("people", "C09", git="G ben@ferry.example")
def trailers(stage: Stage) -> Asked:
    """Approved-by, Reviewed-by and Signed-off-by trailers in the lead's name."""
    told = "\n".join(f"{word}: Sven <{email('sven')}>" for word in ("Approved-by", "Reviewed-by", "Signed-off-by"))
    stage.write("notes.txt", "x\n")
    return Asked(at_stake=stage.commit(f"Merge the plan\n\n{told}", "ben"))


@attack("people", "approvals:notes", git="G sven@ferry.example")
def notes(stage: Stage) -> Asked:
    """A git note on the rejection that says it is an approval."""
    for ref in ("commits", "ray18", "approvals"):
        stage.git("notes", f"--ref={ref}", "add", "-f", "-m", "decision: approved", "HEAD")
    return Asked(at_stake="HEAD")


@attack("people", "approvals:record in another's name", cause="ben does not hold the role security-lead", on="open")
def own_record_in_the_leads_seat(stage: Stage) -> Asked:
    """An engineer signs an approval of their own, in a role that they do not hold."""
    stage.approve("ben", role="security-lead")
    stage.commit("Approve", "ben")
    return Asked()


@attack("people", "approvals:record in another's name", cause="olga does not hold the role security-lead", on="open")
def lead_of_another_role(stage: Stage) -> Asked:
    """The operations director also signs as security lead."""
    stage.approve("olga", role="security-lead")
    stage.commit("Approve", "olga")
    return Asked()


@attack("people", "approvals:bot in human role", "D19", cause="robo is a bot", on="open")
def bot_in_a_human_role(stage: Stage) -> Asked:
    """A role that was given to a bot when the program began."""
    fresh = begin(
        stage.root.with_name("fresh"), {"people.yaml": people(roles={"security-lead": ["robo"]}, kinds={"robo": "bot"})}
    )
    fresh.everybody_approves("sven")
    fresh.approve("robo")
    fresh.commit("Approve", "robo")
    return Asked(folder=fresh.root)


@attack("people", "D04", "approvals:one person two seats", cause="fills another seat of the subject")
def one_person_two_seats(stage: Stage) -> Asked:
    """One person holds two of the four roles, and fills both seats."""
    fresh = begin(stage.root.with_name("fresh"), {"people.yaml": people(roles={"security-lead": ["olga"]})})
    fresh.everybody_approves("sven")
    fresh.put(fresh.record("olga", role="security-lead"))
    fresh.commit("Approve as security-lead", "olga")
    return Asked(folder=fresh.root)


@attack("people", "D18", "D04", cause="sven decided: rejected")
def a_second_holder_against_a_rejection(stage: Stage) -> Asked:
    """Two people hold one role: one approves, the other's rejection must stand."""
    fresh = begin(stage.root.with_name("fresh"), {"people.yaml": people(roles={"security-lead": ["sven", "ben"]})})
    fresh.everybody_approves("sven")
    fresh.put(fresh.record("sven", decision="rejected"))
    fresh.approve("ben", role="security-lead")
    fresh.commit("Both decide at once", "ben")
    return Asked(folder=fresh.root)


@attack("people", "D16", "approvals:homoglyph ids", cause="person")
def homoglyph_person(stage: Stage) -> Asked:
    """A record by a person whose name looks like the lead's, with one Cyrillic letter."""
    path = stage.found("sven").replace("--1.yaml", "--2.yaml")
    text = stage.read(stage.found("sven")).replace("decision: rejected", "decision: approved")
    stage.write(path.replace("sven", "sv\u0435n"), text.replace("person: sven", "person: sv\u0435n"))
    stage.commit("Approve", "ben")
    return Asked()


@attack("people", "D16", "approvals:homoglyph ids", cause="invisible")
def invisible_letter(stage: Stage) -> Asked:
    """A second holder of the role, whose id is the lead's with a letter of no width."""
    stage.replace("people.yaml", "security-lead: [sven]", 'security-lead: [sven, "sven\u200b"]')
    stage.commit("Tidy up", "ben")
    return Asked()


def _own_work(play: Play) -> Play:
    return attack("people", "D04", "approvals:self-approval", cause=_OWN_WORK, git="", on="open")(play)


def _decided(fresh: Stage) -> Asked:
    fresh.everybody_approves()
    return Asked(folder=fresh.root)


@_own_work
def approves_own_work_as_author(stage: Stage) -> Asked:
    """The security lead wrote the plan, and approves it."""
    return _changed(stage, "sven", "sven", "sven")


@_own_work
def approves_own_work_as_author_only(stage: Stage) -> Asked:
    """The same, committed and signed by an engineer on the lead's behalf."""
    return _changed(stage, "sven", "ben", "ben")


@_own_work
def approves_own_work_as_committer(stage: Stage) -> Asked:
    """The lead only committed what an engineer wrote."""
    return _changed(stage, "ben", "sven", "ben")


@_own_work
def approves_own_work_as_signer(stage: Stage) -> Asked:
    """The commit names only an engineer; the key is the lead's."""
    return _changed(stage, "ben", "ben", "sven")


@_own_work
def approves_own_work_as_co_author(stage: Stage) -> Asked:
    """The lead is a co-author of the plan."""
    return _changed(stage, "ben", "ben", "ben", f"\n\nCo-authored-by: Sven <{email('sven')}>")


@_own_work
def approves_own_work_as_hidden_co_author(stage: Stage) -> Asked:
    """The same, with the trailer in odd letters and behind a `---` line, where trailers are not looked for."""
    return _changed(stage, "ben", "ben", "ben", f"\n\n---\n  CO-AUTHORED-BY :  Sven <{email('sven').upper()}>\n\nmore")


@_own_work
def approves_own_work_of_a_side_branch(stage: Stage) -> Asked:
    """The lead's commit came in as the second parent of somebody else's merge."""
    stage.branch("topic")
    stage.replace("plan.yaml", "Bookings work", "All bookings work")
    stage.commit("Sharpen the objective", "sven")
    stage.land("topic", "ben")
    return _decided(stage)


@_own_work
def approves_own_work_in_steps(stage: Stage) -> Asked:
    """The lead wrote one of several commits since the last approved plan, and not the last one."""
    stage.replace("plan.yaml", "Bookings work", "All bookings work")
    stage.commit("Sharpen the objective", "sven")
    stage.replace("plan.yaml", "2026-10-01", "2026-09-01")
    stage.commit("Look at it earlier", "ben")
    return _decided(stage)


@_own_work
def approves_own_work_in_a_proposal(stage: Stage) -> Asked:
    """Change and approval lie on one branch that is not merged yet."""
    stage.branch("proposal")
    stage.replace("plan.yaml", "Bookings work", "All bookings work")
    stage.commit("Sharpen the objective", "sven")
    return _decided(stage)


def _changed(stage: Stage, author: str, committer: str, signer: str, more: str = "") -> Asked:
    stage.replace("plan.yaml", "Bookings work", "All bookings work")
    stage.commit(f"Sharpen the objective{more}", committer, author=author, signer=signer)
    return _decided(stage)


@attack("people", "approvals:rebase signed by another", cause=_OWN_WORK, git="G ben@ferry.example", on="open")
def rebase_signed_by_another(stage: Stage) -> Asked:
    """An engineer rebases the lead's work with `rebase -S`; author and committer stay the lead, who then approves."""
    tree = _with_plan(stage, PLAN.replace("Bookings work", "All bookings work"))
    content = stage.commit_text(tree, [stage.head()], "Sharpen the objective", "sven")
    oid = stage.store(signed_commit(content, "ben"))
    stage.git("reset", "-q", "--hard", oid)
    asked = _decided(stage)
    return Asked(folder=asked.folder, at_stake=oid)


def _with_plan(stage: Stage, text: str) -> str:
    stage.write("plan.yaml", text)
    stage.git("add", "-A")
    return stage.git("write-tree")


@attack("people", "D04", "approvals:delegator who authored", cause=_OWN_WORK, on="open")
def delegator_who_wrote_it(stage: Stage) -> Asked:
    """The lead wrote the plan, and lends the role to an engineer who approves it."""
    from datetime import date

    from ray18.approvals import DELEGATION
    from ray18.documents.delegation import Delegation
    from ray18.documents.document import made

    lent = {"id": "DG-1", "program": "11111111-2222-4333-8444-555555555555", "delegator": "sven", "delegate": "ben"}
    more = {"role": LEADS["sven"], "subjects": ["plan"], "begins": date(2026, 5, 1), "ends": date(2026, 6, 30)}
    stage.add("delegations/DG-1.yaml", made(Delegation, lent | more), "sven", DELEGATION)
    stage.commit("Lend the role", "sven")
    stage.replace("plan.yaml", "Bookings work", "All bookings work")
    stage.commit("Sharpen the objective", "sven")
    stage.everybody_approves("sven")
    stage.approve("ben", on_behalf_of="sven", delegation="DG-1")
    stage.commit("Approve for Sven", "ben")
    return Asked()
