"""A validation done by hand has a witness, and people who exist.

When automation is not available, the protocol falls back on people. What one person says alone is worth nothing later:
somebody else must have seen it, and both must be known.

Remedy: name another person under `witnesses`, and people of people.yaml.
"""

from collections.abc import Iterator

from ray18.documents.document import Document
from ray18.documents.manual_validation import ManualValidation
from ray18.documents.people import People
from ray18.findings import Finding

COUNTED = "manual validations without a proper witness"
ACTION = "name witnesses of manual validations"


def check(validations: tuple[Document[ManualValidation], ...], people: Document[People]) -> Iterator[Finding]:
    known = {person.id for person in people.content.people}
    for document in validations:
        record = document.content
        if document.path.rsplit("/", 1)[-1] != f"{record.id}.yaml":
            yield document.finding(f"{record.id} is not its file's name", "id", remedy="rename the file")
        if record.performed_by in record.witnesses:
            yield document.finding(
                f"{record.performed_by} did it and is the witness", "witnesses", remedy="name somebody else"
            )
        for name in (record.performed_by, *record.witnesses):
            if name not in known:
                yield document.finding(f"there is no person named {name}", "witnesses", remedy="mend the name")
