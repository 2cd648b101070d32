"""Questions to servers, each asked once in a run, and what they answered, kept for the record."""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from ray18.documents.live_state import Fault, FaultCode, Question
from ray18.handover.text import cleaned
from ray18.web import Answer, Limits, Rules, Unanswered, fetch, shown
from ray18.yaml import load_json


class Faulty(Exception):
    """What was looked at does not work."""

    def __init__(self, code: FaultCode, text: str) -> None:
        super().__init__(text)
        self.fault = Fault(code=code, text=text[:1000])


@dataclass
class Asker:
    """Asks, with the tokens of the trusted settings; every answer is remembered. Several threads may share one."""

    rules: Rules = field(default_factory=Rules)
    limits: Limits = field(default_factory=Limits)
    tokens: Mapping[str, str] = field(default_factory=dict)
    """Host, or host and port -> token; it is sent over https, or to this very machine."""
    ask: Callable[..., Answer] = fetch
    known: dict[str, "Future[Answer]"] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, url: str, asked: list[Question]) -> Answer:
        """The answer at an address, noted among what was asked. Raises Faulty when there is none."""
        found = self._once(url)
        error = found.exception()
        told = None if error else found.result()
        question = Question(
            url=shown(url)[:2000], status=told.status if told else None, sha256=told.sha256 if told else None
        )
        if question not in asked:
            asked.append(question)
        if told is None:
            raise Faulty("unreachable", str(error)) from error
        return told

    def _once(self, url: str) -> "Future[Answer]":
        """The answer, or why there is none: asked by whoever comes first, awaited by all others."""
        with self.lock:
            first = url not in self.known
            found = self.known.setdefault(url, Future())
        if first:
            try:
                found.set_result(self.ask(url, self.rules, self.limits, self._headers(url)))
            except Unanswered as error:
                found.set_exception(error)
        return found

    def json(self, url: str, asked: list[Question]) -> Any:
        """The JSON at an address. Raises Faulty when it is not answered with 200 and JSON."""
        answer = self.answer(url, asked)
        if answer.status != 200:
            raise Faulty("wrong-answer", f"{shown(url)} answered with {answer.status}")
        return json_of(answer)

    def _headers(self, url: str) -> Mapping[str, str]:
        parts = urlsplit(url)
        host = (parts.hostname or "").casefold()
        token = self.tokens.get(parts.netloc.casefold()) or self.tokens.get(host)
        if not token or (parts.scheme != "https" and host not in ("localhost", "127.0.0.1", "::1")):
            return {}
        return {"Authorization": f"Bearer {token}"}


def json_of(answer: Answer) -> Any:
    """The JSON of an answer, read strictly. Raises Faulty."""
    try:
        text = cleaned(answer.body.decode("utf-8"))[0]
    except UnicodeDecodeError as error:
        raise Faulty("wrong-answer", f"{shown(answer.url)} answered with something that is not UTF-8") from error
    loaded = load_json(text.encode(), limit=2 * len(answer.body) + 1024)
    if loaded.problems:
        raise Faulty("wrong-answer", f"{shown(answer.url)} answered with something that is not JSON")
    return loaded.value


def under(base: str, path: str) -> str:
    """An address below another."""
    return f"{base.partition('?')[0].partition('#')[0].rstrip('/')}/{path}"


def at(value: Any, *way: str) -> Any:
    """What stands at a way into JSON; None where there is nothing."""
    for step in way:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def texts(value: Any) -> dict[str, str]:
    """A mapping of texts as JSON should have it; whatever else it holds is left out."""
    if not isinstance(value, Mapping):
        return {}
    return {name: text for name, text in value.items() if isinstance(text, str)}


def rows(value: Any) -> list[Mapping[str, Any]]:
    """The mappings of a list."""
    return [entry for entry in value if isinstance(entry, Mapping)] if isinstance(value, list) else []
