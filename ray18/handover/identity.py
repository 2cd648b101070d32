"""Ids of drafted items: the same at each run and on each branch: they rest on what the artifact says."""

import hashlib
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field

_NOT_ID = re.compile(r"[^A-Za-z0-9]+")
_BLANKS = re.compile(r"\s+")
_LONGEST = 60


def short_hash(*parts: str) -> str:
    """Eight hexadecimal digits of SHA-256 over the parts, whose case, blanks and final stop do not matter."""
    text = "\n".join(normalised(part) for part in parts)
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:8]


def normalised(text: str) -> str:
    """The text as two rows are compared by."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return _BLANKS.sub(" ", folded).strip().rstrip(".").strip()


def item_id(prefix: str, natural_id: str, key: str) -> str:
    """`PREFIX-<natural id>` where the source gives one fit for a file name, else `PREFIX-<hash of key>`."""
    token = _NOT_ID.sub("-", natural_id).strip("-") if natural_id.isascii() else ""
    if token.upper().startswith(f"{prefix}-"):
        token = token[len(prefix) + 1 :]
    if not token or len(token) > _LONGEST:
        token = short_hash(key or natural_id)
    return f"{prefix}-{token}"


@dataclass
class IdBook:
    """Gives every id once; compares without case, since ids are file names."""

    taken: dict[str, str] = field(default_factory=dict)
    copies: Counter[tuple[str, str]] = field(default_factory=Counter)

    def issue(self, wanted: str, place: str, content: str) -> tuple[str, str]:
        """The id to use, and the place of the earlier row that has the wanted one (empty = none has it)."""
        earlier = self.taken.get(wanted.casefold(), "")
        result = wanted
        while result.casefold() in self.taken:
            same = (wanted, short_hash(content))
            self.copies[same] += 1
            result = f"{wanted}-{short_hash(content, str(self.copies[same]))}"
        self.taken[result.casefold()] = place
        return result, earlier
