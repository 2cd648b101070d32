"""Changes single fields of a YAML file and leaves everything else as people wrote it.

Only the characters of the value change, and new ones are written by ruamel.yaml; the result is read back by the strict
loader and must say exactly what was asked for.
"""

import copy
import io
import re
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from ray18.errors import BlockedError, UsageError
from ray18.yaml.splicing import Inseparable, flow_above, spliced, spliced_flow
from ray18.yaml.strict import load
from ray18.yaml.text import Step, Value

_KEY_WITH_LIST = re.compile(r"^( *)[^\s#-][^\n]*:[ ]*(?:#[^\n]*)?\n( *)- ", re.MULTILINE)
_PLAIN_IN_FLOW = re.compile(r"[^\W_](?:[\w ./@+-]*\w)?\Z")
"""Texts that need no quotes in brackets, whoever reads them."""
_NO_WRAP = 1_000_000


def edit(source: bytes, changes: Mapping[tuple[Step, ...], Value]) -> bytes:
    """The file with each way set to its value; None removes the field. Missing mappings on the way are made.

    Raises BlockedError when the file cannot be read strictly, UsageError when a way leads nowhere.
    """
    before = load(source)
    if before.problems:
        problem = before.problems[0]
        raise BlockedError(f"line {problem.place.line}: {problem.message}", problem.remedy)
    text = source.decode("utf-8-sig").replace("\r\n", "\n")
    meant = copy.deepcopy(before.value)
    for way, value in changes.items():
        text = _changed(text, meant, way, value)
    result = _restored(text, source)
    after = load(result)
    if after.problems or after.value != meant:
        raise BlockedError("the edit would change more than was asked for", "edit the file by hand")
    return result


def _changed(text: str, meant: Value, way: tuple[Step, ...], value: Value) -> str:
    """The text with one change; `meant`, which is what the text says, is changed alike."""
    if value is None and not _is_there(meant, way):
        return text
    above = flow_above(text, way)
    try:
        if above is not None:
            text = _changed_in_flow(text, meant, above, way, value)
        else:
            text = spliced(text, way, value, partial(_dumped, text))
    except Inseparable:
        text = _changed_around(text, meant, way, value)
    _set_plain(meant, way, value)
    return text


def _changed_in_flow(text: str, meant: Value, above: tuple[Step, ...], way: tuple[Step, ...], value: Value) -> str:
    """The text with one change inside `[…]` or `{…}`: of the one value where that is enough, else of the brackets around it."""
    inside = way[len(above) :]
    if value is not None and len(inside) == 1 and _is_there(meant, way):
        return spliced_flow(text, way, _flow([value])[1:-1])
    whole = copy.deepcopy(_at(meant, above))
    _set_plain(whole, inside, value)
    return spliced_flow(text, above, _flow(whole))


def _flow(value: Any) -> str:
    """Plain data on one line, in brackets."""
    from ruamel.yaml.comments import CommentedMap, CommentedSeq
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString

    def styled(entry: Any) -> Any:
        if isinstance(entry, CommentedMap):
            entry.fa.set_flow_style()
            for name in entry:
                entry[name] = styled(entry[name])
        elif isinstance(entry, CommentedSeq):
            entry.fa.set_flow_style()
            entry[:] = [styled(inner) for inner in entry]
        odd = isinstance(entry, str) and not _PLAIN_IN_FLOW.match(entry)
        return DoubleQuotedScalarString(entry) if odd else entry

    writer = _ruamel()
    stream = io.StringIO()
    writer.dump(styled(_styled(value)), stream)
    return stream.getvalue().rstrip("\n")


def _changed_around(text: str, meant: Value, way: tuple[Step, ...], value: Value) -> str:
    """The text with one change by writing anew what is right around it; where that cannot be alone either, by ruamel.yaml."""
    around = way[:-1]
    whole = copy.deepcopy(_at(meant, around)) if around and _is_there(meant, around) else None
    if isinstance(whole, dict | list) and _is_there(meant, way):
        _set_plain(whole, way[-1:], value)
        with suppress(Inseparable):
            return spliced(text, around, whole, partial(_dumped, text))
    return _rewritten(text, way, value)


def _rewritten(text: str, way: tuple[Step, ...], value: Value) -> str:
    """The same by ruamel.yaml alone, which keeps most of what people wrote, for texts of odd form."""
    writer = _writer(text)
    tree = writer.load(text)
    _set(tree, way, value)
    stream = io.StringIO()
    writer.dump(tree, stream)
    return stream.getvalue()


def _dumped(text: str, block: Any, quote: str) -> str:
    """A new block with the indentation that the text has; its one value in the quotes that stood there."""
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString, SingleQuotedScalarString

    quotes = {'"': DoubleQuotedScalarString, "'": SingleQuotedScalarString}
    styled = _styled(block)
    for step, value in styled.items() if isinstance(block, dict) else enumerate(styled):
        if type(value) is str and quote in quotes:
            styled[step] = quotes[quote](value)
    writer = _writer(text)
    writer.explicit_start = False
    stream = io.StringIO()
    writer.dump(styled, stream)
    lines = stream.getvalue().split("\n")
    margin = len(lines[0]) - len(
        lines[0].lstrip(" ")
    )  # ruamel moves a list to the right even where nothing is around it
    return "\n".join(line[margin:] for line in lines)


def _is_there(tree: Any, way: tuple[Step, ...]) -> bool:
    for step in way:
        inside = step in tree if isinstance(tree, dict) else isinstance(tree, list) and step in range(len(tree))
        if not inside:
            return False
        tree = tree[step]
    return True


def _at(tree: Any, way: tuple[Step, ...]) -> Any:
    for step in way:
        tree = tree[step]
    return tree


def render(value: Mapping[str, Any], header: str = "") -> bytes:
    """A new file from plain data in the given order, under comment lines; read back before it is returned."""
    writer = _ruamel()
    writer.indent(mapping=2, sequence=4, offset=2)
    stream = io.StringIO()
    writer.dump(_styled(value), stream)
    result = (header + stream.getvalue()).encode()
    read = load(result)
    if read.problems or read.value != _listed(value):
        raise BlockedError("a value cannot be written as strict YAML", "report this file as a defect of ray18")
    return result


def _listed(value: Any) -> Any:
    """Plain data with lists for tuples, as it reads back."""
    if isinstance(value, Mapping):
        return {key: _listed(entry) for key, entry in value.items()}
    return [_listed(entry) for entry in value] if isinstance(value, list | tuple) else value


def _ruamel() -> Any:
    """A round-trip writer that never wraps lines, and to which a date is text, as it is to the strict loader."""
    from ruamel.yaml import YAML
    from ruamel.yaml.nodes import ScalarNode
    from ruamel.yaml.resolver import VersionedResolver

    class Resolver(VersionedResolver):
        def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:
            if kind is ScalarNode and implicit[0] and isinstance(value, str) and _DATE_LIKE.match(value):
                value = "text"
            return super().resolve(kind, value, implicit)

    writer = YAML(typ="rt")
    writer.Resolver = Resolver
    writer.width = _NO_WRAP
    writer.allow_unicode = True
    return writer


def _writer(text: str) -> Any:
    writer = _ruamel()
    writer.preserve_quotes = True
    match = _KEY_WITH_LIST.search(text)
    offset = len(match[2]) - len(match[1]) if match else 2
    writer.indent(mapping=2, sequence=offset + 2, offset=offset)
    writer.explicit_start = text.startswith("---") or "\n---\n" in text
    return writer


def _set(tree: Any, way: tuple[Step, ...], value: Value) -> None:
    for step in way[:-1]:
        try:
            if isinstance(step, str) and (step not in tree or tree[step] is None):
                tree[step] = _styled({})
            tree = tree[step]
        except (KeyError, IndexError, TypeError) as error:
            raise UsageError(f"there is no {'.'.join(map(str, way))}", "name a field that exists") from error
    last = way[-1]
    try:
        if value is None:
            tree.pop(last, None) if isinstance(last, str) else tree.pop(last)
        elif isinstance(tree, list) and last == len(tree):
            tree.append(_styled(value))
        else:
            tree[last] = _styled(value)
    except (IndexError, TypeError, AttributeError) as error:
        raise UsageError(f"{'.'.join(map(str, way))} cannot be set", "name a field of this record") from error


def _styled(value: Any) -> Any:
    """Plain data as ruamel writes it best: long texts as literal blocks, ambiguous words in quotes."""
    from ruamel.yaml.comments import CommentedMap, CommentedSeq
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

    if isinstance(value, Mapping):
        return CommentedMap((key, _styled(entry)) for key, entry in value.items())
    if isinstance(value, list | tuple):
        return CommentedSeq(_styled(entry) for entry in value)
    if not isinstance(value, str):
        return value
    if "\n" in value and _fits_literal(value):
        return LiteralScalarString(value)
    if "\n" in value or _reads_differently(value):
        return DoubleQuotedScalarString(value)
    return value


def _fits_literal(text: str) -> bool:
    lines = text.split("\n")
    return not (
        text.startswith((" ", "\n", "\t"))
        or "\t" in text
        or text.endswith("\n\n")
        or any(line != line.rstrip() for line in lines)
        or any(line.startswith(("<<<<<<<", ">>>>>>>", "|||||||", "%", "=======", "---", "...")) for line in lines)
    )


_YAML_11_WORD = re.compile(r"(?:y|yes|n|no|on|off|true|false|null|~|=|<<)\Z", re.IGNORECASE)
_NUMBER_LIKE = re.compile(r"[-+.]?[0-9][0-9_.,:eExXoO+-]*\Z")
_DATE_LIKE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")


def _reads_differently(text: str) -> bool:
    """Whether some YAML reader would take the bare word for something other than text (dates stay bare on purpose)."""
    if _DATE_LIKE.match(text):
        return False
    return bool(_YAML_11_WORD.match(text) or _NUMBER_LIKE.match(text)) or not text.isprintable()


def _restored(text: str, source: bytes) -> bytes:
    """The line ends and the byte order mark that the file had."""
    if b"\r\n" in source:
        text = text.replace("\n", "\r\n")
    prefix = b"\xef\xbb\xbf" if source.startswith(b"\xef\xbb\xbf") else b""
    return prefix + text.encode()


def _set_plain(tree: Any, way: tuple[Step, ...], value: Value) -> None:
    for step in way[:-1]:
        if isinstance(tree, dict) and tree.get(step) is None:
            tree[step] = {}
        tree = tree[step]
    if value is None:
        tree.pop(way[-1], None) if isinstance(tree, dict) else tree.pop(way[-1])
    elif isinstance(tree, list) and way[-1] == len(tree):
        tree.append(value)
    else:
        tree[way[-1]] = value
