"""`manual-validation-log.md`: validations done by hand, always shown as the weaker evidence that they are."""

from ray18.evidence.markdown import cell, table
from ray18.gates import Judge

FILE = "manual-validation-log.md"


def written(judge: Judge) -> bytes | None:
    """The log; it says so when nothing was validated by hand."""
    records = sorted(
        (document.content for document in judge.program.of("manual-validation")), key=lambda r: (r.performed_on, r.id)
    )
    rows = [
        (r.performed_on, r.gate, r.method, r.performed_by, ", ".join(r.witnesses), r.outcome, "attested", r.id)
        for r in records
    ]
    header = ("Day", "Gate", "Method", "Done by", "Witnesses", "Outcome", "Evidence class", "Record")
    lines = [
        "# Manual validation log",
        "",
        "Attested evidence: people say so. It never replaces the verdict of a gate.",
        "",
    ]
    lines += table(header, rows, "Nothing was validated by hand.")
    for record in records:
        lines += [f"## {cell(record.id)}", "", cell(record.checked), ""]
        lines += [cell(record.notes), ""] if record.notes else []
    return ("\n".join(lines).rstrip() + "\n").encode()
