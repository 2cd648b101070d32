"""Which edits change no answer: what the full judge notes for those who answer without it."""

from datetime import date

from conftest import ITEM, Program
from hypothesis import given
from hypothesis import strategies as st

from ray18.commands.place import open_judge
from ray18.documents.backlog import BacklogItem
from ray18.findings import Edit, Finding, Fix, Related
from ray18.gates import Judge
from ray18.harmless import edits_of_answer
from ray18.policy import RUNS
from ray18.report import judge_gates
from ray18.subjects import fields_approved, leaves
from ray18.yaml import load

PATHS = {f"backlog/MB-{number}.yaml" for number in (1, 2, 3)}


def judged(program: Program, *found: Finding) -> Judge:
    """A judge of three items that found nothing but this about them."""
    for number in (2, 3):
        program.write(f"backlog/MB-{number}.yaml", ITEM.replace("MB-1", f"MB-{number}"))
    program.commit("items")
    judge = open_judge(program.repository, as_of=date(2026, 5, 2), cached=False)
    judge_gates(judge, ())
    for name in judge.ran:
        judge._found[name] = ()
    judge._found["item-has-owner"] = found
    return judge


def editable(judge: Judge) -> set[str]:
    return {path for path in edits_of_answer(judge)["oids"] if path.startswith("backlog/")}


def test_records_that_nothing_is_said_about_may_be_edited(program: Program) -> None:
    assert editable(judged(program)) == PATHS


def test_what_a_finding_shows_names_or_mends_is_judged_in_full(program: Program) -> None:
    path, other, third = sorted(PATHS)
    judge = judged(program, Finding("x", "warning", "m", path, related=(Related("r", other),)))
    assert editable(judge) == {third}
    judge._found["item-has-owner"] = (Finding("x", "warning", "m", item="MB-3"),)
    assert editable(judge) == {path, other}
    mend = Fix("f", True, (Edit(other, ("owner",), "sam"),))
    judge._found["item-has-owner"] = (Finding("x", "warning", "m", path, fix=mend),)
    assert editable(judge) == {third}


def test_nothing_may_be_edited_where_a_policy_gave_no_answer(program: Program) -> None:
    assert editable(judged(program, Finding(RUNS, "blocker", "it raised", item="item-has-owner"))) == set()


def test_fields_that_people_approve_are_judged_in_full(program: Program) -> None:
    (record,) = (one for place, one in edits_of_answer(judged(program))["kinds"].items() if place == "backlog")
    assert {"title", "severity", "due", "status", "source", "owner"} <= record["guarded"]
    assert not {"description", "tags", "annotations"} & record["guarded"]


OTHER = st.fixed_dictionaries(
    {},
    optional={
        "description": st.text("abc ", min_size=1, max_size=9).map(lambda text: f"x{text}x"),
        "tags": st.lists(st.sampled_from(["one", "two"]), min_size=1, max_size=2, unique=True),
        "service": st.just("shop"),
        "status": st.sampled_from(["done", "in-progress"]),
        "owner": st.just("sam"),
        "depends_on": st.just(["MB-9"]),
    },
)


@given(first=OTHER, second=OTHER)
def test_no_leaf_rests_on_a_field_that_is_not_approved(first: dict[str, object], second: dict[str, object]) -> None:
    approved = fields_approved("backlog-item")
    assert approved is not None
    values = load(ITEM.encode()).value
    assert isinstance(values, dict)
    same = {name: value for name, value in first.items() if name in approved}
    other = {**{name: value for name, value in second.items() if name not in approved}, **same}
    made = [leaves("backlog-item", BacklogItem.model_validate({**values, **some})) for some in (first, other)]
    assert made[0] == made[1]
