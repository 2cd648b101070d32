"""Items that may be the same are shown with the reason; what is plainly different is not."""

import time
from typing import Any

import pytest

from ray18.documents.backlog import BacklogItem
from ray18.planning.duplicates import NOT_DUPLICATE, likely_duplicates


def item(name: str, title: str, product: str = "", cve: tuple[str, ...] = (), **more: Any) -> BacklogItem:
    security = {"cve": cve, **({"product": product} if product else {})} if cve or product else None
    fields = {"id": name, "title": title, "source": {"kind": "other"}, "maintenance_type": "corrective", **more}
    return BacklogItem.model_validate({**fields, **({"security": security} if security else {})})


PAIRS: dict[str, tuple[BacklogItem, BacklogItem, str | None]] = {
    "same CVE": (item("AA-1", "x y", "git", ("CVE-2025-1111",)), item("AA-2", "Other words", "git", ("CVE-2025-1111",)),
                 "both are CVE-2025-1111"),
    "same CVE elsewhere": (item("AA-1", "x", "git", ("CVE-2025-1111",)), item("AA-2", "y", "jgit", ("CVE-2025-1111",)),
                           "both are CVE-2025-1111, in git and in jgit"),
    "same title": (item("AA-1", "Version lock  Flux."), item("AA-2", "version lock flux"), "they have the same title"),
    "alike": (item("AA-1", "Add alarms for fluentd in case of no log data"), item("AA-2", "Add alarms for Fluentd in case no log data arrives"),
              "they share 6 of 7 words"),
    "alike in one component": (item("AA-1", "Raise connection limit on broker", service="kafka"),
                               item("AA-2", "Connection limit of broker too low", service="kafka"), "they share 3 of 5 words, and the component kafka"),
    "other CVE": (item("AA-1", "Linux Kernel Use After Free", cve=("CVE-2025-1111",)), item("AA-2", "Linux Kernel Use After Free", cve=("CVE-2025-2222",)), None),
    "other component": (item("AA-1", "Add an alert", service="a"), item("AA-2", "Add an alert", service="b"), None),
    "other figure": (item("AA-1", "Rollup of 21 pull requests"), item("AA-2", "Rollup of 22 pull requests"), None),
    "other words": (item("AA-1", "Add an alert for disk space"), item("AA-2", "Remove the old alert"), None),
    "closed": (item("AA-1", "Same title"), item("AA-2", "Same title", status="done"), None),
    "said to differ": (item("AA-1", "Same title"), item("AA-2", "Same title", annotations={NOT_DUPLICATE: "AA-9 AA-1"}), None),
}  # fmt: skip


@pytest.mark.parametrize(("one", "other", "reason"), PAIRS.values(), ids=PAIRS)
def test_two_items(one: BacklogItem, other: BacklogItem, reason: str | None) -> None:
    assert [found.reason for found in likely_duplicates([other, one])] == ([reason] if reason else [])


def test_the_item_that_says_more_would_be_kept_and_a_group_is_not_every_pair() -> None:
    found = likely_duplicates(
        [item("AA-1", "Same title"), item("AA-2", "Same title", owner="ana"), item("AA-3", "Same title")]
    )
    assert [(one.keep.id, one.other.id) for one in found] == [("AA-1", "AA-3"), ("AA-2", "AA-1")]


def test_many_items_are_compared_without_comparing_all_pairs() -> None:
    many = [item(f"AA-{at}", f"hole {at} in the parser of the shop") for at in range(3_000)]
    many += [item(f"AB-{at}", "Old framework in the shop") for at in range(3_000)]
    started = time.process_time()
    assert len(likely_duplicates(many)) == 2_999
    assert time.process_time() - started < 3
