"""Attacks on the rules: roles, keys, thresholds, settings, policies and schemas loosened, or nobody left to decide."""

from ray18.attacks.case import COMMITTED, WORK_TREE, Asked, attack
from ray18.attacks.documents import SCHEMAS, SETTINGS
from ray18.attacks.stage import Stage, begin, people, public_line

_NOT_IN_FORCE = "the rules on the branch are not in force"
_MALLORY = f"""\
  - id: mallory
    name: Mallory
    keys:
      - key: {public_line("mallory")}"""


def _proposed(stage: Stage, path: str, old: str, new: str) -> None:
    stage.branch("proposal")
    stage.replace(path, old, new)
    stage.commit("Simplify", "ben")


def _merged(stage: Stage, path: str, old: str, new: str) -> None:
    stage.replace(path, old, new)
    stage.commit("Simplify", "ben")


@attack("rules", "D03", "approvals:role weakened in same change", cause="ben gets the role security-lead")
def role_taken_in_the_same_change(stage: Stage) -> Asked:
    """A branch gives an engineer the security lead's role; the engineer approves on it."""
    _proposed(stage, "people.yaml", "security-lead: [sven]", "security-lead: [ben]")
    stage.approve("ben", role="security-lead")
    stage.commit("Approve", "ben")
    return Asked()


@attack("rules", "D03", "approvals:role weakened in same change", cause="ben gets the role security-lead")
def role_taken_and_merged(stage: Stage) -> Asked:
    """The same pushed to the protected branch in two steps, without anybody's agreement."""
    _merged(stage, "people.yaml", "security-lead: [sven]", "security-lead: [ben]")
    stage.approve("ben", role="security-lead")
    stage.commit("Approve", "ben")
    return Asked()


@attack("rules", "D03", "approvals:key weakened in same change", cause="sven gets a key", on="open")
def key_added_in_the_same_change(stage: Stage) -> Asked:
    """A branch adds a key of Mallory's to the security lead, and a record signed with it."""
    stage.branch("proposal")
    stage.write("people.yaml", people(keys={"sven": ("sven", "mallory")}))
    stage.commit("Sven has a new laptop", "ben")
    stage.approve("sven", signer="mallory")
    stage.commit("Approve", "sven", signer="mallory")
    return Asked()


@attack("rules", "D03", "approvals:key weakened in same change", cause=_NOT_IN_FORCE, on="open", git="U")
def key_added_and_merged(stage: Stage) -> Asked:
    """The same merged, step by step."""
    stage.write("people.yaml", people(keys={"sven": ("sven", "mallory")}))
    stage.commit("Sven has a new laptop", "ben")
    stage.approve("sven", signer="mallory")
    return Asked((WORK_TREE,), at_stake=stage.commit("Approve", "sven", signer="mallory"))


@attack("rules", "D03", "approvals:rules weakened and restored", cause="belongs to nobody here", on="open")
def rules_loosened_for_a_moment(stage: Stage) -> Asked:
    """Three steps on the branch: add a key, approve with it, take the key away again."""
    stage.write("people.yaml", people(keys={"sven": ("sven", "mallory")}))
    stage.commit("Add a key", "ben")
    stage.approve("sven", signer="mallory")
    stage.commit("Approve", "sven", signer="mallory")
    stage.write("people.yaml", people())
    stage.commit("Take the key away", "ben")
    return Asked()


@attack("rules", "D03", cause="mallory gets a key", on="open")
def stranger_added(stage: Stage) -> Asked:
    """A branch brings a new person with key and role, who approves."""
    stage.branch("proposal")
    stage.write("people.yaml", people(more=_MALLORY, roles={"security-lead": ["sven", "mallory"]}))
    stage.commit("Welcome Mallory", "ben")
    stage.approve("mallory", role="security-lead")
    stage.commit("Approve", "ben", signer="mallory")
    return Asked()


@attack(
    "rules", "D03", "approvals:bot in human role", cause="robo was a bot, and is to count as a human", on="approved"
)
def bot_becomes_human(stage: Stage) -> Asked:
    """A branch says that the bot is a human."""
    _proposed(stage, "people.yaml", "kind: bot", "kind: human")
    return Asked()


@attack("rules", "D03", "approvals:settings weakened", cause="approvals.authors_may_approve changes", on="approved")
def authors_may_approve(stage: Stage) -> Asked:
    """A branch lets people approve their own work."""
    _proposed(stage, "ray18.yaml", "approvals:\n", "approvals:\n  authors_may_approve: true\n")
    return Asked()


@attack("rules", "D03", "approvals:settings weakened", cause="approvals.distinct_people changes", on="approved")
def one_person_may_do_all(stage: Stage) -> Asked:
    """A branch lets one person fill several seats."""
    _proposed(stage, "ray18.yaml", "approvals:\n", "approvals:\n  distinct_people: false\n")
    return Asked()


@attack("rules", "D03", "approvals:settings weakened", cause=_NOT_IN_FORCE, on="open")
def self_approval_allowed_and_merged(stage: Stage) -> Asked:
    """Merged without agreement: authors may approve; then the lead writes and approves the plan."""
    _merged(stage, "ray18.yaml", "approvals:\n", "approvals:\n  authors_may_approve: true\n")
    stage.replace("plan.yaml", "Bookings work", "All bookings work")
    stage.commit("Sharpen the objective", "sven")
    stage.everybody_approves()
    return Asked((WORK_TREE,))


@attack("rules", "D03", "approvals:settings weakened", cause="roles.security-lead.evidence changes", on="approved")
def weaker_evidence(stage: Stage) -> Asked:
    """A branch lets minutes stand in for the security lead's signature."""
    text = "roles:\n  security-lead: {title: Security Lead, evidence: attested}\n"
    _proposed(stage, "ray18.yaml", "version: 1\n", f"version: 1\n{text}")
    return Asked()


@attack("rules", "D03", "approvals:settings weakened", cause="roles.security-lead.sections changes", on="approved")
def narrower_role(stage: Stage) -> Asked:
    """A branch lets the security lead approve the governance only."""
    text = "roles:\n  security-lead: {title: Security Lead, sections: [governance]}\n"
    _proposed(stage, "ray18.yaml", "version: 1\n", f"version: 1\n{text}")
    return Asked()


@attack("rules", "D03", "approvals:settings weakened", cause="approvals.observers changes", on="approved")
def observer_added(stage: Stage) -> Asked:
    """A branch makes an engineer an observer of reviews."""
    _proposed(stage, "ray18.yaml", "observers: [robo]", "observers: [robo, ben]")
    return Asked()


@attack("rules", "D03", "approvals:thresholds weakened", cause="thresholds.waiver_max_renewals changes", on="approved")
def thresholds_loosened(stage: Stage) -> Asked:
    """A branch allows a hundred renewals of a waiver."""
    _proposed(stage, "ray18.yaml", "version: 1\n", "version: 1\nthresholds: {waiver_max_renewals: 100}\n")
    return Asked()


@attack(
    "rules",
    "D03",
    "approvals:policy weakened in same PR",
    cause="rules/plan-names-ferries.py is changed",
    on="approved",
)
def policy_rewritten(stage: Stage) -> Asked:
    """A branch makes the team's own policy find nothing."""
    _proposed(stage, "rules/plan-names-ferries.py", "if not plan.content.title", "if False")
    return Asked()


@attack(
    "rules",
    "D03",
    "approvals:policy weakened in same PR",
    cause="rules/plan-names-ferries.py is taken away",
    on="approved",
)
def policy_dropped(stage: Stage) -> Asked:
    """A branch runs the team's own policy no more."""
    _proposed(stage, "ray18.yaml", "gates: {governance: [plan-names-ferries]}", "gates: {}")
    return Asked()


@attack("rules", "D03", "approvals:schema weakened", cause="forms/governance.schema.json is changed")
def schema_emptied(stage: Stage) -> Asked:
    """A branch empties the team's own schema."""
    fresh = begin(stage.root.with_name("fresh"), {"ray18.yaml": SETTINGS + SCHEMAS})
    fresh.everybody_approves()
    fresh.branch("proposal")
    fresh.write("forms/governance.schema.json", "{}\n")
    fresh.commit("Simplify", "ben")
    return Asked(folder=fresh.root)


@attack("rules", "D03", "approvals:locations moved", cause="locations.approvals changes", on="approved")
def approvals_moved_away(stage: Stage) -> Asked:
    """A branch says that approvals lie elsewhere, where no rejection does."""
    _proposed(stage, "ray18.yaml", "version: 1\n", "version: 1\nlocations: {approvals: yes-only}\n")
    return Asked()


@attack("rules", "D03", "approvals:locations moved")
def approvals_moved_away_and_merged(stage: Stage) -> Asked:
    """The same merged, with the three approvals copied over and the rejection left behind."""
    stage.replace("ray18.yaml", "version: 1\n", "version: 1\nlocations: {approvals: yes-only}\n")
    stage.git("mv", "approvals", "yes-only")
    stage.remove(stage.git("ls-files", "yes-only/*sven*.yaml"))
    stage.commit("Move", "ben")
    return Asked((WORK_TREE, COMMITTED))


@attack("rules", "D03", "approvals:locations moved", cause="locations.plan changes", on="approved")
def plan_moved_away(stage: Stage) -> Asked:
    """A branch has a new plan elsewhere, and leaves the approved one where it is."""
    stage.branch("proposal")
    stage.write("next.yaml", stage.read("plan.yaml").replace("target_minutes: 60", "target_minutes: 600"))
    stage.replace("ray18.yaml", "version: 1\n", "version: 1\nlocations: {plan: next.yaml}\n")
    stage.commit("Move the plan", "ben")
    return Asked()


@attack("rules", "D03", "approvals:program id changed", cause="program.id changes", on="approved")
def another_programs_id(stage: Stage) -> Asked:
    """A branch takes over the id of another program, whose approvals would then count here."""
    _proposed(stage, "ray18.yaml", "id: 1111", "id: 9999")
    return Asked()


@attack("rules", "D03", "approvals:anchor moved", cause="anchor changes", on="approved")
def anchor_moved(stage: Stage) -> Asked:
    """A branch sets an anchor behind everything that went before."""
    _proposed(stage, "ray18.yaml", "version: 1\n", f"version: 1\nanchor: {stage.head()}\n")
    return Asked()


@attack("rules", "D03", "approvals:anchor moved", cause=_NOT_IN_FORCE, on="open")
def anchor_moved_and_merged(stage: Stage) -> Asked:
    """New people and an anchor that makes them the beginning of trust are merged without agreement."""
    stage.write("people.yaml", people(keys={"sven": ("mallory",)}))
    own = stage.commit("New people", "ben")
    stage.replace("ray18.yaml", "version: 1\n", f"version: 1\nanchor: {own}\n")
    stage.commit("Trust begins here", "ben")
    stage.approve("sven", signer="mallory")
    stage.commit("Approve", "sven", signer="mallory")
    return Asked((WORK_TREE,))


@attack("rules", "D03", "approvals:protected branch changed", cause="protected_branch changes", on="approved")
def own_protected_branch(stage: Stage) -> Asked:
    """A branch declares itself the protected one."""
    _proposed(stage, "ray18.yaml", "protected_branch: main", "protected_branch: proposal")
    return Asked()


@attack("rules", "D03", "approvals:protected branch changed")
def own_protected_branch_with_own_records(stage: Stage) -> Asked:
    """The same, with a history of its own in which the rejection never was."""
    stage.branch("proposal", "HEAD~1")
    stage.replace("ray18.yaml", "protected_branch: main", "protected_branch: proposal")
    stage.write("people.yaml", people(keys={"sven": ("mallory",)}))
    stage.commit("Our own branch", "ben")
    stage.approve("sven", signer="mallory")
    stage.commit("Approve", "sven", signer="mallory")
    stage.git("merge", "-q", "-s", "ours", "--no-edit", "main")
    return Asked()


@attack("rules", "D03", "approvals:amendments weakened", cause="amendments.roles changes", on="approved")
def fewer_who_must_agree(stage: Stage) -> Asked:
    """A branch says that the support lead alone may loosen the rules."""
    _proposed(stage, "ray18.yaml", "version: 1\n", "version: 1\namendments: {roles: [support-lead]}\n")
    return Asked()


@attack("rules", "D03", "approvals:two-step weakening", cause=_NOT_IN_FORCE, on="open")
def agreement_under_the_loosened_rules(stage: Stage) -> Asked:
    """First who must agree is changed without agreement, then that person alone agrees to everything."""
    _merged(stage, "ray18.yaml", "version: 1\n", "version: 1\namendments: {roles: [support-lead]}\n")
    stage.write("people.yaml", people(keys={"sven": ("sven", "mallory")}))
    stage.approve("sam", "rules")
    stage.commit("Sam agrees", "sam")
    stage.approve("sven", signer="mallory")
    stage.commit("Approve", "sven", signer="mallory")
    return Asked((WORK_TREE,))


@attack("rules", "D06", "approvals:role-holder removed", cause="sven does not hold the role", on="open")
def removed_between_approval_and_merge(stage: Stage) -> Asked:
    """The lead approves on a branch, loses the role, and the branch is merged after that."""
    stage.branch("slow")
    stage.approve("sven")
    stage.commit("Approve", "sven")
    stage.switch("main")
    stage.write("people.yaml", people(roles={"security-lead": ["ben"]}))
    stage.agree_on_rules()
    stage.commit("Ben follows Sven", "ana")
    stage.land("slow", "ben")
    return Asked()


@attack("rules", "D06", "approvals:on_role_loss", cause="sven holds the role security-lead no more")
def removed_where_that_ends_approvals(stage: Stage) -> Asked:
    """The program says that an approval ends with the role, and the lead left."""
    settings = SETTINGS.replace("approvals:\n", "approvals:\n  on_role_loss: reapprove\n")
    fresh = begin(stage.root.with_name("fresh"), {"ray18.yaml": settings})
    fresh.everybody_approves()
    fresh.write("people.yaml", people(roles={"security-lead": ["ben"]}))
    fresh.agree_on_rules()
    fresh.commit("Ben follows Sven", "ana")
    return Asked((WORK_TREE,), folder=fresh.root)


@attack("rules", "approvals:quorum lock-out", cause="security-lead could not be filled", on="approved")
def nobody_left_to_decide(stage: Stage) -> Asked:
    """A branch takes the only security lead away."""
    _proposed(stage, "people.yaml", "security-lead: [sven]", "security-lead: []")
    return Asked()


@attack("rules", "approvals:quorum lock-out", cause="security-lead could not be filled", on="approved")
def nobody_left_with_a_key(stage: Stage) -> Asked:
    """A change that is merged leaves the security lead without any means to decide."""
    text = people(revoked={"sven": "{reason: retired}"}).replace("{forge: github, id: 44, login: sven}", "")
    stage.write("people.yaml", text)
    stage.commit("Tidy up", "ben")
    return Asked()


@attack("rules", "D03", cause="people", on="approved")
def people_file_deleted(stage: Stage) -> Asked:
    """A branch deletes the people file."""
    stage.branch("proposal")
    stage.git("rm", "-q", "people.yaml")
    stage.commit("Privacy", "ben")
    return Asked()


@attack("rules", "D03", cause="ray18.yaml", on="approved")
def settings_broken(stage: Stage) -> Asked:
    """A branch makes the settings unreadable, so that defaults should rule."""
    stage.branch("proposal")
    stage.write("ray18.yaml", "program: [\n")
    stage.commit("Oops", "ben")
    return Asked()


@attack("rules", "D11", "approvals:compromise forgotten", cause="a compromised key of sven is forgotten", on="open")
def compromised_key_forgotten(stage: Stage) -> Asked:
    """A branch takes back that a key was stolen."""
    keys = {"sven": ("sven", "sven-new")}
    fresh = begin(
        stage.root.with_name("fresh"), {"people.yaml": people(keys=keys, revoked={"sven": "{reason: compromised}"})}
    )
    for person in ("olga", "sam", "pia", "sven"):
        fresh.approve(person, signer="sven-new" if person == "sven" else "")
    fresh.commit("Approve", "ana")
    fresh.branch("proposal")
    fresh.write("people.yaml", people(keys=keys))
    fresh.commit("All is well", "ben")
    return Asked(folder=fresh.root)
