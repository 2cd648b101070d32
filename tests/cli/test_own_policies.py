"""A team starts, reads and tests policies of its own."""

import json

from ray18.testing import examples_of_shipped


def test_a_new_policy_passes_its_tests_at_once_and_is_listed_and_explained(program, ray18) -> None:  # type: ignore[no-untyped-def]
    made = ray18("policy", "new", "item-names-its-customer", "--gate", "backlog", folder=program.root)
    assert made.status == 0
    assert "policies/examples/item-names-its-customer/fail/expected.txt" in made.out
    assert "backlog:\n      - item-names-its-customer" in (program.root / "ray18.yaml").read_text()
    assert "[item-names-its-customer](item-names-its-customer.py)" in (program.root / "policies/README.md").read_text()
    tested = ray18("policy", "test", "--fail-under", "100", folder=program.root)
    assert tested.status == 0, tested.out
    assert "1 policy, none wrong; 100 % of lines reached, 100 % of changed rules told apart" in tested.out
    listed = ray18("policy", "list", folder=program.root)
    assert listed.out.startswith("item-names-its-customer")
    assert "backlog" in listed.out.splitlines()[0] and "(own) Item names its customer" in listed.out.splitlines()[0]
    explained = ray18("policy", "explain", "item-names-its-customer", folder=program.root)
    assert "Wrong:\n  backlog/EX-1.yaml\n" in explained.out
    assert (
        "It says:\n    backlog/EX-1.yaml:1:1: error: EX-1 has no customer -> add annotations.customer\n"
        in explained.out
    )
    program.commit("a policy")
    judged = ray18("gate", "backlog", "--as-of", "2026-06-01", folder=program.root)
    assert "MB-1 has no customer" in judged.out


def test_a_policy_about_services_can_be_started_too(program, ray18) -> None:  # type: ignore[no-untyped-def]
    assert ray18("policy", "new", "service-has-contact", folder=program.root).status == 0
    assert ray18("policy", "new", "service-has-pager", folder=program.root).status == 0
    assert (
        ray18("policy", "test", "--quick", folder=program.root).out
        == "ok     service-has-contact\nok     service-has-pager\n"
    )
    again = ray18("policy", "new", "service-has-contact", folder=program.root)
    assert (again.status, "there is a policy 'service-has-contact' already" in again.err) == (2, True)
    assert ray18("policy", "new", "Ünfit", folder=program.root).status == 2
    assert ray18("policy", "new", "a-b", "--gate", "nope", folder=program.root).status == 2


def test_what_is_wrong_with_own_policies_is_said_where_they_are_listed(program, ray18) -> None:  # type: ignore[no-untyped-def]
    program.write("policies/item-is-odd.py", "def check(")
    settings = (program.root / "ray18.yaml").read_text()
    program.write("ray18.yaml", settings + "policies:\n  gates:\n    backlog: [item-is-gone]\n")
    lines = ray18("policy", "list", folder=program.root).out.splitlines()
    assert "ray18.yaml names it, but there is no policies/item-is-gone.py" in lines[0]
    assert "item-is-odd: line 1:" in lines[1]


def test_a_policy_is_explained_with_a_right_and_a_wrong_example(ray18, tmp_path) -> None:  # type: ignore[no-untyped-def]
    """Anywhere, also outside a program; what it says about the wrong one is what its test expects."""
    expected = (examples_of_shipped() / "serious-item-has-owner" / "fail" / "expected.txt").read_text()
    told = json.loads(ray18("policy", "explain", "serious-item-has-owner", "--format", "json", folder=tmp_path).out)
    assert [example["good"] for example in told["examples"]] == [True, False]
    assert told["examples"][0]["says"] == []
    assert "\n".join(told["examples"][1]["says"]) + "\n" == expected
    assert told["waived_by"] == ["operations-director"]
    text = ray18("policy", "explain", "serious-item-has-owner", folder=tmp_path).out
    assert "Right:\n" in text and expected.splitlines()[0] in text
    page = ray18("policy", "explain", "serious-item-has-owner", "--format", "markdown", folder=tmp_path).out
    assert page.startswith("# serious-item-has-owner\n\nEvery serious item has an owner.\n")
    assert page.count("```") % 2 == 0
    missing = ray18("policy", "explain", "no-such", folder=tmp_path)
    assert (missing.status, "no policy 'no-such' comes with RAY-18" in missing.err) == (2, True)


def test_examples_that_are_wrong_fail_the_test(program, ray18) -> None:  # type: ignore[no-untyped-def]
    ray18("policy", "new", "item-names-its-customer", folder=program.root)
    program.write("policies/examples/item-names-its-customer/fail/expected.txt", "something else\n")
    tested = ray18("policy", "test", "--format", "json", folder=program.root)
    assert tested.status == 1
    assert "should be" in json.loads(tested.out)["policies"][0]["wrong"][0]
    assert ray18("policy", "test", "--quick", folder=program.root).status == 1


def test_a_score_that_is_too_low_fails_the_test(ray18, tmp_path) -> None:  # type: ignore[no-untyped-def]
    at = ("policy", "test", "--shipped", "item-dates-are-in-order")
    assert ray18(*at, "--fail-under", "50", folder=tmp_path).status == 0
    assert ray18(*at, "--fail-under", "100", folder=tmp_path).status in (0, 1)
