"""Reports of scanners, as rows of the risk log: one module for each format, one line in the table."""

from dataclasses import dataclass

from ray18.handover.delivery import Part
from ray18.handover.json_text import read_tree
from ray18.handover.model import Notebook
from ray18.handover.scanners import cyclonedx, openvex, osv, pip_audit, sarif, trivy
from ray18.handover.scanners.report import Scanner
from ray18.handover.table import Row

SCANNERS: tuple[Scanner, ...] = (
    sarif.SCANNER,
    trivy.SCANNER,
    cyclonedx.SCANNER,
    openvex.SCANNER,
    osv.SCANNER,
    osv.RECORDS,
    pip_audit.SCANNER,
)


@dataclass(frozen=True, slots=True)
class Report:
    """What a scanner names, and how many entries its report has."""

    rows: tuple[Row, ...]
    seen: int


def read_report(part: Part, notes: Notebook) -> Report | None:
    """The rows of a scanner's report; None when the file is none. Raises Unusable when it cannot be read."""
    trial = Notebook(part.path, dialect=notes.dialect)
    source = read_tree(part, trial)
    scanner = next((known for known in SCANNERS if known.recognises(source.value)), None)
    if scanner is None:
        return None
    notes.remarks.extend(trial.remarks)
    entries = list(scanner.entries(source))
    rows = []
    for entry in entries:
        if not entry.value:
            notes.block(entry.line, f"an entry of the {scanner.name} report is not an object", "", stands_for=1)
        elif row := scanner.row(entry, notes):
            rows.append(row)
    if not entries:
        notes.note(1, f"the {scanner.name} report names nothing", "confirm that nothing was found")
    return Report(tuple(rows), len(entries))
