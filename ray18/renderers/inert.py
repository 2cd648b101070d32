"""Untrusted text in every kind of output: shown as it is, and acted upon by nothing that reads the output."""

import re

from pydantic import BaseModel

from ray18.terminal import safe

_HIDDEN = re.compile("[\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_NOT_XML = re.compile("[\ufffe\uffff]|[\U0001fffe-\U0001ffff]")
_ESCAPED = str.maketrans({character: f"\\{character}" for character in "\\`*_[]<#|~&$"})
_REFERENCE = re.compile(
    r"(?:@(?=[\w-])|[#!$~%&](?=[\w\"])|\$(?=\S)|(?<=GH)-(?=[0-9])|(?<=[a-zA-Z]):(?=//)|(?<=\bwww)\."
    r"|:(?=(?:[a-z+-][\w+-]*|100|1234):))+"
)
"""What GitHub and GitLab make mentions, references, formulas, links and emojis of; neighbours together, for one code span."""


def json_text(output: BaseModel, *, indent: int | None = 2) -> str:
    """JSON, in which characters that hide, or that a terminal acts on, are escapes; bytes that are no text are written out."""
    try:
        text = output.model_dump_json(indent=indent)
    except ValueError:  # a file name that is no UTF-8
        return json_data(output.model_dump(mode="python"), indent=indent)
    return _HIDDEN.sub(_as_escape, text)


def json_data(value: object, *, indent: int | None = 2) -> str:
    """The same for plain data."""
    import json

    return _HIDDEN.sub(_as_escape, json.dumps(_told(value), indent=indent, ensure_ascii=False, default=str))


def _as_escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"


def _told(value: object) -> object:
    if isinstance(value, str):
        return _SURROGATE.sub(lambda match: safe(match[0]), value)
    if isinstance(value, dict):
        return {_told(key): _told(entry) for key, entry in value.items()}
    return [_told(entry) for entry in value] if isinstance(value, list | tuple) else value


def xml(text: str) -> str:
    """Text for XML 1.0: what cannot be in it is written out. Markup is escaped by whoever writes the tree."""
    return _NOT_XML.sub(lambda match: f"\\u{ord(match[0]):04x}", safe(text))


def xml_lines(text: str) -> str:
    """The same, with line ends kept."""
    return "\n".join(xml(line) for line in text.split("\n"))


def log_line(text: str) -> str:
    """Text for a line of a CI log: at no place in it does GitHub's runner see a command of its own."""
    return _without_old_commands(text).replace("::", ":\\x3a")


def command_value(text: str) -> str:
    """The message of a workflow command. Source: actions/toolkit, packages/core/src/command.ts, escapeData; line ends
    are written out before."""
    return _without_old_commands(text).replace("%", "%25")


def _without_old_commands(text: str) -> str:
    """Text on one line without `##[`, which begins a command of the older form at any place of a line."""
    return safe(text).replace("##[", "#\\x23[")


def command_property(text: str) -> str:
    """A property of a workflow command: the same source, escapeProperty."""
    return command_value(text).replace(":", "%3A").replace(",", "%2C")


def cell(text: str) -> str:
    """Text that Markdown shows as it is, on one line: no markup, and no mention, reference or link on GitHub or GitLab.

    A character that would begin a reference is put into a code span of its own: forges look for references in one run of
    text only, and escaping with a backslash would be undone before they look.
    """
    line = safe(text)
    pieces, done = [], 0
    for match in _REFERENCE.finditer(line):
        pieces += [line[done : match.start()].translate(_ESCAPED), f"`{match[0]}`"]
        done = match.end()
    return "".join((*pieces, line[done:].translate(_ESCAPED)))


def code(text: str) -> str:
    """The same for paths and ids, as code: a fence longer than any run of backticks in it (CommonMark 0.31, 6.1)."""
    line = safe(text).replace("|", "\\|")
    if not line:
        return ""
    longest = max((len(run) for run in re.findall("`+", line)), default=0)
    fence = "`" * (longest + 1)
    return f"{fence} {line} {fence}" if longest or line.startswith(" ") else f"{fence}{line}{fence}"


def sarif_text(text: str) -> str:
    """Text of a SARIF message: neither a placeholder nor a link (SARIF 2.1.0, 3.11.5 and 3.11.6)."""
    line = _SURROGATE.sub(lambda match: safe(match[0]), text)
    line = re.sub(r"\{([0-9]+)\}", r"{{\1}}", line)
    return re.sub(r"\[(?=[^\]]*\]\()", r"\\[", line)
