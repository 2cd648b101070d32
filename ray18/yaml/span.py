"""How far the thing at a place of a line of YAML goes, read from the line alone: a key, a quoted text, a plain value."""

import re

KEY = re.compile(r"""(?P<lead>[ ]*(?:- +)*)(?P<quote>["']?)(?P<name>[\w.-]+)(?P=quote)(?P<colon>\s*:)(?=\s|$)""")
_QUOTED = re.compile(r""""(?:[^"\\]|\\.)*"|'(?:[^']|'')*'""")
_PLAIN_END = re.compile(r"\s+#|\s*$")
_FLOW_END = re.compile(r"\s*[,\]}]|\s+#|\s*$")


def span(line: str, column: int) -> int:
    """How many characters the thing at a column (from 1) of a line of YAML takes: a key, a quoted text, or a plain value."""
    rest = line[column - 1 :]
    if not rest.strip():
        return 0
    key = KEY.match(rest)
    if key is not None and not key["lead"]:
        return key.end() - len(key["colon"])
    quoted = _QUOTED.match(rest)
    if quoted is not None:
        return quoted.end()
    if rest[0] in "[{":
        return len(rest.rstrip())
    end = (_FLOW_END if _in_flow(line[: column - 1]) else _PLAIN_END).search(rest)
    return end.start() if end else len(rest)


def _in_flow(before: str) -> bool:
    """Whether a list or mapping in brackets is open at the end of the beginning of a line."""
    plain = _QUOTED.sub("", before)
    return any(plain.count(opening) > plain.count(closing) for opening, closing in ("[]", "{}"))


def key_alone(line: str) -> bool:
    """Whether a line holds a key without a value, and nothing else."""
    key = KEY.match(line)
    return key is not None and not line[key.end() :].strip() and not key["lead"].strip()
