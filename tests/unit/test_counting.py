"""Messages count in whole sentences: one is one, many are many."""

import pytest

from ray18.counting import counted, one_of
from ray18.policy import shipped_policies


@pytest.mark.parametrize(
    ("many", "one"),
    [
        ("items", "item"),
        ("people", "person"),
        ("policies", "policy"),
        ("serious items missing owners", "serious item missing an owner"),
        ("serious items missing due dates", "serious item missing a due date"),
        ("serious items overdue", "serious item overdue"),
        ("items due before what they wait for", "item due before what it waits for"),
        ("keys that prove nothing", "key that proves nothing"),
        ("people or teams that share an id", "person or team that shares an id"),
        ("entries of the plan that stand twice", "entry of the plan that stands twice"),
        ("ranks of items that do not exist", "rank of items that do not exist"),
        ("circles of items that wait for one another", "circle of items that wait for one another"),
        ("stakeholders who have not approved the plan", "stakeholder who has not approved the plan"),
        ("waivers that their own requesters accepted", "waiver that its own requesters accepted"),
        ("rules that never recur", "rule that never recurs"),
        ("CVSS vectors without a score", "CVSS vector without a score"),
        ("missing anchors of trust", "missing anchor of trust"),
    ],
)
def test_one_of_many(many: str, one: str) -> None:
    assert one_of(many) == one
    assert counted(1, many) == f"1 {one}"
    assert counted(0, many) == f"0 {many}"
    assert counted(12_000, many) == f"12,000 {many}"


@pytest.mark.parametrize("policy", shipped_policies().values(), ids=lambda policy: policy.id)
def test_what_a_policy_counts_has_one_of_it(policy) -> None:  # type: ignore[no-untyped-def]
    """The thing itself loses its plural, and no verb is left that needs several."""
    one = one_of(policy.counted)
    assert one != policy.counted
    assert not one.split(" that ")[0].split(" who ")[0].split()[0].endswith("ies")
    assert f" {one} ".count(" they ") == 0
