"""What a plain (unquoted) scalar is: the core schema of YAML 1.2.2, chapter 10.3, without what reads otherwise elsewhere."""

import re

from ray18.yaml.text import MAX_INTEGER

_WORDS: dict[str, bool | None] = {
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
}  # fmt: skip
_NUMBER_START = frozenset("+-.0123456789")
# Patterns, not compiled ones: most files hold few numbers, and the commit hook waits for this module.
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_INTEGER = r"[-+]?[0-9]+"
_BASED = r"0o[0-7]+|0x[0-9a-fA-F]+"
_FLOAT = r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
_NOT_A_NUMBER = r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"


class OddScalarError(Exception):
    """A scalar that cannot stay as it is: what is wrong, what to do, and what to read on with."""

    def __init__(self, message: str, remedy: str, value: int | float | str | None) -> None:
        self.message, self.remedy, self.value = message, remedy, value


def plain(text: str) -> bool | int | float | str | None:
    """The value of a plain scalar. Raises OddScalarError."""
    if text in _WORDS:
        return _WORDS[text]
    return text if text[0] not in _NUMBER_START else _number(text)


def _number(text: str) -> int | float | str | None:
    if re.fullmatch(_DAY, text):
        return text
    if re.fullmatch(_INTEGER, text):
        digits = text.lstrip("+-")
        if len(digits) > 1 and digits[0] == "0":
            raise OddScalarError(f"{text[:40]} reads as octal elsewhere", "drop the zero, or put it in quotes", text)
        return _integer(text, 10)
    if re.fullmatch(_BASED, text):
        return _integer(text[2:], 8 if text[1] == "o" else 16)
    if re.fullmatch(_NOT_A_NUMBER, text):
        raise OddScalarError(f"{text} is not a usable number", "write a number", None)
    if re.fullmatch(_FLOAT, text):
        number = float(text)
        if number in (float("inf"), float("-inf")):
            raise OddScalarError(f"the number {text[:40]} is too large", "write a smaller number", number)
        return number
    return text


def _integer(digits: str, base: int) -> int:
    number = int(digits, base) if len(digits) <= 24 else MAX_INTEGER + 1
    if abs(number) > MAX_INTEGER:
        raise OddScalarError(f"the number {digits[:24]} is beyond 2^53", "write a smaller number, or quote it", 0)
    return number
