"""Whether edits of records change nothing about the verdict.

An edit keeps the path of a record and its id. The fields that it changed must fit the schema, and every policy that reads one
of them must be about that record alone, be plain code, and find nothing when it is run on the new values. A policy that
reads none of the changed fields gives the answer that it gave. Whatever else is the case: the full judge looks.

What the kinds of records look like and what policies read was noted by the full judge (`ray18.harmless`).
"""

import os

from ray18.quick.repository import Repository, Unclear

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import CodeType
    from typing import Any

    from ray18.quick.staged import Changes

    Edit = tuple[str, bytes, bytes]
    """Path, content before and after."""

_REGULAR = ("100644", "100755")
MOST = 40
"""More edits than so many are judged in full."""
LARGEST = 1 << 20
"""Bytes of a record; larger ones are judged in full."""
MISSING = object()


def have_no_effect(kinds: "dict[str, Any]", edits: "list[Edit]") -> bool:
    """Whether all these edits alter no verdict."""
    if len(edits) > MOST:
        return False
    try:
        return all(_changes_nothing(_kind_of(path, kinds), path, before, after) for path, before, after in edits)
    except Exception:  # whatever a policy or a value does here, the full judge will say it properly
        return False


def staged_edits(repository: Repository, changes: "Changes") -> "list[Edit]":
    """Staged changes as edits. Raises Unclear when one of them is no edit, or when there are too many."""
    if len(changes) > MOST:
        raise Unclear
    for _, mode, new_mode, _, _, status in changes:
        if status != "M" or mode not in _REGULAR or new_mode not in _REGULAR:
            raise Unclear
    contents = blobs(repository, [oid for change in changes for oid in change[3:5]])
    return [(path, contents[oid], contents[new_oid]) for path, _, _, oid, new_oid, _ in changes]


def _kind_of(path: str, kinds: "dict[str, Any]") -> "dict[str, Any]":
    if not path.endswith(".yaml"):
        raise Unclear
    place = next((place for place in kinds if path == place or path.startswith(f"{place}/")), None)
    if place is None:
        raise Unclear
    kind: dict[str, Any] = kinds[place]
    return kind


def blobs(repository: Repository, oids: list[str]) -> dict[str, bytes]:
    """The blobs with these ids, each hashed again. Raises Unclear."""
    wanted = list(dict.fromkeys(oids))
    found = {oid: _loose(repository, oid) for oid in wanted}
    packed = [oid for oid in wanted if found[oid] is None]
    objects = {**found, **_packed(repository, packed)} if packed else found
    contents: dict[str, bytes] = {}
    for oid, content in objects.items():
        if content is None or not content.startswith(b"blob ") or _object_id(content, len(oid)) != oid:
            raise Unclear
        contents[oid] = content[content.index(b"\0") + 1 :]
    return contents


def _loose(repository: Repository, oid: str) -> bytes | None:
    """An object that was staged lately still has a file of its own: no Git child is needed for it."""
    from zlib import decompressobj, error

    try:
        with open(os.path.join(repository.common_dir, "objects", oid[:2], oid[2:]), "rb") as stream:
            inflated = decompressobj().decompress(stream.read(LARGEST), LARGEST)
    except (OSError, error):
        return None
    return inflated if len(inflated) < LARGEST else None


def _packed(repository: Repository, oids: list[str]) -> dict[str, bytes]:
    output = repository.git("cat-file", "--batch", stdin="".join(f"{oid}\n" for oid in oids).encode())
    found, at = {}, 0
    for oid in oids:
        end = output.find(b"\n", at)
        head = output[at:end].split()
        if len(head) != 3 or not head[2].isdigit():
            raise Unclear
        size = int(head[2])
        found[oid] = b"%s %d\0" % (head[1], size) + output[end + 1 : end + 1 + size]
        at = end + size + 2
    return found


def _object_id(content: bytes, length: int) -> str:
    """The id of an object from its header and content; the hash modules themselves, since hashlib takes long to load."""
    try:
        if length == 40:
            from _sha1 import sha1 as new  # type: ignore[import-not-found]
        else:
            from _sha256 import sha256 as new  # type: ignore[import-not-found]
    except ImportError:
        from hashlib import sha1, sha256

        new = sha1 if length == 40 else sha256
    return str(new(content).hexdigest())


def _changes_nothing(record: "dict[str, Any]", path: str, before: bytes, after: bytes) -> bool:
    old, new = _value(before), _value(after)
    if old is None or new is None:
        return False
    changed = {name for name in {*old, *new} if _text(old.get(name, MISSING)) != _text(new.get(name, MISSING))}
    if changed & record["guarded"]:
        return False
    schema = record["schema"]
    fields, required = schema["properties"], schema.get("required", ())
    if any(name not in fields for name in changed) or any(name not in new for name in required):
        return False
    if not all(fits(fields[name], new[name], schema.get("$defs", {})) for name in changed if name in new):
        return False
    document = _Document(path, View(new, record["shape"]))
    return all(_finds_nothing(policy, document) for policy in record["policies"] if changed & policy["fields"])


def _text(value: object) -> str:
    """Tells values apart that compare equal: 1, 1.0 and true."""
    return repr(value)


def _value(source: bytes) -> "dict[str, Any] | None":
    from ray18.yaml.composed import compose
    from ray18.yaml.text import decoded

    text, problems = decoded(source)
    return None if text is None or problems else compose(text)


def fits(schema: "Any", value: "Any", named: "dict[str, Any]") -> bool:
    """Whether a value fits a JSON Schema, by the words that our own schemas use; False for a schema with any other."""
    return all(word in _WORDS and _WORDS[word](expected, value, schema, named) for word, expected in schema.items())


def _is_type(name: str, value: "Any") -> bool:
    kind = type(value)
    if name == "number":
        return kind in (int, float)
    return kind is {"string": str, "integer": int, "boolean": bool, "array": list, "object": dict}.get(name, type(None))


def _pattern(pattern: str, value: str) -> bool:
    import re

    ending = f"{pattern[:-1]}\\Z" if pattern.endswith("$") and not pattern.endswith("\\$") else pattern
    return re.search(ending, value) is not None


def _properties(expected: "dict[str, Any]", value: "Any", named: "dict[str, Any]") -> bool:
    return type(value) is not dict or all(
        fits(expected[name], entry, named) for name, entry in value.items() if name in expected
    )


def _is_day(value: str) -> bool:
    from datetime import date

    return len(value) == 10 and value.isascii() and date.fromisoformat(value).isoformat() == value


_SAID: "Callable[..., bool]" = lambda *_: True  # noqa: E731 (words that ask for nothing)
_WORDS: "dict[str, Callable[[Any, Any, Any, dict[str, Any]], bool]]" = {
    **dict.fromkeys(("title", "description", "default", "examples"), _SAID),
    "type": lambda expected, value, *_: _is_type(expected, value),
    "enum": lambda expected, value, *_: type(value) is str and value in expected,
    "const": lambda expected, value, *_: type(value) is type(expected) and value == expected,
    "pattern": lambda expected, value, *_: type(value) is str and _pattern(expected, value),
    "minLength": lambda expected, value, *_: type(value) is str and len(value) >= expected,
    "maxLength": lambda expected, value, *_: type(value) is str and len(value) <= expected,
    "minimum": lambda expected, value, *_: value >= expected,
    "maximum": lambda expected, value, *_: value <= expected,
    "exclusiveMinimum": lambda expected, value, *_: value > expected,
    "minItems": lambda expected, value, *_: len(value) >= expected,
    "items": lambda expected, value, _, named: all(fits(expected, entry, named) for entry in value),
    "format": lambda expected, value, *_: expected == "date" and _is_day(value),
    "properties": lambda expected, value, _, named: _properties(expected, value, named),
    "required": lambda expected, value, *_: all(name in value for name in expected),
    "additionalProperties": lambda expected, value, schema, named: (
        all(name in schema["properties"] for name in value)
        if expected is False and "properties" in schema
        else expected is not False and all(fits(expected, entry, named) for entry in value.values())
    ),
    "propertyNames": lambda expected, value, _, named: all(fits(expected, name, named) for name in value),
    "anyOf": lambda expected, value, _, named: any(fits(choice, value, named) for choice in expected),
    "$schema": _SAID,
    "$id": _SAID,
    "$ref": lambda expected, value, _, named: fits(named[expected.removeprefix("#/$defs/")], value, named),
}


_Function: "Any" = type(fits)


class View:
    """A record's values under the names that policies know, as the models would show them."""

    __slots__ = ("_shape", "_value")

    def __init__(self, value: "dict[str, Any]", shape: "dict[str, Any]") -> None:
        self._value, self._shape = value, shape

    def __getattr__(self, name: str) -> "Any":
        form, default = self._shape[name]  # a method or a property: KeyError, and the full judge looks
        return shown(self._value[name], form) if name in self._value else default


def shown(value: "Any", form: "Any") -> "Any":
    """A value as the models would show it, by its form (`ray18.documents.shape`)."""
    if value is None or form == "plain":
        return value
    if form == "day":
        from datetime import date

        return date.fromisoformat(value)
    if form[0] == "many":
        return tuple(shown(entry, form[1]) for entry in value)
    return View(value, form[1])


class _Document:
    """What a policy about one record is given. It can say nothing: a finding is for the full judge."""

    __slots__ = ("content", "path")

    def __init__(self, path: str, content: View) -> None:
        self.path, self.content = path, content


class _Whole:
    """Another document that a policy reads: only the answers of its own questions are known."""

    __slots__ = ("_answers",)

    def __init__(self, answers: "dict[str, Any]") -> None:
        self._answers = answers

    @property
    def content(self) -> "_Whole":
        return self

    def __getattr__(self, name: str) -> "Any":
        answer = self._answers[name]
        return lambda: answer


def _finds_nothing(policy: "dict[str, Any]", document: _Document) -> bool:
    if not policy["alone"]:
        return False
    check = _check_of(policy["path"])
    given = {name: _Whole(answers) for name, answers in policy["others"].items()}
    return not any(True for _ in check(**{policy["alone"]: document}, **given))


def _check_of(path: str) -> "Callable[..., Iterable[object]]":
    """The function `check` of a policy file that uses no name of its module: it needs none of the module's imports."""
    with open(os.fspath(path), "rb") as stream:
        module = compile(stream.read(), path, "exec", dont_inherit=True)
    import builtins

    code: CodeType = next(const for const in module.co_consts if getattr(const, "co_name", "") == "check")
    check: Callable[..., Iterable[object]] = _Function(code, {"__builtins__": builtins})
    return check
