"""The only door to JSON Schema: writes the schemas of our documents, and judges by the team's own.

Our schemas are generated from the models (draft 2020-12), so that editors and foreign tools can judge as RAY-18 does.
A team's schemas are untrusted: every unknown word in them is an error, references stay within the file, nothing is ever
fetched, and validation runs in a limited child process because a pattern can run for ever.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ray18 import sandbox
from ray18.documents import KINDS, Kind
from ray18.errors import BlockedError
from ray18.yaml import Place, Step, load_json

DIALECT = "https://json-schema.org/draft/2020-12/schema"
SECONDS = 1.5
_TYPES = frozenset({"array", "boolean", "integer", "null", "number", "object", "string"})
_FORMATS = frozenset({"date", "date-time", "email", "uri", "uuid", "regex", "time", "hostname", "ipv4", "ipv6"})
_WORDS = frozenset(
    "$schema $id $ref $defs $comment $anchor title description default examples deprecated readOnly writeOnly type enum "
    "const multipleOf maximum exclusiveMaximum minimum exclusiveMinimum maxLength minLength pattern format items "
    "prefixItems contains maxContains minContains maxItems minItems uniqueItems properties patternProperties "
    "additionalProperties propertyNames required dependentRequired dependentSchemas maxProperties minProperties allOf "
    "anyOf oneOf not if then else unevaluatedProperties unevaluatedItems".split()
)
_SCHEMA_MAPS = frozenset({"properties", "patternProperties", "$defs", "dependentSchemas"})
_SCHEMA_LISTS = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_SCHEMAS = frozenset(
    "items contains additionalProperties propertyNames not if then else unevaluatedProperties unevaluatedItems".split()
)


def schema_of(kind: Kind) -> dict[str, Any]:
    """The JSON Schema of one kind of document."""
    from ray18.documents.described import Described

    generated = _closed(kind.model.model_json_schema(mode="validation", schema_generator=Described))
    head = {"$schema": DIALECT, "$id": f"urn:ray18:schema:{kind.name}:1"}
    return {**head, **generated}


def _closed(schema: Any) -> Any:
    """The schema with every mapping whose keys follow a pattern closed to other keys, as the models have it."""
    if isinstance(schema, dict):
        closed = {name: _closed(value) for name, value in schema.items()}
        return {**closed, "additionalProperties": False} if "patternProperties" in schema else closed
    return [_closed(entry) for entry in schema] if isinstance(schema, list) else schema


def written(schema: Mapping[str, Any]) -> bytes:
    """A schema as it is checked in."""
    return (json.dumps(schema, indent=2, ensure_ascii=False) + "\n").encode()


def shipped_schemas() -> dict[str, bytes]:
    """File name and content of every schema that RAY-18 ships."""
    return {f"{kind.name}.schema.json": written(schema_of(kind)) for kind in KINDS}


def read_team_schema(path: str, source: bytes) -> dict[str, Any]:
    """A team's schema, linted. Raises BlockedError naming the file, the place and what is wrong."""
    loaded = load_json(source)
    problems = [(problem.place, problem.message) for problem in loaded.problems]
    if not problems:
        problems = [(_place(loaded.places, way), message) for way, message in lint(loaded.value)]
    if problems:
        place, message = problems[0]
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise BlockedError(f"{path}:{place[0]}:{place[1]}: {message}{more}", "mend the schema")
    if not isinstance(loaded.value, dict):
        raise BlockedError(f"{path}:1:1: a schema is a JSON object", "mend the schema")
    return loaded.value


def lint(schema: Any, way: tuple[Step, ...] = ()) -> Iterator[tuple[tuple[Step, ...], str]]:
    """Everything in a schema that a validator would silently pass over, or would fetch."""
    if isinstance(schema, bool):
        return
    if not isinstance(schema, dict):
        yield way, "a schema is an object, true or false"
        return
    for word, value in schema.items():
        yield from _lint_word(word, value, (*way, word))


def _lint_word(word: str, value: Any, way: tuple[Step, ...]) -> Iterator[tuple[tuple[Step, ...], str]]:
    if word not in _WORDS:
        yield way, f"unknown keyword {word!r}"
    elif word in _SCHEMAS:
        yield from lint(value, way)
    elif word in _SCHEMA_MAPS and isinstance(value, dict):
        for name, inner in value.items():
            yield from lint(inner, (*way, name))
    elif word in _SCHEMA_LISTS and isinstance(value, list):
        for number, inner in enumerate(value):
            yield from lint(inner, (*way, number))
    elif word in _SCHEMA_MAPS | _SCHEMA_LISTS:
        yield way, f"{word!r} has the wrong shape"
    else:
        yield from ((way, problem) for problem in _lint_value(word, value))


def _lint_value(word: str, value: Any) -> Iterator[str]:
    if word == "$ref" and not (isinstance(value, str) and value.startswith("#")):
        yield f"$ref {value!r} leaves this file; only references that begin with # are followed"
    if word == "$schema" and value != DIALECT:
        yield f"$schema must be {DIALECT}"
    if word == "type" and not set(value if isinstance(value, list) else [value]) <= _TYPES:
        yield f"unknown type {value!r}"
    if word == "format" and value not in _FORMATS:
        yield f"unknown format {value!r}"
    if word == "pattern":
        try:
            re.compile(value)
        except (re.error, TypeError) as error:
            yield f"pattern {value!r} is not a regular expression: {error}"


def _place(places: Mapping[tuple[Step, ...], Place], way: tuple[Step, ...]) -> Place:
    return places.get(way, Place(1, 1))


def violations(schema: Mapping[str, Any], values: list[Any]) -> list[list[tuple[list[Step], str]]]:
    """For each value, where and how it breaks a linted schema. Raises BlockedError when the limits are reached."""
    try:
        found = sandbox.call("ray18.schema:_validate_in_child", {"schema": schema, "values": values}, seconds=SECONDS)
    except sandbox.SandboxError as error:
        raise BlockedError(f"the schema cannot be applied: {error}", "simplify its patterns and references") from error
    return [[(way, message) for way, message in entries] for entries in found]


def _validate_in_child(payload: dict[str, Any]) -> list[list[tuple[list[Step], str]]]:
    return [list(_errors(payload["schema"], value)) for value in payload["values"]]


def _errors(schema: Any, value: Any) -> Iterator[tuple[list[Step], str]]:
    from itertools import islice

    for error in islice(validator(schema).iter_errors(value), 100):
        yield list(error.absolute_path), error.message[:300]


def validator(schema: Any) -> Any:
    """A draft 2020-12 validator that asserts formats, never fetches, and ends patterns where the text ends."""
    from jsonschema import Draft202012Validator, validators
    from referencing import Registry

    strict = validators.extend(Draft202012Validator, {"pattern": _pattern, "format": _format})  # type: ignore[no-untyped-call]
    return strict(schema, registry=Registry())


def _pattern(_: Any, pattern: str, value: Any, __: Any) -> Iterator[Exception]:
    """As ECMA-262 reads it: `$` is the end of the text, and classes such as \\d are ASCII."""
    from jsonschema import ValidationError

    if isinstance(value, str) and not re.search(re.sub(r"(?<!\\)\$", r"\\Z", pattern), value, re.ASCII):
        yield ValidationError(f"{value[:60]!r} does not match {pattern!r}")


def _format(_: Any, name: str, value: Any, __: Any) -> Iterator[Exception]:
    from jsonschema import ValidationError

    if isinstance(value, str) and not _fits_format(name, value):
        yield ValidationError(f"{value[:60]!r} is not a {name}")


def _fits_format(name: str, value: str) -> bool:
    from datetime import date, datetime, time
    from ipaddress import IPv4Address, IPv6Address
    from uuid import UUID

    shapes = {
        "date": r"\d{4}-\d{2}-\d{2}",
        "date-time": r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})",
        "time": r"\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})",
        "email": r"[^@\s]+@[^@\s]+",
        "uri": r"[A-Za-z][A-Za-z0-9+.-]*:[^\s]+",
        "hostname": r"(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*",
        "uuid": r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}",
    }
    readers: dict[str, Any] = {
        "date": date.fromisoformat,
        "date-time": lambda text: datetime.fromisoformat(text.upper()),
        "time": lambda text: time.fromisoformat(text.upper()),
        "uuid": UUID,
        "ipv4": IPv4Address,
        "ipv6": IPv6Address,
        "regex": re.compile,
    }
    if name in shapes and not re.fullmatch(shapes[name], value, re.ASCII):
        return False
    try:
        readers.get(name, str)(value)
    except (ValueError, re.error):
        return False
    return True
