"""Text from outside, made fit for the records: UTF-8, composed, and with nothing that hides from a reader."""

import re
import unicodedata
from collections.abc import Mapping

from ray18.documents.dialects import PLAIN, Dialect
from ray18.handover.model import Remark, Unusable
from ray18.yaml.text import deceptive

_BLANKS = re.compile(r"\s+")
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\Z")
_NOT_SLUG = re.compile(r"[^a-z0-9]+")
_CONFLICT = re.compile(r"^[ ]*(?:<{7}|>{7}|\|{7})(?=[ ]|$)", re.MULTILINE)
_SHOWN_LINES = 20
_SAVE = "save it as UTF-8, or name its encoding in ray18.yaml: intake.encoding"
_CODECS = {"utf-8": "utf-8-sig", "windows-1250": "cp1250", "macintosh": "mac-roman"}
_MARKED = {"utf-16": (b"\xff\xfe", b"\xfe\xff"), "utf-32": (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")}
"""Encodings that cannot be read without a byte order mark, and the marks."""


def decoded(path: str, content: bytes, dialect: Dialect = PLAIN) -> str:
    """The text of a file, a byte order mark removed and CR LF as LF. Raises Unusable when its encoding does not fit.

    It is UTF-8 unless the dialect asks for another encoding; none is ever guessed.
    """
    encoding = dialect.encoding or "utf-8"
    if encoding == "utf-8" and content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unusable(Remark(path, 1, "the file is UTF-16", _SAVE, True))
    if encoding in _MARKED and not content.startswith(_MARKED[encoding]):
        raise Unusable(Remark(path, 1, f"the file has no byte order mark of {encoding}", "save it as UTF-8", True))
    try:
        text = content.decode(_CODECS.get(encoding, encoding))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        name = encoding.upper() if encoding == "utf-8" else encoding
        message = f"byte 0x{content[error.start]:02x} at offset {error.start:,} is not {name}"
        raise Unusable(Remark(path, line, message, _SAVE, True)) from error
    return text.replace("\r\n", "\n")


def visible(path: str, text: str) -> tuple[str, tuple[Remark, ...]]:
    """The text without control and invisible characters, with remarks that name the lines that had some."""
    if next(deceptive(text), None) is None:
        return cleaned(text)[0], ()
    first = ((number, next(deceptive(line), None)) for number, line in enumerate(text.split("\n"), 1))
    return cleaned(text)[0], removed(path, {number: found[1] for number, found in first if found})


def removed(path: str, by_line: Mapping[int, str]) -> tuple[Remark, ...]:
    """Remarks about what was removed: one for each of the first lines, and one for all others."""
    remedy = "read the line as a person would see it"
    lines = sorted(by_line.items())
    remarks = [Remark(path, line, f"{what} was removed here", remedy) for line, what in lines[:_SHOWN_LINES]]
    rest = lines[_SHOWN_LINES:]
    if rest:
        message = f"such characters were removed from {len(rest):,} more lines, from here on"
        remarks.append(Remark(path, rest[0][0], message, remedy))
    return tuple(remarks)


def cleaned(text: str) -> tuple[str, tuple[str, ...]]:
    """The text in form NFC without deceptive characters, and what was removed. Lines stay where they are."""
    if text.isascii() and text.isprintable():
        return text, ()
    text = text.replace("\r\n", "\n")
    found = {text[index]: what for index, what in deceptive(text)}
    if found:
        text = text.translate({ord(sign): _instead(sign) for sign in found})
    return unicodedata.normalize("NFC", text), tuple(sorted(found.values()))


def _instead(sign: str) -> str:
    """A control character parted words, an invisible one did not."""
    return "" if unicodedata.category(sign) in ("Cf", "Cs") else " "


def one_line(text: str) -> str:
    """The text on one line, single blanks between words."""
    return _BLANKS.sub(" ", text).strip()


def prose(text: str) -> tuple[str, bool]:
    """The text as a record may hold it, and whether a merge conflict's marker had to be taken out."""
    lines = text.replace("\t", "    ").split("\n")
    joined = "\n".join(line.rstrip() for line in lines).strip("\n")
    joined = joined.lstrip()
    mended = _CONFLICT.sub("[conflict marker]", joined)
    return mended, mended != joined


def is_slug(text: str) -> bool:
    """Whether the text may stand as the id of a person, a team or a service."""
    return bool(_SLUG.match(text))


def slug(text: str) -> str:
    """The nearest slug, empty when nothing is left of it."""
    return _NOT_SLUG.sub("-", text.casefold()).strip("-")[:63].strip("-")
