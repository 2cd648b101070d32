"""JSON as evidence holds it: fixed order, two blanks of indent, a line feed at the end."""

import json
from typing import Any


def as_json(value: Any) -> bytes:
    """The bytes of a JSON file; dates as YYYY-MM-DD."""
    return (json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n").encode()
