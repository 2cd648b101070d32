"""Prioritizing as a lead would: rate, rank, see why, see what is in dispute, settle it."""

import json

import pytest
from conftest import AS_OF, ITEM, Program

SCORING = """\
scoring:
  # rated in the weekly round
  inputs:
    - name: risk
      value: 4   # was 3
      rationale: Two incidents
    - {name: impact, value: 5, rationale: All customers}
    - {name: effort, value: 2, rationale: A week}
  scored_by: sven
  scored_on: 2026-05-20
"""
RANKING = "role: {role}\nperson: {person}\ndecided_on: 2026-05-20\nitems: [{items}]\n"
NAMES = [f"MB-{n}" for n in range(1, 8)]


def item(program: Program, item_id: str, scoring: str = "", **changes: str) -> None:
    kept = [line for line in ITEM.replace("MB-1", item_id).splitlines(True) if line.split(":")[0] not in changes]
    program.write(f"backlog/{item_id}.yaml", "".join([*kept, *(f"{k}: {v}\n" for k, v in changes.items()), scoring]))


def test_the_ranking_says_why(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    item(program, "MB-1", SCORING)
    item(program, "MB-2", SCORING.replace("value: 4 ", "value: 2 "), due="2026-09-01")
    item(program, "MB-3")
    item(program, "MB-4", SCORING, status="done")
    ran = ray18("backlog", "prioritize", "--as-of", AS_OF, folder=program.root)
    assert ran.status == 0, ran.err
    assert ran.out == (
        "Test program: by Weighted risk, impact and effort on 2026-06-01\n"
        "score = risk weight × risk + impact weight × impact − effort weight × effort\n"
        "\n"
        "   1.       20  MB-1                      High      P1  2026-07-01  sam                 Renew the certificate\n"
        "                3 × risk 4 + 2 × impact 5 − 1 × effort 2 = 20\n"
        "                2026-07-01 is written (owner: sam), 29 days earlier; severity, High: 90 days says 2026-07-30\n"
        "   2.       14  MB-2                      High      P1  2026-09-01  sam                 Renew the certificate\n"
        "                3 × risk 2 + 2 × impact 5 − 1 × effort 2 = 14\n"
        "                2026-09-01 is written (owner: sam), 33 days later; severity, High: 90 days says 2026-07-30\n"
        "    - no score  MB-3                      High      P1  2026-07-01  sam                 Renew the certificate\n"
        "                it is not scored\n"
        "                2026-07-01 is written (owner: sam), 29 days earlier; severity, High: 90 days says 2026-07-30\n"
        "\n"
        "Sensitivity: no single step reorders the top 10.\n"
        "Stakeholders: nobody has ranked the backlog.\n"
        "Compliance: By severity: 2 kept, late: MB-2; 0 without a day.\n"
        "Service levels: 0 items on services with commitments.\n"
    )


def test_json_fits_its_schema_and_holds_all_that_the_score_rests_on(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    from ray18.commands.schema import all_schemas
    from ray18.schema import validator

    item(program, "MB-1", SCORING)
    out = json.loads(ray18("backlog", "prioritize", "--format", "json", "--as-of", AS_OF, folder=program.root).out)
    schema = json.loads(all_schemas()["prioritization-matrix"])
    assert [error.message for error in validator(schema).iter_errors(out)] == []
    (entry,) = out["items"]
    assert entry["inputs"][0] == {"name": "risk", "value": 4.0, "weight": 3.0, "rationale": "Two incidents"}
    assert (entry["score"], entry["scored_by"], entry["scored_on"]) == (20.0, "sven", "2026-05-20")
    assert entry["due"]["days_later"] == -29


def test_a_method_by_name_and_only_the_first_items(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    item(program, "MB-1", SCORING)
    item(program, "MB-2")
    ran = ray18("backlog", "prioritize", "--method", "wsjf", "--top", "1", folder=program.root)
    assert "business_value is not rated" in ran.out
    assert "MB-2" not in ran.out
    assert ray18("backlog", "prioritize", "--method", "gut", folder=program.root).status == 2


def test_the_evidence_is_the_same_matrix_byte_for_byte(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    from ray18.commands.place import open_judge
    from ray18.evidence.prioritization_matrix import written

    item(program, "MB-1", SCORING)
    head = program.commit()
    out = ray18("backlog", "prioritize", "--format", "json", "--rev", head, "--as-of", AS_OF, folder=program.root).out
    twice = [written(open_judge(program.repository, as_of=AS_OF, **where)) for where in ({}, {"rev": head})]  # type: ignore[arg-type]
    assert twice == [out.encode()] * 2
    item(program, "MB-1", status="done")
    assert written(open_judge(program.repository, as_of=AS_OF)) is None


def test_scoring_keeps_comments_and_says_what_comes_of_it(program: Program, ray18, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("ray18.commands.prioritize.today", lambda: AS_OF)
    item(program, "MB-1", SCORING)
    ran = ray18(
        "backlog", "score", "MB-1", "risk=5", "effort=1", "--because", "risk: three incidents", "--because", "half done",
        "--as", "olga", folder=program.root,
    )  # fmt: skip
    assert ran.status == 0, ran.err
    assert ran.out == "wrote  backlog/MB-1.yaml\nMB-1 by weighted: 3 × risk 5 + 2 × impact 5 − 1 × effort 1 = 24\n"
    text = (program.root / "backlog/MB-1.yaml").read_text()
    assert text == ITEM + (
        SCORING.replace("value: 4   # was 3", "value: 5   # was 3")
        .replace("Two incidents", "three incidents")
        .replace("value: 2, rationale: A week", "value: 1, rationale: half done")
        .replace("sven", "olga")
        .replace("2026-05-20", "2026-06-01")
    )


def test_a_first_score_is_by_whom_git_names(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    people = (program.root / "people.yaml").read_text()
    program.write("people.yaml", people.replace("name: Sam\n", "name: Sam\n    email: sam@example.org\n"))
    arguments = ("backlog", "score", "MB-1", "risk=4", "impact=5", "effort=2", "--because", "two incidents")
    assert ray18(*arguments, folder=program.root).status == 2, "Git names nobody yet"
    program.git("config", "user.email", "Sam@example.org")
    assert ray18(*arguments, folder=program.root).status == 0
    assert "scored_by: sam\n" in (program.root / "backlog/MB-1.yaml").read_text()
    assert ray18("check", "--as-of", AS_OF, folder=program.root).status == 0


@pytest.mark.parametrize(
    "wrong",
    [
        ["MB-1", "risk=5000"],
        ["MB-1", "risk=high"],
        ["MB-1", "luck=3"],
        ["MB-9", "risk=3"],
        ["MB-1", "risk=3", "--as", "nobody"],
        ["MB-1", "risk=3", "--because", "effort: much"],
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_written(wrong: list[str], program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    before = (program.root / "backlog/MB-1.yaml").read_bytes()
    ran = ray18(
        "backlog",
        "score",
        *wrong,
        "--because",
        "so",
        *([] if "--as" in wrong else ["--as", "sam"]),
        folder=program.root,
    )
    assert ran.status == 2
    assert (program.root / "backlog/MB-1.yaml").read_bytes() == before


def test_a_conflict_halts_until_it_is_settled(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    for name in NAMES:
        item(program, name, SCORING)
    program.write(
        "rankings/product-owner.yaml", RANKING.format(role="product-owner", person="pia", items=", ".join(NAMES))
    )
    security = RANKING.format(role="security-lead", person="sven", items=", ".join([*NAMES[1:], NAMES[0]]))
    program.write("rankings/security-lead.yaml", security)
    assert ray18("check", "--as-of", AS_OF, folder=program.root).status == 0
    failed = ray18("gate", "backlog", "--as-of", AS_OF, folder=program.root)
    assert failed.status == 1
    assert "product-owner and security-lead disagree on MB-1 (rank 1 vs 7)" in failed.out
    shown = ray18("backlog", "prioritize", "--as-of", AS_OF, folder=program.root).out
    assert "Stakeholders: product-owner, security-lead; Kendall's W 0.625; 1 of 1 disagreements not settled.\n" in shown
    assert (
        "Compromise: MB-2, MB-3, MB-4, MB-1, MB-5, MB-6, MB-7\n"
        "  goes against 6 opinions about pairs; no order goes against fewer (product-owner 3 of 21, security-lead 3 of 21)\n"
    ) in shown
    steps = json.loads(ray18("status", "--format", "json", "--as-of", AS_OF, folder=program.root).out)["steps"]
    assert next(step for step in steps if step["number"] == "2.2")["state"] == "halted"
    program.write(
        "rankings/security-lead.yaml",
        f"{security}resolutions:\n  - order: [{', '.join(NAMES)}]\n    by: [olga]\n"
        "    reason: The certificate runs out before anything else.\n    decided_on: 2026-05-21\n",
    )
    assert ray18("gate", "backlog", "--as-of", AS_OF, folder=program.root).status == 0
    shown = ray18("backlog", "prioritize", "--as-of", AS_OF, folder=program.root).out
    assert "(rank 1 vs 7): settled on 2026-05-21 by olga\n" in shown


def test_a_security_item_past_its_profile_fails_until_it_is_waived_or_mended(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    source = ITEM.replace("kind: other", "kind: security-risk") + "security: {product: Git}\n"
    program.write("backlog/MB-1.yaml", source.replace("due: 2026-07-01", "due: 2026-07-31"))
    failed = ray18("gate", "backlog", "--as-of", AS_OF, folder=program.root)
    assert failed.status == 1
    assert "MB-1 is due 2026-07-31, but by 2026-07-30 at the latest (severity, High: 90 days)" in failed.out
    assert "ray18 backlog set MB-1 due=2026-07-30" in failed.out
    assert ray18("backlog", "set", "MB-1", "due=2026-07-30", folder=program.root).status == 0
    assert ray18("gate", "backlog", "--as-of", AS_OF, folder=program.root).status == 0
