"""The words that every claim of a decision has in it, looked for in bytes: most messages have none, and need no more."""

WORDS = (
    b"approved",
    b"acked",
    b"accepted",
    b"waive",
    b"reviewed",
    b"rejected",
    b"deferred",
    b"withdrawn",
    b"abstained",
)


def speaks_of_decisions(message: bytes) -> bool:
    """Whether a message might claim a decision; what looks like one only in other letters is looked at too."""
    plain = message.lower()
    return not plain.isascii() or any(word in plain for word in WORDS)
