"""The comment line that gives an editor completion and validation for a governed file."""

import posixpath

from ray18.documents import kind
from ray18.documents.settings import Locations

FOLDER = ".ray18/schemas"
"""Where `ray18 init` puts the schemas for editors."""
_RECORD = {"approval": "subject/digest/record.yaml"}


def header(kind_name: str, path: str = "") -> str:
    """The `yaml-language-server` line for a file of this kind (at `path`, else where such files live by default)."""
    entry = kind(kind_name)
    where = path or entry.location(Locations())
    if entry.many and not path:
        where = f"{where}/{_RECORD.get(kind_name, 'record.yaml')}"
    schema = posixpath.relpath(f"{FOLDER}/{kind_name}.schema.json", posixpath.dirname(where) or ".")
    return f"# yaml-language-server: $schema={schema}\n"
