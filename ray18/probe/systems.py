"""Whether a system answers as the governance says it must."""

from collections.abc import Mapping
from typing import Any

from ray18.documents.governance import LiveCheck
from ray18.documents.live_state import Question
from ray18.findings import shown as quoted
from ray18.probe.asking import Asker, Faulty, at, json_of, under
from ray18.web import shown

_READY = {"prometheus": "-/ready", "alertmanager": "-/ready", "grafana": "api/health"}


def look(check: LiveCheck, url: str, asker: Asker, asked: list[Question]) -> None:
    """Asks once. Raises Faulty."""
    if check.kind == "http":
        _look_at_page(check, url, asker, asked)
        return
    target = under(url, _READY[check.kind])
    answer = asker.answer(target, asked)
    if answer.status != 200:
        raise Faulty("wrong-answer", f"{shown(target)} answered with {answer.status}, not 200")
    if check.kind == "grafana" and at(json_of(answer), "database") != "ok":
        raise Faulty("wrong-answer", "Grafana says that its database is not ok")


def _look_at_page(check: LiveCheck, url: str, asker: Asker, asked: list[Question]) -> None:
    answer = asker.answer(url, asked)
    if answer.status != check.status:
        raise Faulty("wrong-answer", f"{shown(url)} answered with {answer.status}, not {check.status}")
    if check.pointer is None:
        return
    try:
        found = _pointed(json_of(answer), check.pointer)
    except LookupError as error:
        raise Faulty("wrong-answer", f"the answer of {shown(url)} has no {check.pointer}") from error
    text = str(found).lower() if isinstance(found, bool) else str(found)
    if check.equals is not None and text != check.equals:
        raise Faulty("wrong-answer", f"{check.pointer} of {shown(url)} is {quoted(found)}, not {check.equals!r}")


def _pointed(value: Any, pointer: str) -> Any:
    """What a JSON pointer (RFC 6901) leads to. Raises LookupError."""
    for part in pointer[1:].split("/"):
        step = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, list):
            if not (step.isascii() and step.isdigit()):
                raise LookupError(step)
            value = value[int(step)]
        elif isinstance(value, Mapping):
            value = value[step]
        else:
            raise LookupError(step)
    return value
