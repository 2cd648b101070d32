"""Time and memory of reading artifacts of 20,000 rows: `python benchmarks/intake.py`. The goal is 5 s and 300 MB for each.

Each form is read in a process of its own, from a file, so that memory is that of the reading alone. CPU time is shown.
"""

import csv
import io
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROWS = 20_000
HEADER = ("ID", "Title", "Severity", "Owner", "Due date", "Status", "Service")


def rows() -> list[list[str]]:
    return [
        [f"R-{at}", f"Hole {at} in the parser", "high", "platform", "26/03/2026", "open", "shop"] for at in range(ROWS)
    ]


def as_csv() -> bytes:
    stream = io.StringIO()
    csv.writer(stream).writerows([HEADER, *rows()])
    return stream.getvalue().encode()


def as_workbook() -> bytes:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in (HEADER, *rows()):
        sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def as_json() -> bytes:
    return json.dumps({"items": [dict(zip(HEADER, row, strict=True)) for row in rows()]}).encode()


def as_markdown() -> bytes:
    lines = [HEADER, ["---"] * len(HEADER), *rows()]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines).encode()


def as_trivy() -> bytes:
    vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
    found = [
        {
            "VulnerabilityID": f"CVE-2024-{10_000 + at}", "PkgName": "libssl3", "InstalledVersion": "3.0.1",
            "FixedVersion": "3.0.2", "Status": "fixed", "Severity": "HIGH", "Title": "hole", "Description": "long " * 40,
            "CVSS": {"nvd": {"V3Vector": vector, "V3Score": 9.8}}, "CweIDs": ["CWE-20"],
            "References": [f"https://a.example/{number}" for number in range(3)],
        }
        for at in range(ROWS)
    ]  # fmt: skip
    return json.dumps(
        {"SchemaVersion": 2, "ArtifactName": "x", "Results": [{"Target": "t", "Vulnerabilities": found}]}
    ).encode()


FORMS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "csv": ("SECURITY-RISK-LOG.csv", as_csv),
    "xlsx": ("SECURITY-RISK-LOG.xlsx", as_workbook),
    "json": ("PERFORMANCE-IMPROVEMENT-BACKLOG.json", as_json),
    "markdown": ("TECH-DEBT-REGISTER.md", as_markdown),
    "trivy": ("SECURITY-RISK-LOG.trivy.json", as_trivy),
}


def read(path: Path) -> None:
    """Reads one file and prints what it took."""
    from ray18.handover import read_handover

    started = time.process_time()
    handover = read_handover({path.name: path.read_bytes()})
    spent = time.process_time() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    entry = next(entry for entry in handover.artifacts if entry.present)
    print(f"{path.name:40}  {spent:5.2f} s  {peak:4.0f} MB  {entry.sum}")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name, made in FORMS.values():
            path = Path(folder) / name
            path.write_bytes(made())
            subprocess.run([sys.executable, __file__, str(path)], check=True)


if __name__ == "__main__":
    read(Path(sys.argv[1])) if len(sys.argv) > 1 else main()
