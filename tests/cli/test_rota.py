"""A rota as a support lead makes it: see it, ask what if, publish it, put it into calendars, mend it when somebody is away."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from conftest import AS_OF, Program

from ray18.documents.plan import Rotation
from ray18.documents.rota import Rota
from ray18.planning.rostering.calendar import as_icalendar
from ray18.planning.rostering.demand import Request
from ray18.planning.rostering.outcome import make
from ray18.shipped import shipped

PLAN = """\
title: Maintenance
revision: 1
period: {start: 2026-01-01, end: 2026-12-31}
revisit_date: 2026-10-01
coverage:
  rotation: {members: [olga, sam, pia, sven, dev, mia, noa, kai], turn_days: 7, secondary: true}
"""
ROTA = """\
# agreed in May
time_zone: Europe/Oslo
handover_time: "10:00"
members:
  - {person: dev, junior: true}   # since April
  - {person: kai, junior: true}
"""
MORE = "".join(
    f"  - id: {name}\n    name: {name.title()}\n    email: {name}@example.org\n" for name in ("mia", "noa", "kai")
)


@pytest.fixture
def staffed(program: Program) -> Program:
    people = (program.root / "people.yaml").read_text()
    program.write("people.yaml", people.replace("roles:", f"{MORE}roles:"))
    program.write("plan.yaml", PLAN)
    program.write("rota.yaml", ROTA)
    program.commit()
    return program


def made(program: Program, ray18, *arguments: str) -> dict:  # type: ignore[no-untyped-def,type-arg]
    ran = ray18("rota", "--as-of", AS_OF, "--format", "json", *arguments, folder=program.root)
    assert ran.status == 0, ran.err
    return json.loads(ran.out)  # type: ignore[no-any-return]


def test_everybody_has_a_fair_part_and_nobody_young_is_alone(staffed: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    from ray18.schema import validator

    out = made(staffed, ray18, "--turns", "8")
    schema = json.loads((shipped("schemas") / "on-call-rota.schema.json").read_bytes())
    assert [error.message for error in validator(schema).iter_errors(out)] == []
    assert (out["open_seats"], out["shortages"]) == ([], [])
    assert {entry["person"]: entry["turns"] for entry in out["people"]} == dict.fromkeys(
        ("olga", "sam", "pia", "sven", "dev", "mia", "noa", "kai"), 2
    )
    pairs = {}
    for duty in out["duties"]:
        pairs.setdefault(duty["first"], set()).add(duty["person"])
    assert sorted(pairs) == [f"{AS_OF + timedelta(weeks=week)}" for week in range(8)]
    assert all(len(pair) == 2 and not pair <= {"dev", "kai"} for pair in pairs.values())


def test_text_says_who_has_what_and_how_fair_it_is(staffed: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    lines = ray18("rota", "--as-of", AS_OF, "--turns", "4", folder=staffed.root).out.splitlines()
    assert lines[:2] == [
        "Test program: 4 turns of 7 days from 2026-06-01 to 2026-06-22; every seat is taken",
        "most and least loaded differ by 0 turns, by holidays 0, by nights 0 (each against their fair part)",
    ]
    assert all(re.fullmatch(r"2026-06-\d\d  [a-z]+ +[a-z]+", line) for line in lines[3:7])
    assert lines[8].split() == "person turns primary holidays nights all that count fair wishes not met".split()
    assert len(lines) == 17


def test_what_is_missing_is_counted_and_explained(staffed: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    out = made(staffed, ray18, "--turns", "8", "--without", "olga", "--without", "sam")
    (short,) = [entry for entry in out["shortages"] if entry["kind"] == "people"]
    assert (short["needed"], short["possible"], short["people_missing"]) == (16, 12, 2)
    assert len(out["open_seats"]) == out["cost"]["open_seats"] >= 4
    assert {reason["person"] for reason in out["open_seats"][0]["reasons"]} == {
        "pia",
        "sven",
        "dev",
        "mia",
        "noa",
        "kai",
    }
    text = ray18(
        "rota", "--as-of", AS_OF, "--turns", "8", "--without", "olga", "--without", "sam", folder=staffed.root
    ).out
    assert (
        "needs 2 more people: 2026-06-01 to 2026-07-20 has 16 seats, and rest and the greatest share allow 12" in text
    )
    assert "needs 2 turns of rest" in text


def test_a_published_rota_changes_only_where_somebody_is_away(staffed: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    ran = ray18("rota", "--as-of", AS_OF, "--turns", "8", "--write", folder=staffed.root)
    assert ran.out.startswith("wrote  rota.yaml\n"), ran.err
    written = (staffed.root / "rota.yaml").read_text()
    assert written.startswith(ROTA)
    assert ray18("check", "--as-of", AS_OF, folder=staffed.root).status == 0
    again = ray18("rota", "--as-of", AS_OF, "--turns", "8", "--write", folder=staffed.root)
    assert again.out.startswith("kept   rota.yaml\n")

    duty = made(staffed, ray18, "--turns", "8")["duties"][4]
    staffed.write(
        "rota.yaml",
        f"{written}leave:\n  - {{person: {duty['person']}, first: {duty['first']}, last: {duty['first']}}}\n",
    )
    check = ray18("check", "--as-of", AS_OF, folder=staffed.root)
    assert check.status == 1
    assert (
        f"{duty['person']} is away from {duty['first']} to {duty['first']}, and has the turn of {duty['first']}"
        in check.out
    )
    changed = [entry for entry in made(staffed, ray18, "--turns", "8")["duties"] if entry["changed_from"]]
    assert 1 <= len(changed) <= 4
    assert {"first": duty["first"], "changed_from": duty["person"]}.items() <= changed[0].items() or any(
        entry["changed_from"] == duty["person"] and entry["first"] == duty["first"] for entry in changed
    )
    ray18("rota", "--as-of", AS_OF, "--turns", "8", "--write", folder=staffed.root)
    assert ray18("check", "--as-of", AS_OF, folder=staffed.root).status == 0


def test_turns_that_are_over_count_and_stay(staffed: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    past = "".join(
        f"  - {{first: 2026-05-{day}, primary: {one}, secondary: {two}}}\n"
        for day, one, two in (("04", "olga", "sam"), ("11", "pia", "sven"), ("18", "olga", "mia"), ("25", "sam", "noa"))
    )
    staffed.write("rota.yaml", f"{ROTA}rest_turns: 1\nturns:\n{past}")
    out = made(staffed, ray18, "--turns", "4")
    assert {duty["person"] for duty in out["duties"][:2]}.isdisjoint({"olga", "sam", "noa"}), "olga and sam had 2 of 8"
    assert {entry["person"]: entry["total"] for entry in out["people"]}["olga"] == 2
    ray18("rota", "--as-of", AS_OF, "--turns", "4", "--write", folder=staffed.root)
    text = (staffed.root / "rota.yaml").read_text()
    assert "first: 2026-05-04" in text
    assert text.count("first: 2026-0") == 8


def test_calendars_are_read_back_by_another_parser(staffed: Program, ray18, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    icalendar = pytest.importorskip("icalendar")
    staffed.write("rota.yaml", f"{ROTA}first: 2026-10-19\n")
    out = made(staffed, ray18, "--turns", "2", "--ics", str(tmp_path / "all.ics"))
    content = (tmp_path / "all.ics").read_bytes()
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    calendar = icalendar.Calendar.from_ical(content)
    assert calendar["X-WR-CALNAME"] == "Test program: on call"
    events = list(calendar.walk("VEVENT"))
    assert [(str(event["SUMMARY"]), event["DTSTART"].dt, event["DTEND"].dt) for event in events] == [
        (
            f"[{'L2' if duty['seat'] == 'primary' else 'L1'}] {duty['person']}",
            *(
                (datetime(2026, 10, 19, 8, tzinfo=UTC), datetime(2026, 10, 26, 9, tzinfo=UTC))  # the clocks change
                if duty["first"] == "2026-10-19"
                else (datetime(2026, 10, 26, 9, tzinfo=UTC), datetime(2026, 11, 2, 9, tzinfo=UTC))
            ),
        )
        for duty in out["duties"]
    ]
    assert all(re.match(r"^\[L(\d+)\] \S+$", str(event["SUMMARY"])) for event in events), "Grafana OnCall's grammar"
    assert len({str(event["UID"]) for event in events}) == 4


def test_long_and_odd_names_survive_a_calendar() -> None:
    icalendar = pytest.importorskip("icalendar")
    title = "Größter, längster; und \\ schönster Name " * 4
    request = Request(Rota(), Rotation(members=("ana", "ben")), AS_OF, 1)
    content = as_icalendar(make(request), "x", title, ["primary"], lambda person: f"{person}, ü" * 30)
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    calendar = icalendar.Calendar.from_ical(content)
    assert calendar["X-WR-CALNAME"].startswith("Größter\\, längster\\; und \\\\ schönster"), (
        "that parser keeps what it does not know"
    )
    (event,) = calendar.walk("VEVENT")
    assert event["SUMMARY"] in ("ana, ü" * 30, "ben, ü" * 30)


def test_a_calendar_keeps_its_ids_and_counts_up(staffed: Program, ray18, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    icalendar = pytest.importorskip("icalendar")
    staffed.write("rota.yaml", f"{ROTA}first: 2026-06-08\n")
    read = []
    for day in ("2026-06-01", "2026-06-02"):
        target = tmp_path / f"{day}.ics"
        ray18("rota", "--as-of", day, "--turns", "3", "--seat", "secondary", "--ics", target, folder=staffed.root)
        read.append(list(icalendar.Calendar.from_ical(target.read_bytes()).walk("VEVENT")))
    assert [str(event["UID"]) for event in read[0]] == [str(event["UID"]) for event in read[1]]
    assert all(later["SEQUENCE"] > sooner["SEQUENCE"] for sooner, later in zip(*read, strict=True))
    assert not any("[" in event["SUMMARY"] for event in read[0]), "one seat alone needs no level"


def test_shifts_follow_the_sun_and_share_the_nights(staffed: Program, ray18, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    icalendar = pytest.importorskip("icalendar")
    staffed.write("plan.yaml", PLAN.replace("secondary: true", "secondary: false"))
    staffed.write(
        "rota.yaml",
        "time_zone: Europe/Oslo\nrest_turns: 1\nmax_share: 0.5\nmembers:\n  - {person: mia, shifts: [night]}\n"
        '  - {person: noa, shifts: [day]}\nshifts:\n  - {id: day, starts_at: "08:00", ends_at: "20:00"}\n'
        '  - {id: night, starts_at: "20:00", ends_at: "08:00", night: true}\n',
    )
    out = made(staffed, ray18, "--turns", "8", "--ics", str(tmp_path / "a.ics"))
    assert out["open_seats"] == []
    assert {duty["shift"] for duty in out["duties"] if duty["person"] == "mia"} == {"night"}
    assert {duty["shift"] for duty in out["duties"] if duty["person"] == "noa"} == {"day"}
    nights = [entry["nights"] for entry in out["people"] if entry["person"] != "noa"]
    assert max(nights) - min(nights) <= 1
    events = list(icalendar.Calendar.from_ical((tmp_path / "a.ics").read_bytes()).walk("VEVENT"))
    assert len(events) == 8 * 2 * 7
    assert {(event["DTEND"].dt - event["DTSTART"].dt) for event in events} == {timedelta(hours=12)}


def test_pagerduty_layers_name_everybody_in_turn(staffed: Program, ray18, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    names = ("olga", "sam", "pia", "sven", "dev", "mia", "noa", "kai")
    members = "".join(f"  - {{person: {name}, pagerduty_id: P{name.upper():0<6}}}\n" for name in names)
    target = tmp_path / "layers.json"
    ran = ray18("rota", "--as-of", AS_OF, "--pagerduty", target, folder=staffed.root)
    assert (ran.status, "pagerduty_id" in ran.err) == (2, True)
    staffed.write("rota.yaml", f'time_zone: Europe/Oslo\nhandover_time: "10:00"\nmembers:\n{members}')
    out = made(staffed, ray18, "--turns", "3", "--pagerduty", str(target))
    schedules = json.loads(target.read_bytes())["schedules"]
    assert [entry["schedule"]["name"] for entry in schedules] == ["Test program: primary", "Test program: secondary"]
    people = [f"P{duty['person'].upper():0<6}" for duty in out["duties"] if duty["seat"] == "primary"]
    assert schedules[0]["schedule"] == {
        "type": "schedule",
        "name": "Test program: primary",
        "time_zone": "Europe/Oslo",
        "schedule_layers": [
            {
                "name": "all-day from 2026-06-01",
                "start": "2026-06-01T10:00:00+02:00",
                "end": "2026-06-22T10:00:00+02:00",
                "rotation_virtual_start": "2026-06-01T10:00:00+02:00",
                "rotation_turn_length_seconds": 604800,
                "users": [{"user": {"type": "user_reference", "id": person}} for person in people],
            }
        ],
    }


def test_markdown_has_the_turns_and_the_parts(staffed: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    out = ray18("rota", "--as-of", AS_OF, "--turns", "2", "--format", "markdown", folder=staffed.root).out
    assert out.startswith("# On-call rota: Test program\n\n- Test program: 2 turns of 7 days")
    assert re.search(
        r"^\| from \| shift \| primary \| secondary \|\n\|---\|---\|---\|---\|\n\| 2026-06-01 \| all-day \|", out, re.M
    )


@pytest.mark.parametrize(
    ("path", "old", "new", "status", "said"),
    [
        ("rota.yaml", "person: dev", "person: deb", 3, "rota.yaml:5:14: people.yaml does not know deb"),
        ("rota.yaml", "Europe/Oslo", "Europe/Osslo", 3, "there is no time zone Europe/Osslo"),
        (
            "plan.yaml",
            "members: [olga, sam, pia, sven, dev, mia, noa, kai]",
            "members: []",
            3,
            "nobody who takes turns",
        ),
        ("plan.yaml", "members: [olga,", "members: [ghost,", 0, ""),
    ],
)
def test_what_cannot_be_planned_says_why(staffed: Program, ray18, path, old, new, status, said) -> None:  # type: ignore[no-untyped-def] # noqa: PLR0917
    text = (staffed.root / path).read_text()
    assert old in text
    staffed.write(path, text.replace(old, new))
    ran = ray18("rota", "--as-of", AS_OF, "--turns", "2", folder=staffed.root)
    assert (ran.status, said in ran.err) == (status, True), ran.err


def test_wrong_questions_are_usage_errors(staffed: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    for arguments in (
        ["--without", "nobody"],
        ["--without", "dev", "--write"],
        ["--turns", "0"],
        ["--call", "email", "--ics", "x"],
    ):
        assert ray18("rota", "--as-of", AS_OF, *arguments, folder=staffed.root).status == 2
