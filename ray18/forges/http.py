"""The door to `requests`: questions to a forge's API, with timeouts, retries, rate limits and pages.

Redirects are not followed, answers are bounded, and nothing that is printed or raised holds a token. Proxies and certificate
bundles are those of the environment, as `requests` reads it; `.netrc` is not.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from time import sleep
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from ray18 import __version__
from ray18.errors import EnvironmentProblem
from ray18.forges.model import Answer

if TYPE_CHECKING:
    import requests

_TIMEOUT = (10, 30)
"""Seconds to wait for a connection, and for each part of an answer."""
_DEADLINE = 120
"""Seconds for one answer, however slowly it drips."""
_LARGEST = 16 * 1024 * 1024
_PAGES = 100
_TRIES = 4
_PATIENCE = 90
"""Seconds to wait, in all, for a forge that is busy or has had enough of us."""
_PASSING = frozenset({429, 500, 502, 503, 504})
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Refused(EnvironmentProblem):
    """The forge answered, and did not do what was asked."""

    status = 0


@dataclass(frozen=True)
class Client:
    """One API, asked with one token."""

    base: str
    """The address that paths are appended to."""
    headers: Mapping[str, str]
    """With the token, if there is one."""

    def __post_init__(self) -> None:
        parts = urlsplit(self.base)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            raise EnvironmentProblem(
                f"{_plain(self.base)} is not an https address", "name the API with --api https://…"
            )

    def one(self, what: str, path: str, **query: str | int) -> Answer:
        """One answer to a question. Raises EnvironmentProblem where there is none."""
        return Answer(what, self._ask("GET", self._url(path), query)[0])

    def optional(self, what: str, path: str) -> Iterator[Answer]:
        """The answer to a question that not everybody is answered; nothing where it is refused or not known."""
        try:
            yield self.one(what, path)
        except Refused as refusal:
            if refusal.status not in (403, 404):
                raise

    def pages(self, what: str, path: str, **query: str | int) -> Iterator[Answer]:
        """Every page of a list, by the links that the answers name (RFC 8288)."""
        url, asked = self._url(path), query
        for _ in range(_PAGES):
            body, following = self._ask("GET", url, asked)
            yield Answer(what, body)
            if not following:
                return
            url, asked = self._same_api(following), {}
        raise EnvironmentProblem(f"{_plain(self.base)} has more than {_PAGES} pages to tell", "ask for less")

    def send(self, method: str, path: str, content: Mapping[str, Any], *, form: bool = False) -> bytes:
        """Asks for a change; the content goes as JSON, or as the fields of a form."""
        return self._ask(method, self._url(path), {}, {"data" if form else "json": content})[0]

    def _url(self, path: str) -> str:
        return f"{self.base.rstrip('/')}/{path.lstrip('/')}"

    def _same_api(self, url: str) -> str:
        """A next page lies where the first one did: the token goes nowhere else."""
        here, there = urlsplit(self.base), urlsplit(urljoin(self.base, url))
        if (here.scheme, here.netloc) != (there.scheme, there.netloc):
            raise EnvironmentProblem(
                f"{_plain(self.base)} names a next page on {there.netloc}", "check the API's address"
            )
        return there.geturl()

    @cached_property
    def _session(self) -> "requests.Session":
        try:
            import requests
        except ImportError as error:
            raise EnvironmentProblem("this needs the library requests", "pip install 'ray18[forges]'") from error
        session = requests.Session()
        session.headers.update({"User-Agent": f"ray18/{__version__}", "Accept": "application/json", **self.headers})
        session.auth = lambda request: request  # keeps requests from reading .netrc
        return session

    def _ask(
        self, method: str, url: str, query: Mapping[str, str | int], content: Mapping[str, Any] | None = None
    ) -> tuple[bytes, str]:
        """Body and next page of an answer; tries again what may be tried again without being done twice."""
        waited = 0.0
        for attempt in range(1, _TRIES + 1):
            response, trouble = self._attempt(method, url, query, content)
            if response is not None and response.status_code < 300:
                return _body(response), response.links.get("next", {}).get("url", "")
            wait = _wait(response, attempt, again=method == "GET")
            if wait is None or waited + wait > _PATIENCE or attempt == _TRIES:
                raise _refused(method, url, response, trouble)
            sleep(wait)
            waited += wait
        raise AssertionError("the last attempt returns or raises")

    def _attempt(
        self, method: str, url: str, query: Mapping[str, str | int], content: Mapping[str, Any] | None
    ) -> tuple["requests.Response | None", str]:
        import requests

        try:
            response = self._session.request(
                method, url, params=query, timeout=_TIMEOUT, allow_redirects=False, stream=True, **(content or {})
            )
        except requests.exceptions.RequestException as error:
            return None, type(error).__name__
        return response, ""


def _body(response: "requests.Response") -> bytes:
    import requests

    found = bytearray()
    started = time.monotonic()
    try:
        for part in response.iter_content(1 << 16):
            found += part
            if len(found) > _LARGEST or time.monotonic() - started > _DEADLINE:
                raise EnvironmentProblem("the forge's answer is too large or too slow", "try again later")
    except requests.exceptions.RequestException as error:
        raise EnvironmentProblem(f"the forge's answer broke off: {type(error).__name__}", "try again") from error
    return bytes(found)


def _wait(response: "requests.Response | None", attempt: int, *, again: bool) -> float | None:
    """Seconds until it is worth trying again; None = it is not. What changes something is only tried again where the forge
    says that it did nothing."""
    if response is None:
        return 2.0 ** (attempt - 1) if again else None
    limited = response.status_code in (403, 429)
    told = response.headers.get("Retry-After", "")
    if limited and told.isascii() and told.isdigit():
        return float(told)
    if limited and response.headers.get("X-RateLimit-Remaining") == "0":
        reset = response.headers.get("X-RateLimit-Reset", "")
        return max(1.0, float(reset) - time.time()) if reset.isascii() and reset.isdigit() else None
    passing = response.status_code == 429 or (again and response.status_code in _PASSING)
    return 2.0 ** (attempt - 1) if passing else None


def _refused(method: str, url: str, response: "requests.Response | None", trouble: str) -> EnvironmentProblem:
    what = f"{method} {_plain(url)}"
    if response is None:
        return EnvironmentProblem(f"{what} failed: {trouble}", "check the network, the proxy and the API's address")
    status = response.status_code
    remedy = {
        301: "the repository or the API has moved: name the new one with --repo or --api",
        302: "the repository or the API has moved: name the new one with --repo or --api",
        401: "the token is wrong or has run out",
        403: "the token may not do this, or asks too often",
        404: "check --repo and the number, and whether the token may read them",
        422: "the forge does not accept this: see its documentation",
        429: "the forge has had enough of us: try again later",
    }.get(status, "try again later")
    refused = Refused(f"{what} was answered with {status}", remedy)
    refused.status = status
    return refused


def _plain(url: str) -> str:
    """An address without user, password and query."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}{parts.path}"
