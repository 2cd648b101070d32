"""The service catalog is read by the names of its columns, and every odd cell is said with its place."""

from typing import Any

import pytest
from made import SERVICES, saved, whole, xlsx
from openpyxl import Workbook

from ray18.handover import read_handover
from ray18.handover.model import Handover


def read(*rows: list[Any], **sheets: Any) -> Handover:
    return read_handover(whole(SERVICE=xlsx(rows, **sheets)))


def said(handover: Handover) -> list[str]:
    return [f"{remark.line}: {remark.message}" for remark in handover.remarks if remark.path == "SERVICE-CATALOG.xlsx"]


def test_columns_come_in_any_order_and_spelling() -> None:
    handover = read(
        ["Dependencies", "TIER", "owner_team", "service-id", "Service name", "SLO", "Runbook URL", "Cost"],
        ["db; cache, shop", "Tier 2", "platform", "shop", "Web\nshop", "99.95 %", "https://run.example", 7],
        [None, "T3", "data", "db", "Database", 99.5, None, None],
    )
    shop, db = handover.services
    assert (shop.id, shop.name, shop.tier, shop.owner) == ("shop", "Web shop", 2, "platform")
    assert (shop.depends_on, shop.runbook) == (("db", "cache", "shop"), "https://run.example")
    assert dict(shop.annotations) == {"cost": "7"}
    assert [service.slos[0].target_percent for service in (shop, db)] == [99.95, 99.5]
    assert said(handover) == ["0: shop depends on 'cache', which no row describes"]


@pytest.mark.parametrize(
    ("column", "value", "text"),
    [
        ("Tier", "gold", "Services!B2: tier 'gold' is not one of 1 to 4"),
        ("Owner", "Ana Lima", "Services!B2: 'Ana Lima' is not an id"),
        ("SLO", "three nines", "Services!B2: availability 'three nines' is not a percentage written as 99.9"),
        ("SLO", 0.999, "Services!B2: availability '0.999' is not a percentage written as 99.9"),
        ("Runbook", "wiki/shop", "Services!B2: runbook 'wiki/shop' is not an address"),
        ("Depends on", "The DB", "Services!B2: 'The DB' is not the id of a service"),
        ("Lifecycle", "sunset", "Services!B2: lifecycle 'sunset' is not a known value"),
    ],
)
def test_a_value_that_fits_no_field_is_kept_and_said(column: str, value: Any, text: str) -> None:
    handover = read(["Service ID", column, "Name"], ["shop", value, "Shop"], ["db", None, "DB"])
    assert f"2: {text}" in said(handover)
    (kept,) = handover.services[0].annotations.values()
    assert kept == str(value)


def test_an_id_that_is_no_slug_becomes_one_and_is_said() -> None:
    handover = read(["Service", "Owner"], ["Web Shop", "platform"])
    assert handover.services[0].id == "web-shop"
    assert "2: Services!A2: 'Web Shop' is no id; the service is drafted as 'web-shop'" in said(handover)


def test_hidden_rows_and_sheets_are_read_and_said() -> None:
    book = Workbook()
    book.active.title = "Front"
    hidden = book.create_sheet("Back")
    for line in SERVICES:
        hidden.append(line)
    hidden.sheet_state = "hidden"
    hidden.row_dimensions[3].hidden = True
    handover = read_handover(whole(SERVICE=saved(book)))
    assert [service.id for service in handover.services] == ["shop", "db"]
    assert said(handover) == [
        "1: sheet 'Back' is hidden; it was read",
        "3: Back!A3: the row is hidden; it was read",
    ]


def test_a_sheet_nobody_knows_is_said_not_to_be_read() -> None:
    handover = read(*SERVICES, Costs=[["Month", "Sum"], ["2026-01", "=1+1"]])
    assert said(handover) == ["1: sheet 'Costs' (2 rows) is not read"]
    assert handover.verdict == "complete"


def test_a_formula_in_a_column_nobody_needs_costs_only_the_cell() -> None:
    handover = read(["Service ID", "Owner", "Cost"], ["shop", "platform", "=1+1"], ["db", "data", 3])
    assert said(handover) == ["2: Services!C2 holds a formula; only values are read; the cell is not read"]
    assert handover.verdict == "complete"


def test_a_second_sheet_that_says_less_of_services_is_not_taken_for_the_catalog() -> None:
    handover = read(*SERVICES, SLOs=[["Service", "SLO"], ["shop", "99.9"]])
    assert [service.id for service in handover.services] == ["shop", "db"]
    assert said(handover) == ["1: sheet 'SLOs' (2 rows) is not read"]


def test_sheets_of_the_same_form_are_one_catalog() -> None:
    handover = read(*SERVICES, Asia=[SERVICES[0], ["pay", "Payments", 1, "platform", "99.9", None, None]])
    assert [service.id for service in handover.services] == ["shop", "db", "pay"]
