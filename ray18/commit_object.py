"""Commits, read strictly from their raw bytes. Source: Git's commit.c and fsck.c (2.39 to 2.51).

Git leaves every header that starts with `gpgsig` out of what it verifies, and shows only the first of two. So anyone can put
text into a signed commit, under another id, without breaking the signature. Here such a commit counts as unsigned, and
everything about it that is not as Git writes it is named in `oddities`. Only the width of a signature's lines stays free.
"""

import re
from dataclasses import dataclass

_HEADER_BREAK = re.compile(rb"\n(?! )")
_OBJECT_ID = {"sha1": re.compile(rb"[0-9a-fA-F]{40}"), "sha256": re.compile(rb"[0-9a-fA-F]{64}")}
_SIGNATURE_HEADER = {"sha1": b"gpgsig", "sha256": b"gpgsig-sha256"}
_ORDER = {b"tree": 0, b"parent": 1, b"author": 2, b"committer": 3, b"encoding": 4, b"mergetag": 5}
_ONCE = frozenset({b"tree", b"author", b"committer", b"encoding"})
_IDENTITY = re.compile(rb"([^<>]*) <([^<>]*)> (0|[1-9][0-9]{0,12}) ([+-])(\d\d)(\d\d)")
_CO_AUTHOR = re.compile(r"^[^\w\n]*co[- ]?authored[- ]by[^\S\n]*:(.+)$", re.IGNORECASE | re.MULTILINE)
_LATEST = 2**40
_MARK = re.compile(rb"-----(BEGIN|END) ([A-Z0-9 ]+)-----")
_BASE64_LINES = rb"(?:[A-Za-z0-9+/=]+\n)+"
_ARMOR = {
    b"SSH SIGNATURE": re.compile(_BASE64_LINES),
    b"PGP SIGNATURE": re.compile(rb"\n" + _BASE64_LINES),
    b"PGP MESSAGE": re.compile(rb"\n" + _BASE64_LINES),
    b"SIGNED MESSAGE": re.compile(_BASE64_LINES),
}
_ENCODINGS = {
    name: codec
    for codec, names in {
        "utf-8": ("utf-8", "utf8", "us-ascii", "ascii"),
        "latin-1": ("iso-8859-1", "iso8859-1", "iso_8859-1", "latin1", "latin-1"),
        "iso8859-15": ("iso-8859-15", "iso8859-15", "iso_8859-15", "latin9", "latin-9"),
        "cp1252": ("cp1252", "windows-1252"),
    }.items()
    for name in names
}


class MalformedCommit(Exception):
    """Why these bytes cannot be read as a commit."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A name as a commit gives it: text that anyone can write, never proof of who it was."""

    name: str
    email: str
    when: int | None
    """Seconds since 1970; None when the commit holds no usable date."""


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit, as its own bytes tell it."""

    oid: str
    tree: str
    parents: tuple[str, ...]
    """The parents that Git follows, first parent first."""
    author: Identity
    committer: Identity
    co_authors: tuple[Identity, ...]
    """From `Co-authored-by:` anywhere in the message. Only good for keeping people from approving their own work."""
    subject: str
    signature: bytes | None
    """The armored signature; None when there is none, or when the commit could be changed without breaking it."""
    payload: bytes
    """The bytes that Git signs."""
    claimed: tuple[bytes, ...]
    """Every armored block in its signature headers, also those that prove nothing: only good for keeping people from
    approving their own work."""
    oddities: tuple[str, ...]
    """What about this commit is not as Git writes it, in plain words."""


def parse(oid: str, content: bytes, object_format: str = "sha1") -> Commit:
    """Reads a commit object's content. Raises MalformedCommit when tree, parents, author or committer cannot be told."""
    head, blank, message = content.partition(b"\n\n")
    oddities: list[str] = []
    if not blank:
        oddities.append("no blank line ends its headers")
        head = head.removesuffix(b"\n")
    if b"\0" in content:
        oddities.append("it holds NUL bytes")
    fields = _HEADER_BREAK.split(head)
    tree, parents = _graph(fields, _OBJECT_ID[object_format], oddities)
    found, signature, signature_fields = _walk(fields, _SIGNATURE_HEADER[object_format], oddities)
    if b"author" not in found or b"committer" not in found:
        raise MalformedCommit("it does not say who wrote it and who committed it")
    codec = _codec(found[b"encoding"], oddities) if b"encoding" in found else "utf-8"
    payload = content
    if signature_fields:
        kept = [field for place, field in enumerate(fields) if place not in signature_fields]
        payload = b"\n".join(kept) + content[len(head) :]
    text = message.decode(codec, "replace")
    return Commit(
        oid,
        tree,
        parents,
        _identity("author", found[b"author"], codec, oddities),
        _identity("committer", found[b"committer"], codec, oddities),
        _co_authors(text),
        text.lstrip("\n").partition("\n")[0],
        signature,
        payload,
        tuple(fields[place].partition(b" ")[2].replace(b"\n ", b"\n") + b"\n" for place in signature_fields),
        tuple(dict.fromkeys(oddities)),
    )


def _graph(fields: list[bytes], object_id: re.Pattern[bytes], oddities: list[str]) -> tuple[str, tuple[str, ...]]:
    """Tree and parents, as Git finds them: the first line, and the lines that follow it without a gap."""
    ids = []
    for place, field in enumerate(fields):
        name, _, value = field.partition(b" ")
        if name != (b"parent" if place else b"tree"):
            break
        if not object_id.fullmatch(value):
            raise MalformedCommit(f"its {name.decode()} is not the id of an object")
        if value != value.lower():
            oddities.append(f"its {name.decode()} is written in capital letters")
        ids.append(value.decode().lower())
    if not ids:
        raise MalformedCommit("it does not begin with its tree")
    return ids[0], tuple(ids[1:])


def _walk(
    fields: list[bytes], signature_header: bytes, oddities: list[str]
) -> tuple[dict[bytes, bytes], bytes | None, list[int]]:
    """The first value of each header, the signature if it can be relied on, and which fields Git does not sign."""
    found: dict[bytes, bytes] = {}
    unsigned: list[int] = []
    last = 0
    for place, field in enumerate(fields):
        name, _, value = field.partition(b" ")
        if name.startswith(b"gpgsig"):
            unsigned.append(place)
            continue
        rank = _ORDER.get(name)
        if rank is None:
            oddities.append(f"it has an unknown header {_shown(name)}")
            continue
        if rank < last:
            oddities.append(f"its header {name.decode()} is out of order")
        last = max(last, rank)
        if name in found and name in _ONCE:
            oddities.append(f"it has more than one header {name.decode()}")
        if b"\n" in value and name != b"mergetag":
            oddities.append(f"its header {name.decode()} goes on over several lines")
        found.setdefault(name, value)
    if not unsigned:
        return found, None, unsigned
    return found, _signature(fields, unsigned, signature_header, oddities), unsigned


def _signature(fields: list[bytes], places: list[int], header: bytes, oddities: list[str]) -> bytes | None:
    """The armored signature, when nobody could have added anything to it."""
    problems = []
    values = []
    for place in places:
        name, space, value = fields[place].partition(b" ")
        if name == header and space:
            values.append(value.replace(b"\n ", b"\n") + b"\n")
        else:
            problems.append(f"its header {_shown(name)} is covered by no signature")
    if len(values) > 1:
        problems.append("it has more than one signature")
    if places[-1] != len(fields) - 1:
        problems.append("its signature is not its last header")
    if values:
        problems.extend(_armor_problems(values[0]))
    if not problems:
        return values[0]
    oddities.extend(f"{problem}, so it counts as unsigned" for problem in problems)
    return None


def _armor_problems(armored: bytes) -> list[str]:
    marks = _MARK.findall(armored)
    kinds = {kind for _, kind in marks}
    if len(kinds) > 1:
        return ["its signature mixes kinds of signatures"]
    if [edge for edge, _ in marks] != [b"BEGIN", b"END"]:
        return ["its signature is not exactly one armored block"]
    (kind,) = kinds
    if kind not in _ARMOR:
        return [f"its signature is of the unknown kind {_shown(kind)}"]
    begin, end = b"-----BEGIN %b-----\n" % kind, b"-----END %b-----\n" % kind
    if kind.startswith(b"PGP"):
        # GitHub's own OpenPGP signatures end with one blank line.
        armored = armored.removesuffix(b"\n") if armored.endswith(b"-----\n\n") else armored
    if not (armored.startswith(begin) and armored.endswith(end)):
        return ["its signature has text around the armored block"]
    body = armored[len(begin) : -len(end)]
    if not _ARMOR[kind].fullmatch(body):
        return ["its signature holds text that is not part of it"]
    lengths = [len(line) for line in body.split(b"\n")[:-1] if line]
    if kind.startswith(b"SSH") and (len(set(lengths[:-1])) > 1 or lengths[-1] > lengths[0]):
        return ["its signature is broken into lines of different lengths"]
    return []


def _identity(role: str, value: bytes, codec: str, oddities: list[str]) -> Identity:
    plain = _IDENTITY.fullmatch(value)
    if plain is None:
        return _odd_identity(role, value, codec, oddities)
    name, email, seconds, sign, hours, minutes = plain.groups()
    when: int | None = int(seconds)
    if int(seconds) > _LATEST:
        when = None
        oddities.append(f"its {role} date is absurd")
    if hours > (b"14" if sign == b"+" else b"12") or minutes > b"59":
        oddities.append(f"its {role} time zone does not exist")
    return Identity(name.decode(codec, "replace"), email.decode(codec, "replace"), when)


def _odd_identity(role: str, value: bytes, codec: str, oddities: list[str]) -> Identity:
    """What can be made of a line that Git would not have written."""
    name, opened, rest = value.partition(b"<")
    email, closed, date = rest.rpartition(b">")
    if not opened or not closed:
        raise MalformedCommit(f"its {role} has no e-mail address in angle brackets")
    if b"<" in email or b">" in email or b">" in name:
        oddities.append(f"its {role} has angle brackets inside the e-mail address")
    parts = re.fullmatch(rb" (-?\d+) ([+-]\d{4})", date)
    when = None
    if parts is None:
        oddities.append(f"its {role} date cannot be read")
    elif len(parts[1]) > 13 or not 0 <= int(parts[1]) <= _LATEST:
        oddities.append(f"its {role} date is absurd")
    else:
        when = int(parts[1])
        if parts[1] != str(when).encode():
            oddities.append(f"its {role} date is written with superfluous zeros")
    if not name.endswith(b" "):
        oddities.append(f"its {role} has no blank before the e-mail address")
    return Identity(name.decode(codec, "replace").strip(), email.decode(codec, "replace"), when)


def _codec(value: bytes, oddities: list[str]) -> str:
    codec = _ENCODINGS.get(value.decode("ascii", "replace").strip().lower())
    if codec is None:
        oddities.append(f"it is written in the encoding {_shown(value)}, which is not read here")
    return codec or "utf-8"


def _co_authors(message: str) -> tuple[Identity, ...]:
    if "authored" not in message.lower():
        return ()
    found = []
    for named in _CO_AUTHOR.findall(message.replace("\r", "\n")):
        name, _, rest = named.partition("<")
        found.append(Identity(name.strip(), rest.rpartition(">")[0].strip() or rest.strip(), None))
    return tuple(found)


def _shown(name: bytes) -> str:
    return ascii(name[:40].decode("latin-1"))
