"""Reviews on a forge as approvals: what counts, what never does, and how it is used."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import AS_OF, ROLES, Program, key_file, signer_of
from forge_server import Asked, ForgeServer, Reply, forge_server
from jsonschema import Draft202012Validator
from reviewed import ACCOUNTS, BOT, PLAN, STRANGER, PullRequest, propose, too_many, user, webhook

from ray18.commands.place import open_judge

SCHEMAS = Path(__file__).parents[2] / "schemas"
TOKEN = "ghp_never-shown"


@pytest.fixture
def server() -> Iterator[ForgeServer]:
    with forge_server() as made:
        yield made


@pytest.fixture
def pull(program: Program, server: ForgeServer, monkeypatch: pytest.MonkeyPatch) -> PullRequest:
    """A pull request with a plan, by somebody without a role."""
    for name in ("GITHUB_ACTIONS", "GITHUB_TOKEN", "GH_TOKEN", "GITLAB_CI"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("RAY18_FORGE_TOKEN", TOKEN)
    for module in ("observe", "reviews"):
        monkeypatch.setattr(f"ray18.commands.{module}.today", lambda: AS_OF)
    head = propose(program)
    return PullRequest(server, program.git("rev-parse", "main"), head)


@pytest.fixture
def observe(program: Program, pull: PullRequest, tmp_path: Path, ray18):  # type: ignore[no-untyped-def]
    """Observes the pull request as the bot ci."""
    key = key_file(tmp_path, "ci")

    def call(*more: str | Path, status: int = 0):  # type: ignore[no-untyped-def]
        where = ("--forge", "github", "--repo", "o/r", "--api", pull.server.url, "--pr", "7")
        arguments = more if "--from" in more else (*where, *more)
        if not {"--commit", "--save"} & set(map(str, more)):
            arguments = (*arguments, "--out", tmp_path / "observed")
        ran = ray18("approvals", "observe", *arguments, "--key", key, folder=program.root)
        assert ran.status == status, ran.err + ran.out
        assert TOKEN not in ran.out + ran.err
        return ran

    return call


def report(tmp_path: Path) -> dict:  # type: ignore[type-arg]
    """The report of the last look, checked against its shipped schema."""
    found: dict = json.loads((tmp_path / "observed/observations.json").read_text())  # type: ignore[type-arg]
    Draft202012Validator(json.loads((SCHEMAS / "observations.schema.json").read_text())).validate(found)
    return found


def states(program: Program, tmp_path: Path, rev: str = "change") -> dict[str, str]:
    """The seats of the plan with what was observed."""
    return program.seats(rev=rev, observed=tmp_path / "observed")


def reasons(tmp_path: Path) -> str:
    return "; ".join(reason for review in report(tmp_path)["reviews"] for reason in review["reasons"])


def test_reviews_of_all_four_fill_the_seats_and_nothing_is_written_to_the_branch(
    program: Program, pull: PullRequest, observe, tmp_path: Path, ray18
) -> None:  # type: ignore[no-untyped-def]
    for person in ROLES.values():
        pull.review(ACCOUNTS[person])
    before = program.git("for-each-ref"), program.git("status", "--porcelain")
    observe()
    assert states(program, tmp_path) == dict.fromkeys(ROLES, "approved")
    assert (program.git("for-each-ref"), program.git("status", "--porcelain")) == before
    assert {review["person"] for review in report(tmp_path)["reviews"]} == set(ROLES.values())
    judged = ("gate", "approvals", "--rev", "change", "--as-of", str(AS_OF))
    ran = ray18(*judged, "--observed", tmp_path / "observed", "--format", "json", folder=program.root)
    assert "plan-is-approved" not in ran.out
    assert "plan-is-approved" in ray18(*judged, "--format", "json", folder=program.root).out


def test_a_digest_is_computed_from_the_commit_that_was_reviewed(
    program: Program, pull: PullRequest, observe, tmp_path: Path
) -> None:  # type: ignore[no-untyped-def]
    """D19: a review before the last push counts for what was looked at, and no more for what came then."""
    reviewed = pull.head
    program.write("plan.yaml", PLAN.replace("2026-09-01", "2026-11-01"))
    pull.head = program.commit("later")
    pull.review(ACCOUNTS["sven"], commit=reviewed)
    pull.review(ACCOUNTS["sam"])
    observe()
    assert states(program, tmp_path) == {role: "approved" if role == "support-lead" else "missing" for role in ROLES}
    assert "stale" in program.why("security-lead", rev="change", observed=tmp_path / "observed")
    program.write("notes.txt", "nothing that is governed")
    pull.head = program.commit("notes")
    observe()
    assert states(program, tmp_path)["support-lead"] == "approved", "what was approved is what it was"


def test_a_review_whose_commit_the_forge_has_forgotten_proves_nothing(
    pull: PullRequest, observe, tmp_path: Path
) -> None:  # type: ignore[no-untyped-def]
    pull.review(ACCOUNTS["sven"], commit=None)
    pull.review(ACCOUNTS["sam"], commit="4" * 40)
    pull.review(ACCOUNTS["pia"], commit="change")
    pull.review(ACCOUNTS["olga"], commit="--all")
    observe()
    assert [review["records"] for review in report(tmp_path)["reviews"]] == [[], [], [], []]
    assert "does not tell which commit was reviewed" in reasons(tmp_path)
    assert "the reviewed commit 444444444444 is not here: git fetch origin " + "4" * 40 in reasons(tmp_path)


@pytest.mark.parametrize(
    ("last", "state"), [("DISMISSED", "missing"), ("CHANGES_REQUESTED", "rejected"), ("COMMENTED", "approved")]
)
def test_the_last_word_of_an_account_decides(
    program: Program, pull: PullRequest, observe, tmp_path: Path, last: str, state: str
) -> None:  # type: ignore[no-untyped-def]
    """An older approval does not come back because a later review was dismissed."""
    pull.review(ACCOUNTS["sven"])
    pull.review(ACCOUNTS["sven"], last)
    observe()
    assert states(program, tmp_path)["security-lead"] == state
    told = report(tmp_path)["reviews"]
    assert len(told) == 2, "every review is kept in the report, as what it is"
    if last != "COMMENTED":
        assert told[0]["reasons"] == ["superseded by review 101 of the same account"]


def test_an_approval_that_was_observed_falls_when_it_is_dismissed(
    program: Program, pull: PullRequest, observe, tmp_path: Path
) -> None:  # type: ignore[no-untyped-def]
    review = pull.review(ACCOUNTS["sven"])
    observe()
    assert states(program, tmp_path)["security-lead"] == "approved"
    review["state"] = "DISMISSED"
    observe()
    assert states(program, tmp_path)["security-lead"] == "missing"
    record = next((tmp_path / "observed/approvals").rglob("security-lead--sven--1.yaml")).read_text()
    assert "decision: abstained" in record


def test_a_dismissal_after_the_merge_stands_against_the_record_that_was_merged(
    program: Program, pull: PullRequest, observe, tmp_path: Path
) -> None:  # type: ignore[no-untyped-def]
    review = pull.review(ACCOUNTS["sven"])
    program.git("checkout", "-q", "main")
    program.git("merge", "-q", "--no-ff", "--no-edit", "change")
    pull.merged = True
    observe("--commit")
    assert program.seats()["security-lead"] == "approved"
    review["state"] = "DISMISSED"
    observe("--commit")
    assert program.seats()["security-lead"] == "missing"
    assert len(list(program.root.glob("approvals/plan/*/security-lead--sven--*.yaml"))) == 2


def test_bots_strangers_and_deleted_accounts_never_count(pull: PullRequest, observe, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    pull.review(BOT)
    pull.review(STRANGER)
    pull.review(ACCOUNTS["sven"])["user"] = None
    pull.review(ACCOUNTS["sam"])["user"]["type"] = "Bot"
    observe()
    assert [review["records"] for review in report(tmp_path)["reviews"]] == [[], [], [], []]
    assert "bot" in reasons(tmp_path)
    assert "belongs to nobody" in reasons(tmp_path)
    assert "does not tell whose it is" in reasons(tmp_path)


def test_a_login_that_somebody_else_has_now_counts_for_nobody(pull: PullRequest, observe, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """Logins are given away and taken again; the number is the account."""
    pull.review(STRANGER)["user"]["login"] = "sven"
    pull.review(ACCOUNTS["sam"])["user"]["login"] = "renamed"
    observe()
    told = report(tmp_path)["reviews"]
    assert (told[0]["login"], told[0]["person"], told[0]["records"]) == ("sven", "", [])
    assert told[1]["person"] == "sam"
    assert told[1]["records"]


@pytest.mark.parametrize("how", ["opened", "pushed"])
def test_nobody_approves_what_they_opened_or_pushed(
    program: Program, pull: PullRequest, observe, tmp_path: Path, how: str
) -> None:  # type: ignore[no-untyped-def]
    if how == "opened":
        pull.opened_by = ACCOUNTS["sven"]
    else:
        pull.committers = (ACCOUNTS["dev"], ACCOUNTS["sven"])
    pull.review(ACCOUNTS["sven"])
    observe()
    assert "opened or pushed" in program.why("security-lead", rev="change", observed=tmp_path / "observed")


def test_a_review_of_a_change_for_another_branch_is_not_observed(pull: PullRequest, observe) -> None:  # type: ignore[no-untyped-def]
    pull.target = "elsewhere"
    assert "only changes for the protected branch" in observe(status=2).err


def test_the_words_of_a_review_only_narrow_it(program: Program, pull: PullRequest, observe, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """Whoever may edit other people's texts on a forge must gain nothing by it."""
    pull.review(ACCOUNTS["olga"], body="Looks good.\n/ray18 approve scope\n")
    pull.review(ACCOUNTS["sam"], body="/ray18 priorities plan")
    pull.review(ACCOUNTS["pia"], body="/ray18 everything")
    pull.review(ACCOUNTS["sven"], body="/ray18 plan as operations-director")
    observe()
    made = [{Path(path).parts[1] for path in review["records"]} for review in report(tmp_path)["reviews"]]
    assert made == [{"scope"}, {"plan"}, set(), set()]
    assert "priorities: the change does not alter it" in reasons(tmp_path)
    assert "there is no subject 'everything'" in reasons(tmp_path)
    assert "sven does not decide about it as operations-director" in reasons(tmp_path)


def test_a_quoted_digest_must_be_that_of_the_reviewed_commit(
    program: Program, pull: PullRequest, observe, tmp_path: Path
) -> None:  # type: ignore[no-untyped-def]
    judge = open_judge(program.repository, rev="change", as_of=AS_OF)
    digest = judge.approvals.digests["plan"].rsplit(":", 1)[-1][:12]
    pull.review(ACCOUNTS["sven"], body=f"/ray18 {digest}")
    pull.review(ACCOUNTS["sam"], body="/ray18 0123456789ab")
    observe()
    assert states(program, tmp_path)["security-lead"] == "approved"
    assert states(program, tmp_path)["support-lead"] == "missing"
    assert "which the review does not name" in reasons(tmp_path)


def test_who_holds_two_roles_says_which(program: Program, pull: PullRequest, observe, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    program.git("checkout", "-q", "main")
    text = (program.root / "people.yaml").read_text()
    program.restart("people.yaml", text.replace("support-lead: [sam]", "support-lead: [sam, sven]"))
    pull.base = program.git("rev-parse", "HEAD")
    program.git("checkout", "-q", "-B", "change")
    program.write("plan.yaml", PLAN)
    pull.head = program.commit("plan")
    pull.review(ACCOUNTS["sven"])
    observe()
    assert "the review must say which: /ray18 as support-lead" in reasons(tmp_path)
    pull.reviews[0]["body"] = "/ray18 plan as security-lead"
    observe()
    assert states(program, tmp_path)["security-lead"] == "approved"


def test_what_somebody_signed_is_not_replaced_by_a_review(
    program: Program, pull: PullRequest, observe, tmp_path: Path
) -> None:  # type: ignore[no-untyped-def]
    program.approve("plan", "sven", "security-lead", "rejected")
    pull.head = program.commit("rejected")
    pull.review(ACCOUNTS["sven"])
    observe()
    assert "sven decided there already" in reasons(tmp_path)
    assert states(program, tmp_path)["security-lead"] == "rejected"


def test_rules_of_the_proposal_map_no_accounts(program: Program, pull: PullRequest, observe, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """Rules from the base, data from the proposal: also for whose account it is."""
    text = (program.root / "people.yaml").read_text()
    program.write("people.yaml", text.replace(f"id: {ACCOUNTS['sven']},", f"id: {STRANGER},"))
    pull.head = program.commit("sven's account is mine")
    pull.review(STRANGER)
    observe()
    assert "belongs to nobody" in reasons(tmp_path)


def test_only_an_observer_observes(program: Program, pull: PullRequest, tmp_path: Path, ray18) -> None:  # type: ignore[no-untyped-def]
    pull.review(ACCOUNTS["sven"])
    where = ("--forge", "github", "--repo", "o/r", "--api", pull.server.url, "--pr", "7", "--out", tmp_path / "o")
    ran = ray18("approvals", "observe", *where, "--key", key_file(tmp_path, "dev"), folder=program.root)
    assert ran.status == 2
    assert "dev is not an observer" in ran.err


def test_records_that_were_tampered_with_do_not_count(
    program: Program, pull: PullRequest, observe, tmp_path: Path
) -> None:  # type: ignore[no-untyped-def]
    pull.review(ACCOUNTS["sven"])
    observe()
    (record,) = (tmp_path / "observed/approvals/plan").rglob("*.yaml")
    (tmp_path / "observed/approvals/plan" / record.parent.name / "product-owner--pia--1.yaml").write_text(
        record.read_text().replace("sven", "pia").replace("security-lead", "product-owner").replace("14", "13")
    )
    assert states(program, tmp_path)["product-owner"] == "missing"
    record.write_text(record.read_text().replace("account: 14", "account: 12"))
    assert states(program, tmp_path)["security-lead"] == "missing"


def test_records_that_the_program_has_are_not_replaced(
    program: Program, pull: PullRequest, observe, tmp_path: Path, ray18
) -> None:  # type: ignore[no-untyped-def]
    path = program.approve("plan", "sven", "security-lead", "rejected")
    program.commit("rejected")
    outside = tmp_path / "forged" / path
    outside.parent.mkdir(parents=True)
    outside.write_text((program.root / path).read_text().replace("rejected", "approved"))
    ran = ray18("gate", "approvals", "--rev", "change", "--observed", tmp_path / "forged", folder=program.root)
    assert ran.status == 3
    assert "is not what the program has" in ran.err


def test_looking_again_changes_nothing_and_takes_away_what_does_not_hold(
    program: Program, pull: PullRequest, observe, tmp_path: Path
) -> None:  # type: ignore[no-untyped-def]
    pull.review(ACCOUNTS["sven"])
    observe()
    before = {path: path.read_bytes() for path in tmp_path.joinpath("observed").rglob("*") if path.is_file()}
    observe()
    assert {path: path.read_bytes() for path in tmp_path.joinpath("observed").rglob("*") if path.is_file()} == before
    pull.reviews.clear()
    observe()
    assert not list(tmp_path.joinpath("observed/approvals").rglob("*.yaml"))


def test_reviews_that_change_while_they_are_read_are_read_again(
    program: Program, pull: PullRequest, observe, tmp_path: Path
) -> None:  # type: ignore[no-untyped-def]
    pull.review(ACCOUNTS["sven"])
    seen: list[int] = []

    def dismissed_meanwhile(_: object) -> list[dict]:  # type: ignore[type-arg]
        seen.append(1)
        return [pull.reviews[0] | {"state": "APPROVED" if len(seen) == 1 else "DISMISSED"}]

    pull.server.on("GET", "/repos/o/r/pulls/7/reviews", dismissed_meanwhile)
    observe()
    assert len(seen) == 3
    assert states(program, tmp_path)["security-lead"] == "missing"


def test_after_the_merge_the_records_are_committed_to_the_protected_branch(
    program: Program, pull: PullRequest, observe, tmp_path: Path
) -> None:  # type: ignore[no-untyped-def]
    for person in ROLES.values():
        pull.review(ACCOUNTS[person])
    program.git("checkout", "-q", "main")
    assert "is open, not merged" in observe("--commit", status=2).err
    program.git("merge", "-q", "--squash", "change")
    merge = program.commit("plan (#7)")
    pull.merged = True
    program.git("checkout", "-q", "change")
    assert "not the protected branch" in observe("--commit", status=2).err
    program.git("checkout", "-q", "main")
    observe("--commit")
    assert program.git("rev-parse", "HEAD^") == merge
    assert program.seats() == dict.fromkeys(ROLES, "approved")
    assert "nothing to commit" in observe("--commit").out


def test_an_export_is_read_without_a_network(program: Program, pull: PullRequest, observe, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    pull.review(ACCOUNTS["sven"])
    observe("--save", tmp_path / "saved.json")
    asked = len(pull.server.asked)
    observe("--from", tmp_path / "saved.json")
    assert len(pull.server.asked) == asked
    assert states(program, tmp_path)["security-lead"] == "approved"
    saved = (tmp_path / "saved.json").read_text()
    (tmp_path / "saved.json").write_text(saved.replace('\\"id\\": 12', '\\"id\\": 14').replace("APPROVED", "DISMISSED"))
    assert "is not what was saved" in observe("--from", tmp_path / "saved.json", status=3).err


def test_a_webhook_is_read_and_its_signature_checked(
    program: Program, pull: PullRequest, observe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # type: ignore[no-untyped-def]
    payload = json.dumps(webhook(pull, pull.review(ACCOUNTS["sven"]))).encode()
    (tmp_path / "payload.json").write_bytes(payload)
    source = ("--forge", "github", "--from", tmp_path / "payload.json")
    observe(*source)
    assert states(program, tmp_path)["security-lead"] == "approved"
    (tmp_path / "another.json").write_bytes(json.dumps(webhook(pull, pull.review(ACCOUNTS["sam"]))).encode())
    observe("--forge", "github", "--from", tmp_path / "another.json")
    assert list(states(program, tmp_path).values()).count("approved") == 2, "a payload tells of one review only"
    monkeypatch.setenv("RAY18_WEBHOOK_SECRET", "s3cr3t")
    made = hmac.new(b"s3cr3t", payload, hashlib.sha256).hexdigest()
    observe(*source, "--signature", f"sha256={made}")
    assert "does not fit" in observe(*source, "--signature", f"sha256={'0' * 64}", status=3).err
    assert "does not fit" in observe(*source, status=3).err


def test_reviews_come_in_pages_and_a_busy_forge_is_asked_again(
    program: Program, pull: PullRequest, observe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # type: ignore[no-untyped-def]
    waited: list[float] = []
    monkeypatch.setattr("ray18.forges.http.sleep", waited.append)
    pull.server.page_size = 2
    for _ in range(4):
        pull.review(STRANGER)
    pull.review(ACCOUNTS["sven"])
    refused = iter((too_many, lambda _: Reply({}, 502)))

    def told(_: Asked) -> dict:  # type: ignore[type-arg]
        return pull.told()

    def busy(asked: Asked) -> object:
        return next(refused, told)(asked)

    pull.server.on("GET", "/repos/o/r/pulls/7", busy)
    observe()
    assert waited == [1.0, 2.0]
    assert states(program, tmp_path)["security-lead"] == "approved"


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply({}, 401), "the token is wrong"),
        (Reply({}, 404), "check --repo"),
        (Reply({}, 302, {"Location": "http://127.0.0.1:1/elsewhere"}), "has moved"),
        (Reply({}, 403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "99999999999"}), "asks too often"),
        (Reply(b"not json"), "cannot be understood"),
        (Reply({"number": 7}), "cannot be understood"),
    ],
)
def test_a_forge_that_does_not_answer_is_told_in_words(pull: PullRequest, observe, reply: Reply, said: str) -> None:  # type: ignore[no-untyped-def]
    pull.server.on("GET", "/repos/o/r/pulls/7", lambda _: reply)
    ran = observe(status=3 if reply.status == 200 else 4)
    assert said in ran.err
    assert "Traceback" not in ran.err


def test_a_token_goes_to_its_own_api_only(pull: PullRequest, observe, server: ForgeServer) -> None:  # type: ignore[no-untyped-def]
    pull.review(ACCOUNTS["sven"])
    with forge_server() as other:
        link = {"Link": f'<{other.url}/next>; rel="next"'}
        pull.server.on("GET", "/repos/o/r/pulls/7/reviews", lambda _: Reply([], 200, link))
        assert "names a next page on" in observe(status=4).err
        assert other.asked == []
    assert {asked.headers["Authorization"] for asked in server.asked} == {f"Bearer {TOKEN}"}


def test_more_commits_than_github_tells_of_are_not_passed_over(pull: PullRequest, observe) -> None:  # type: ignore[no-untyped-def]
    """Who pushed what is not listed may be the reviewer."""
    told = pull.told()
    pull.server.on("GET", "/repos/o/r/pulls/7", lambda _: told | {"commits": 251})
    assert "251 commits" in observe(status=3).err


def test_the_observers_key_may_come_from_the_environment(
    program: Program, pull: PullRequest, tmp_path: Path, ray18, monkeypatch: pytest.MonkeyPatch
) -> None:  # type: ignore[no-untyped-def]
    pull.review(ACCOUNTS["sven"])
    monkeypatch.setenv("RAY18_OBSERVER_KEY", key_file(tmp_path, "ci").read_text())
    where = (
        "--forge",
        "github",
        "--repo",
        "o/r",
        "--api",
        pull.server.url,
        "--pr",
        "7",
        "--out",
        tmp_path / "observed",
    )
    ran = ray18("approvals", "observe", *where, folder=program.root)
    assert ran.status == 0, ran.err
    assert states(program, tmp_path)["security-lead"] == "approved"
    assert signer_of("ci").fingerprint not in ran.out
    assert user(ACCOUNTS["sven"])["login"] in ran.out
