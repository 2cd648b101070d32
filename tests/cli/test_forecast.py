"""`ray18 forecast`: what a support lead reads, and the function that the protocol imports."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import click
import pytest

from ray18.commands.forecast import command, forecast_ticket_volume
from ray18.errors import BlockedError, UsageError

HISTORY = "opened_at,category,severity\n" + "".join(
    f"2026-{month:02}-{day:02},login,high\n" for month in (1, 2, 3) for day in range(1, 29)
)


def run(*arguments: str | Path, capfdbinary: Any = None) -> str:
    capfdbinary.readouterr()
    command.main(list(map(str, arguments)), standalone_mode=False, obj={})
    return str(capfdbinary.readouterr().out.decode())


def test_the_text_says_what_to_expect(tmp_path: Path, capfdbinary: Any) -> None:
    source = tmp_path / "t.csv"
    source.write_text(HISTORY)
    text = run(source, "--as-of", "2026-04-01", "--weeks", "2", capfdbinary=capfdbinary)
    assert text.splitlines()[0].startswith("About 6.")
    assert "The evidence is low" in text
    assert "There is no plan yet to hold this against." in text
    weeks, days = (text.split(f"\n{what} ")[1].split("\n\n")[0].splitlines()[1:] for what in ("week", "day"))
    assert [line[:10] for line in weeks] == ["2026-03-30", "2026-04-06"]
    assert [line[:14] for line in days[:2]] == ["2026-04-01 Wed", "2026-04-02 Thu"]


def test_json_and_the_protocols_function_agree(tmp_path: Path, capfdbinary: Any) -> None:
    source, target = tmp_path / "t.csv", tmp_path / "plan.json"
    source.write_text(HISTORY)
    forecast_ticket_volume(input_path=str(source), output_path=str(target), as_of=date(2026, 4, 1))
    assert run(source, "--as-of", "2026-04-01", "--format", "json", capfdbinary=capfdbinary) == target.read_text()
    assert json.loads(target.read_text())["forecast"]["total"]["name"] == "all"


def test_every_row_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    source = tmp_path / "t.csv"
    source.write_text("opened_at,category\n2026-01-01,a\nyesterday,b\n2026-13-01,c\n")
    with pytest.raises(BlockedError) as refused:
        forecast_ticket_volume(source, tmp_path / "out.json")
    assert "t.csv:3: opened" in refused.value.message
    assert "t.csv:4: opened" in refused.value.message
    assert not (tmp_path / "out.json").exists()


def test_too_little_history_is_refused_in_words(tmp_path: Path) -> None:
    source = tmp_path / "t.csv"
    source.write_text("opened_at\n2026-01-01\n")
    with pytest.raises(BlockedError, match="no whole week of tickets up to 2026-02-01"):
        forecast_ticket_volume(source, tmp_path / "out.json", date(2026, 2, 1))


def test_a_file_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read"):
        forecast_ticket_volume(tmp_path / "none.csv", tmp_path / "out.json")


def test_counts_by_week_are_a_history_too(tmp_path: Path, capfdbinary: Any) -> None:
    source = tmp_path / "t.csv"
    source.write_text("ds,y\n2026-01-05,4\n2026-01-12,6\n2026-01-19,5\n")
    text = run(source, "--as-of", "2026-01-26", capfdbinary=capfdbinary)
    assert "every row is dated on a Monday: read as counts of whole weeks" in text
    assert isinstance(command, click.Command)


def test_days_are_those_of_the_time_zone_that_is_named(tmp_path: Path, capfdbinary: Any) -> None:
    """23:30 on Sunday in UTC is Monday in Oslo."""
    source = tmp_path / "t.csv"
    late = "".join(f"2026-01-{day:02}T23:30:00Z\n" for day in (4, 11, 18, 25))
    source.write_text(f"opened_at\n2026-01-07T12:00:00Z\n{late}")

    def weeks(*arguments: str) -> list[str]:
        made = json.loads(run(source, "--as-of", "2026-02-01", "--format", "json", *arguments, capfdbinary=capfdbinary))
        return [made["history"]["first_week"], made["history"]["last_week"], made["history"]["time_zone"]]

    assert weeks() == ["2026-01-05", "2026-01-19", ""]
    assert weeks("--time-zone", "Europe/Oslo") == ["2026-01-05", "2026-01-19", "Europe/Oslo"]
    text = run(source, "--as-of", "2026-02-01", "--time-zone", "Europe/Oslo", capfdbinary=capfdbinary)
    assert "the week of 2026-01-26 is dropped: the history ends on 2026-01-26" in text
    with pytest.raises(UsageError, match="no time zone 'Mars/Base'"):
        run(source, "--time-zone", "Mars/Base", capfdbinary=capfdbinary)


def test_columns_of_any_name_can_be_mapped(tmp_path: Path, capfdbinary: Any) -> None:
    source = tmp_path / "t.csv"
    source.write_text(HISTORY.replace("opened_at,category", "Erstellt am,Gruppe"))
    mapped = ("--column", "opened=Erstellt am", "--column", "category=Gruppe")
    made = json.loads(run(source, "--as-of", "2026-04-01", "--format", "json", *mapped, capfdbinary=capfdbinary))
    assert [series["name"] for series in made["forecast"]["by_category"]] == ["login"]
    with pytest.raises(UsageError, match="is not NAME=HEADING"):
        run(source, "--column", "wann=Erstellt am", capfdbinary=capfdbinary)


def test_holidays_are_read_and_said(tmp_path: Path, capfdbinary: Any) -> None:
    source, days = tmp_path / "t.csv", tmp_path / "days.txt"
    source.write_text(HISTORY)
    days.write_text("# ours\n2026-04-03,Good Friday\n\n2026-04-06\n")
    given = ("--holidays", days, "--as-of", "2026-04-01", "--format", "json")
    made = json.loads(run(source, *given, capfdbinary=capfdbinary))
    assert made["forecast"]["holidays"] == ["2026-04-03", "2026-04-06"]
    days.write_text("2026-04-31\n")
    with pytest.raises(UsageError, match=r"days.txt:1: '2026-04-31' is not a day"):
        run(source, *given, capfdbinary=capfdbinary)


def test_times_that_cannot_be_used_are_said_and_cost_no_ticket(tmp_path: Path) -> None:
    from ray18.handover.delivery import Delivery, Part
    from ray18.handover.ticket_history import read

    content = (
        b"opened_at,resolved_at,reopened\n2026-01-01T10:00:00Z,2026-01-01T09:00:00Z,2\n2026-01-02T10:00,soon,maybe\n"
    )
    reading = read(Delivery("t.csv", (Part("t.csv", content),)))
    assert [(r.line, r.message) for r in reading.remarks] == [
        (2, "resolved '2026-01-01T09:00:00Z' is before the ticket was opened"),
        (3, "resolved 'soon' is not a time by ISO 8601"),
        (3, "reopened 'maybe' is not a number of times"),
    ]
    tickets = reading.contents.tickets
    assert tickets is not None
    assert [(t.resolved, t.reopened) for t in tickets.events] == [(None, 2), (None, None)]
