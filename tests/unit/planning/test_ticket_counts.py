"""Counts by week and day: nothing is lost without a word, and silence counts as silence."""

from datetime import date, timedelta

from ray18.planning.ticket_counts import MOST_SERIES, Counts, Event, History, counted

MONDAY = date(2026, 1, 5)


def known(*events: Event, as_of: date = date(2026, 2, 1)) -> History:
    history = counted(events, as_of)
    assert history is not None
    return history


def test_a_week_that_is_not_whole_is_dropped_and_named() -> None:
    history = known(*(Event(date(2026, 1, day), "shop", "high") for day in (5, 6, 14, 20)))
    assert (history.first, history.last, history.total.weekly) == (MONDAY, date(2026, 1, 12), (2, 1))
    assert "the week of 2026-01-19 is dropped: the history ends on 2026-01-20, before its Sunday" in history.notes
    assert "1 tickets of what is dropped are left out" in history.notes


def test_a_week_or_day_without_a_ticket_counts_as_zero() -> None:
    total = known(Event(MONDAY, "", ""), Event(date(2026, 1, 25), "", "")).total
    assert total == Counts((1, 0, 1), (1, *[0] * 19, 1))


def test_what_was_not_known_yet_on_the_day_is_left_out() -> None:
    later = Event(date(2026, 3, 1), "", "", 5)
    history = known(Event(MONDAY, "", ""), Event(date(2026, 1, 11), "", ""), later, as_of=date(2026, 1, 31))
    assert history.total.weekly == (2,)
    assert "5 tickets opened after 2026-01-31 are left out" in history.notes


def test_counts_by_week_lose_no_week_and_tell_of_no_day() -> None:
    history = known(Event(MONDAY, "", "", 4), Event(date(2026, 1, 12), "", "", 6))
    assert history.total == Counts((4, 6), None)


def test_tickets_page_by_severity_and_all_do_where_none_is_told() -> None:
    days = [MONDAY, date(2026, 1, 11)]
    told = known(*(Event(day, "", severity) for day in days for severity in ("high", "low", "P1")))
    untold = known(*(Event(day, "", "") for day in days))
    assert (told.paging()[0].weekly, told.paging()[1]) == ((4,), True)
    assert (untold.paging()[0].weekly, untold.paging()[1]) == ((2,), False)


def test_groups_are_counted_by_severity_category_and_service() -> None:
    history = known(Event(MONDAY, "login", "high", 3, "web"), Event(date(2026, 1, 11), "", "low", 1, "db"))
    assert {name: counts.weekly for name, counts in history.of("service", ["web", "db"]).items()} == {
        "web": (3,),
        "db": (1,),
    }
    assert history.of("category", ["login"])["login"].weekly == (3,)
    assert history.names("service") == ((), ("db", "web")), "too few for a forecast of their own"
    assert history.names("severity") == (("high", "low"), ())


def test_ten_years_and_the_names_with_most_tickets_are_what_is_looked_at() -> None:
    long_ago = Event(date(1, 1, 1), "", "")
    named = [Event(MONDAY, f"c{at}", "", 12 + at) for at in range(300)]
    history = known(long_ago, *named, Event(date(2026, 1, 11), "", ""))
    assert (history.weeks, sum(history.total.weekly)) == (520, sum(12 + at for at in range(300)) + 1)
    assert "what came before 2016-01-25 is left out: more than 10 years ago" in history.notes
    enough, others = history.names("category")
    assert (len(enough), enough[0], len(others)) == (MOST_SERIES, "c299", 300 - MOST_SERIES)


def test_a_silence_that_cannot_be_chance_is_pointed_out() -> None:
    days = [MONDAY + timedelta(days=day) for day in range(140) if not 42 <= day < 84]
    notes = known(*(Event(day, "", "") for day in days), as_of=date(2026, 12, 1)).notes
    expected = "no ticket from 2026-02-16 to 2026-03-29 is counted as none: if records are missing, hand them over"
    assert expected in notes
