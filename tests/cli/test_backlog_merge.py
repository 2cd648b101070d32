"""Duplicates are shown with a command; merging keeps what both say and loses nothing."""

import json

from conftest import ITEM

OTHER = """\
id: SEC-2 # from the scanner
title: Renew the certificate
source: {kind: security-risk}
maintenance_type: corrective
severity: Medium
service: shop
created: 2026-04-01
tags: [tls]
annotations:
  fixed-in: "2.0"
"""
DEPENDENT = """\
id: MB-3
title: Announce it
source: {kind: other}
maintenance_type: adaptive
# waits for both
depends_on: [MB-1, SEC-2]
"""


def test_duplicates_are_shown_with_reason_and_command_and_never_merged_alone(program, ray18) -> None:
    program.write("backlog/SEC-2.yaml", OTHER)
    before = (program.root / "backlog/SEC-2.yaml").read_bytes()
    ran = ray18("backlog", "duplicates", folder=program.root)
    assert ran.status == 0 and "(they have the same title)" in ran.out
    assert "  to make them one: ray18 backlog merge MB-1 SEC-2\n" in ran.out
    assert "1 possible duplicate among 2 open items\n" in ran.out
    said = json.loads(ray18("backlog", "duplicates", "--format", "json", folder=program.root).out)
    assert said["duplicates"] == [
        {
            "keep": "MB-1",
            "other": "SEC-2",
            "reason": "they have the same title",
            "merge": "ray18 backlog merge MB-1 SEC-2",
        }
    ]
    assert (program.root / "backlog/SEC-2.yaml").read_bytes() == before


def test_merging_fills_what_is_missing_shows_what_differs_and_closes_the_other(program, ray18) -> None:
    program.write("backlog/SEC-2.yaml", OTHER)
    program.write("backlog/MB-3.yaml", DEPENDENT)
    ran = ray18("backlog", "merge", "MB-1", "SEC-2", folder=program.root)
    assert ran.status == 0
    kept, closed = ((program.root / f"backlog/{name}.yaml").read_text() for name in ("MB-1", "SEC-2"))
    assert "service: shop\n" in kept and "created: 2026-04-01\n" in kept and "severity: High\n" in kept
    assert 'fixed-in: "2.0"\n' in kept and "owner: sam\n" in kept
    assert "MB-1: severity stays High; SEC-2 says Medium\n" in ran.out
    assert "id: SEC-2 # from the scanner\n" in closed and "status: wont-do\n" in closed
    assert "resolution: Duplicate of MB-1.\n" in closed and "duplicate-of: MB-1\n" in closed
    dependent = (program.root / "backlog/MB-3.yaml").read_text()
    assert "# waits for both\n" in dependent and "SEC-2" not in dependent
    assert ray18("backlog", "duplicates", folder=program.root).out == "0 possible duplicates among 2 open items\n"


def test_a_dry_run_writes_nothing_and_odd_requests_are_refused(program, ray18) -> None:
    program.write("backlog/SEC-2.yaml", OTHER)
    assert "closed as duplicate" in ray18("backlog", "merge", "MB-1", "SEC-2", "--dry-run", folder=program.root).out
    assert (program.root / "backlog/MB-1.yaml").read_text() == ITEM
    for names in (("MB-1", "MB-1"), ("MB-1", "XX-9"), ("XX-9", "MB-1"), ("MB-1", "SEC-2", "SEC-2")):
        assert ray18("backlog", "merge", *names, folder=program.root).status == 2
    ray18("backlog", "merge", "MB-1", "SEC-2", folder=program.root)
    assert ray18("backlog", "merge", "MB-1", "SEC-2", folder=program.root).status == 2


def test_two_that_are_not_the_same_are_told_apart_for_good(program, ray18) -> None:
    program.write("backlog/SEC-2.yaml", OTHER)
    ran = ray18("backlog", "duplicates", folder=program.root)
    command = ran.out.rsplit("If two are not the same: ray18 ", 1)[1].split()
    assert ray18(*command, folder=program.root).status == 0
    assert ray18("backlog", "duplicates", folder=program.root).out.startswith("0 possible duplicates")
