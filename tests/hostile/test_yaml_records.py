"""Hostile YAML in a governed file is unusable input: exit 3, naming file and line, in bounded time, whatever it tries."""

import subprocess
import sys
import time

import pytest
from conftest import ITEM, Program

BOMB = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n" + "".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 8))
WITHOUT_STATUS = ITEM
HOSTILE: dict[str, tuple[bytes, int]] = {
    "A01 alias bomb": (BOMB.encode(), 1),
    "A03 100,000 brackets": (b"[" * 100_000, 1),
    "A03 a million brackets": (b"[" * 1_000_000, 1),
    "A03 block map 3,000 deep": ("".join(f"{' ' * n}a:\n" for n in range(400)).encode(), 65),
    "A03 dashes": (b"- " * 5000, 1),
    "A04 duplicate field": ((ITEM + "status: done\nstatus: open\n").encode(), 12),
    "A04 duplicate field in a flow map": ((ITEM + "effort: {hours: 1, hours: 2}\n").encode(), 11),
    "A07 status yes": ((ITEM + "status: yes\n").encode(), 11),
    "A07 status true": ((ITEM + "status: true\n").encode(), 11),
    "A08 sexagesimal date": ((ITEM.replace("due: 2026-07-01", "due: 12:30:45")).encode(), 10),
    "A08 octal text": ((ITEM.replace("owner: sam", "owner: 010")).encode(), 8),
    "A08 0o10 as text": ((ITEM.replace("owner: sam", "owner: 0o10")).encode(), 8),
    "A08 1e3 as text": ((ITEM.replace("owner: sam", "owner: 1e3")).encode(), 8),
    "A08 08 as text": ((ITEM.replace("owner: sam", "owner: 08")).encode(), 8),
    "A09 30 February": ((ITEM.replace("2026-07-01", "2025-02-30")).encode(), 10),
    "A09 year 0": ((ITEM.replace("2026-07-01", "0000-01-01")).encode(), 10),
    "A09 zone +99:99": ((ITEM.replace("2026-07-01", "2026-07-01T00:00:00+99:99")).encode(), 10),
    "A09 !!int": ((ITEM.replace("2026-07-01", '!!int ""')).encode(), 10),
    "A09 0x_": ((ITEM.replace("2026-07-01", "0x_")).encode(), 10),
    "A09 !!bool": ((ITEM.replace("2026-07-01", "!!bool abc")).encode(), 10),
    "A09 !!timestamp": ((ITEM.replace("2026-07-01", "!!timestamp abc")).encode(), 10),
    "A09 !!binary": ((ITEM.replace("2026-07-01", "!!binary a")).encode(), 10),
    "A10 5,000 digits": ((ITEM + "effort: {hours: " + "9" * 5000 + "}\n").encode(), 11),
    "A10 hex of 900,000 digits": ((ITEM + "effort: {hours: 0x" + "f" * 900_000 + "}\n").encode(), 11),
    "A10 infinite float": ((ITEM + "effort: {hours: 1.0e+999}\n").encode(), 11),
    "A12 python object": ((ITEM + "description: !!python/object/apply:os.system [touch x]\n").encode(), 11),
    "A12 local tag": ((ITEM + "description: !foo x\n").encode(), 11),
    "A12 set": ((ITEM + "annotations: !!set {a}\n").encode(), 11),
    "A12 omap": ((ITEM + "annotations: !!omap [a: b]\n").encode(), 11),
    "A13 recursive list": ((ITEM + "tags: &a [*a]\n").encode(), 11),
    "A13 recursive map": ((ITEM + "annotations: &a {b: *a}\n").encode(), 11),
    "A14 merge key": ((ITEM + "base: &base {status: done}\n<<: *base\n").encode(), 11),
    "A15 second document": ((ITEM + "---\nstatus: done\n").encode(), 11),
    "A15 text after the end": ((ITEM + "...\nstatus: done\n").encode(), 12),
    "A16 latin-1": (ITEM.encode().replace(b"Renew", b"R\xe9new"), 2),
    "A16 UTF-16 with mark": (ITEM.encode("utf-16"), 1),
    "A16 UTF-16 without mark": (ITEM.encode("utf-16-le"), 1),
    "A16 NUL": (ITEM.encode().replace(b"Renew", b"Re\x00new"), 2),
    "A16 BEL": (ITEM.encode().replace(b"Renew", b"Re\x07new"), 2),
    "A16 surrogate escape": (ITEM.encode().replace(b"Renew the certificate", b'"\\uD800"'), 2),
    "A17 tab as indent": ((ITEM + "effort:\n\thours: 1\n").encode(), 12),
    "A17 tab after the colon": ((ITEM + "status:\topen\n").encode(), 11),
    "A18 empty": (b"", 1),
    "A18 comments only": (b"# nothing\n", 1),
    "A18 list": (b"- a\n", 1),
    "A18 scalar": (b"approved\n", 1),
    "A18 null": (b"null\n", 1),
    "A19 conflict": ((ITEM + "<<<<<<< HEAD\nstatus: done\n=======\nstatus: open\n>>>>>>> x\n").encode(), 11),
    "A19 conflict in a block": ((ITEM + "description: |\n  a\n<<<<<<< HEAD\n  b\n").encode(), 13),
    "A20 integer key": ((ITEM + "1: x\n").encode(), 11),
    "A20 boolean key": ((ITEM + "true: x\n").encode(), 11),
    "A20 null key": ((ITEM + "null: x\n").encode(), 11),
    "A20 list as key": ((ITEM + "? [a, b]\n: x\n").encode(), 11),
    "A20 map as key": ((ITEM + "? {k: v}\n: x\n").encode(), 11),
    "A21 YAML 1.1": (("%YAML 1.1\n---\n" + ITEM).encode(), 1),
    "A21 YAML 3.0": (("%YAML 3.0\n---\n" + ITEM).encode(), 1),
    "A21 tag directive": (("%TAG ! tag:x,2000:\n---\n" + ITEM).encode(), 1),
    "A22 U+202E in a value": (ITEM.replace("Renew", "Re\u202enew").encode(), 2),
    "A22 U+2066 in a value": (ITEM.replace("Renew", "Re\u2066new").encode(), 2),
    "A22 U+200B in a key": ((ITEM + "sta\u200btus: done\n").encode(), 11),
    "A22 U+00AD in a value": (ITEM.replace("Renew", "Re\u00adnew").encode(), 2),
    "A22 U+FEFF inside": (ITEM.replace("Renew", "Re\ufeffnew").encode(), 2),
    "A22 escaped U+202E": (ITEM.replace("Renew the certificate", '"Re\\u202Enew"').encode(), 2),
    "A24 20 MB scalar": (b"title: " + b"x" * 20_000_000, 1),
    "A24 300,000 keys": ("".join(f"k{n}: 1\n" for n in range(300_000)).encode(), 1),
    "A24 10^6 items": (b"tags:\n" + b"- a\n" * 1_000_000, 1),
    "line break U+2028 in a comment": ((ITEM + "# note\u2028status: done\n").encode(), 11),
    "line break U+0085 in a comment": ((ITEM + "# note\u0085status: done\n").encode(), 11),
    "lone CR in a comment": ((ITEM + "# note\rstatus: done\n").encode(), 11),
    "decomposed letter": (ITEM.replace("Renew", "Re\u0301new").encode(), 2),
    "B10 huge secret of the wrong type": ((ITEM + "token: [s3cr3t]\n").encode(), 11),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_is_refused_with_file_and_line(name: str, program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    content, line = HOSTILE[name]
    program.write("backlog/MB-1.yaml", content)
    started = time.process_time()
    ran = ray18("check", "--as-of", "2026-06-01", folder=program.root)
    assert time.process_time() - started < 2
    assert ran.status == 3, ran.out
    assert f"backlog/MB-1.yaml:{line}:" in ran.out
    assert "Traceback" not in ran.out + ran.err
    assert not (program.root / "x").exists()
    assert "s3cr3t" not in ran.out
    assert all(len(text) < 500 for text in ran.out.splitlines())


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + ITEM.encode(),
        ITEM.replace("\n", "\r\n").encode(),
        (ITEM + "description: yes\n").encode(),
        (ITEM + "annotations: {answer: no, time: 12:30:45, number: 1_000}\n").encode(),
    ],
    ids=["byte order mark", "CR LF", "yes is text", "words that other readers take for values are text"],
)
def test_harmless_variants_are_read(content: bytes, program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    program.write("backlog/MB-1.yaml", content)
    ran = ray18("check", "--as-of", "2026-06-01", folder=program.root)
    assert ran.status == 0, ran.out


@pytest.mark.parametrize("name", ["A03 a million brackets", "A24 20 MB scalar", "A24 10^6 items"])
def test_limits_are_cheap(name: str, program: Program) -> None:
    """A fresh process judges the worst files within two seconds of CPU and 256 MB, and is not killed."""
    program.write("backlog/MB-1.yaml", HOSTILE[name][0])
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (512 << 20,) * 2); "
        "resource.setrlimit(resource.RLIMIT_CPU, (3, 3)); from ray18.cli import run; "
        f"sys.exit(run(['-C', {str(program.root)!r}, 'check']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 3, done.stderr


def test_a_flood_of_problems_is_capped(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    """B11: the first hundred problems of a file and the number of the others, not a report of megabytes."""
    program.write("backlog/MB-1.yaml", ITEM + "tags:\n" + "  - 1\n" * 100_000)
    ran = ray18("check", "--as-of", "2026-06-01", folder=program.root)
    assert ran.status == 3
    assert "more problems in this file" in ran.out
    assert len(ran.out) < 1_000_000


FIVE_FAULTS = """\
id: MB-1
title: Five faults in one file
source:
  kind: incidnt
maintenance_type: preventive
due: 2026-02-30
effort:
  hours: -9
owner: sam
owner: pia
"""


def test_all_problems_of_a_file_are_told_in_one_run(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    program.write("backlog/MB-1.yaml", FIVE_FAULTS.replace("title: Five faults in one file\n", "titel: x\n"))
    out = ray18("check", "--as-of", "2026-06-01", folder=program.root).out
    for place in ("1:1", "2:1", "4:9", "6:6", "8:10", "10:1"):
        assert f"backlog/MB-1.yaml:{place}:" in out, out
