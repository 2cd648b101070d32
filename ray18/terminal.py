"""Text on a terminal: what an untrusted text would make it do is written out instead, and colour is asked for by name."""

import re

_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")
_COLOURS = {"red": "31", "green": "32", "yellow": "33", "bold": "1", "dim": "2"}


def safe(text: str) -> str:
    """The text with every character that a terminal would act on, or that hides, written out as an escape."""
    return _UNSAFE.sub(_escaped, text)


def painted(text: str, colour: str, on: bool) -> str:
    """The text in a colour, if colour is wanted."""
    return f"\x1b[{_COLOURS[colour]}m{text}\x1b[0m" if on else text


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    if 0xDC80 <= code <= 0xDCFF:  # a byte of a file name that is not UTF-8 (PEP 383)
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
