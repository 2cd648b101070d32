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
    assert [line[:10] for line in text.splitlines() if line.startswith("2026-")] == ["2026-03-30", "2026-04-06"]


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
