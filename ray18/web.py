"""Asking a server that is not trusted: where the question may go is looked at before each connection, and everything is bounded.

A name is resolved once, each address it has is judged, and the connection goes to an address that was judged; libraries
resolve again, and a name may mean another machine the second time. Proxies of the environment are not used: behind one, nobody
could say where a question goes. Sources: IANA special-purpose address registries (through `ipaddress`), RFC 9110.
"""

import http.client
import ipaddress
import queue
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256
from urllib.parse import SplitResult, urljoin, urlsplit

from ray18 import __version__

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolver = Callable[[str, int], Sequence[str]]
"""From host and port to addresses; raises OSError."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_UNFIT = re.compile(r"[\x00-\x20\x7f\\]|[^\x00-\x7f]")
_PORTS = {"http": 80, "https": 443}
_CHUNK = 64 * 1024
_STANDARD = {
    "User-Agent": f"ray18/{__version__}",
    "Accept": "*/*",
    "Accept-Encoding": "identity",
    "Connection": "close",
}
"""Nothing is asked for compressed: an answer inflates to no more than it is."""
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Unanswered(Exception):
    """There is no answer that may be used; the text says why, and holds neither password nor token."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one question may cost, redirects included."""

    seconds: float = 10.0
    largest: int = 4 * 1024 * 1024
    """Bytes of one answer."""
    redirects: int = 3


@dataclass(frozen=True, slots=True)
class Rules:
    """Which addresses besides public ones may be asked."""

    networks: tuple[Network, ...] = ()
    names: frozenset[str] = frozenset()
    """Hosts that may have private addresses; never link-local ones, where clouds keep their secrets."""

    @classmethod
    def allowing(cls, entries: Sequence[str]) -> "Rules":
        """From addresses, networks (10.0.0.0/8) and host names. Raises ValueError for a network with host bits."""
        networks, names = [], []
        for entry in entries:
            if re.match(r"[0-9.]+(?:/|\Z)|[0-9a-fA-F]*:", entry):
                networks.append(ipaddress.ip_network(entry))
            else:
                names.append(entry.casefold().rstrip("."))
        return cls(tuple(networks), frozenset(names))

    def refusal(self, host: str, address: Address) -> str:
        """Why an address must not be asked; empty when it may be."""
        real = _embedded(address)
        if any(real.version == network.version and real in network for network in self.networks):
            return ""
        if real.is_link_local or real.is_multicast or real.is_unspecified or (real.is_reserved and not real.is_global):
            return f"{real} is no address of a server"
        if real.is_global or host.casefold().rstrip(".") in self.names:
            return ""
        return f"{real} is not a public address"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said."""

    url: str
    """The address that answered, after redirects."""
    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes = field(repr=False)

    @property
    def sha256(self) -> str:
        """The digest of the body."""
        return sha256(self.body).hexdigest()

    @property
    def said_at(self) -> datetime | None:
        """The server's own clock, where it tells it."""
        with suppress(ValueError, TypeError, OverflowError):
            return parsedate_to_datetime(self.headers.get("date", "")).astimezone(UTC)
        return None


def fetch(
    url: str,
    rules: Rules = Rules(),
    limits: Limits = Limits(),
    headers: Mapping[str, str] | None = None,
    resolve: Resolver | None = None,
) -> Answer:
    """The answer to one GET. Raises Unanswered.

    `headers` go only to the scheme, host and port of `url`, never to where it redirects. The time counts from here to the last
    byte, whatever the server does; `resolve` gives a host's addresses (default: the system's).
    """
    deadline = time.monotonic() + limits.seconds
    first = parsed(url)
    here, given = first, dict(headers or {})
    for _ in range(limits.redirects + 1):
        own = given if _origin(here) == _origin(first) else {}
        answer = _Question(here, limits, own, deadline).asked(rules, resolve or _resolved)
        target = answer.headers.get("location")
        if answer.status not in _REDIRECTS or not target:
            return answer
        there = parsed(urljoin(answer.url, target))
        if here.scheme == "https" and there.scheme != "https":
            raise Unanswered(f"{shown(here)} redirects from https to http")
        here = there
    raise Unanswered(f"{shown(first)} redirects more than {limits.redirects} times")


def parsed(url: str) -> SplitResult:
    """The parts of an address. Raises Unanswered for anything but plain http and https."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Unanswered("this is no address of a web page") from error
    if _UNFIT.search(url) or parts.scheme not in _PORTS or not parts.hostname or port == 0:
        raise Unanswered("only addresses as https://host/path are asked")
    if parts.username is not None or parts.password is not None:
        raise Unanswered("the address holds a user or password; name a token in ray18.yaml instead")
    return parts


def shown(parts: SplitResult | str) -> str:
    """An address as people may see it: without user, password and query."""
    if isinstance(parts, str):
        try:
            parts = urlsplit(parts)
            port = parts.port
        except ValueError:
            return "an address that cannot be read"
    else:
        port = parts.port
    host = parts.hostname or ""
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{f':{port}' if port else ''}{parts.path}"


def _origin(parts: SplitResult) -> tuple[str, str, int]:
    return parts.scheme, parts.hostname or "", parts.port or _PORTS[parts.scheme]


def _embedded(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for, if it stands for one."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    for inner in (address.ipv4_mapped, address.sixtofour, address.teredo and address.teredo[1]):
        if inner:
            return inner
    compatible = int(address) >> 32 == 0 and int(address) > 1
    return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 or compatible else address


@dataclass(frozen=True, slots=True)
class _Question:
    """One question to one server."""

    parts: SplitResult
    limits: Limits
    headers: Mapping[str, str]
    deadline: float
    """By the monotonic clock."""

    @property
    def left(self) -> float:
        """Seconds; at least a moment, so that it can be waited for."""
        return max(self.deadline - time.monotonic(), 0.001)

    def asked(self, rules: Rules, resolve: Resolver) -> Answer:
        """The answer. Raises Unanswered."""
        _, host, port = _origin(self.parts)
        addresses = _vetted(host, self._in_time(resolve, host, port), rules)
        stream = self._secured(self._connected(addresses, port))
        watch = threading.Timer(self.left, _cut, [stream])
        watch.daemon = True
        watch.start()
        try:
            return self._exchange(stream)
        except (OSError, http.client.HTTPException, ValueError) as error:
            why = "it took too long" if time.monotonic() >= self.deadline else _reason(error)
            raise Unanswered(f"{shown(self.parts)} gave no answer: {why}") from error
        finally:
            watch.cancel()
            stream.close()

    def _in_time(self, resolve: Resolver, host: str, port: int) -> Sequence[str]:
        """A host's addresses; the system's resolver knows no time limit of ours, so it is left behind when time is up."""
        results: queue.Queue[Sequence[str] | Exception] = queue.Queue()

        def work() -> None:
            try:
                results.put(resolve(host, port))
            except (OSError, UnicodeError) as error:
                results.put(error)

        threading.Thread(target=work, daemon=True).start()
        try:
            found = results.get(timeout=self.left)
        except queue.Empty as error:
            raise Unanswered(f"{host} could not be looked up in time") from error
        if isinstance(found, Exception):
            raise Unanswered(f"{host} is not known: {_reason(found)}") from found
        return found

    def _connected(self, addresses: Sequence[Address], port: int) -> socket.socket:
        """A connection to the first of the addresses that takes one."""
        why = "it has no address"
        for address in addresses:
            try:
                return socket.create_connection((str(address), port), timeout=self.left)
            except OSError as error:
                why = "it took too long" if isinstance(error, TimeoutError) else _reason(error)
        raise Unanswered(f"{shown(self.parts)} cannot be reached: {why}")

    def _secured(self, stream: socket.socket) -> socket.socket:
        if self.parts.scheme == "http":
            return stream
        return ssl.create_default_context().wrap_socket(
            stream, server_hostname=self.parts.hostname, do_handshake_on_connect=False
        )

    def _exchange(self, stream: socket.socket) -> Answer:
        if isinstance(stream, ssl.SSLSocket):
            stream.do_handshake()
        response = self._sent(stream).getresponse()
        body = bytearray()
        while chunk := response.read(_CHUNK):
            body += chunk
            if len(body) > self.limits.largest:
                raise Unanswered(f"{shown(self.parts)} answered with more than {self.limits.largest:,} bytes")
        if time.monotonic() >= self.deadline:
            raise TimeoutError
        told = {name.casefold(): value for name, value in response.getheaders()}
        return Answer(self.parts.geturl(), response.status, told, bytes(body))

    def _sent(self, stream: socket.socket) -> http.client.HTTPConnection:
        _, host, port = _origin(self.parts)
        connection = http.client.HTTPConnection(host, port)
        connection.sock = stream
        path = f"{self.parts.path or '/'}{f'?{self.parts.query}' if self.parts.query else ''}"
        connection.putrequest("GET", path, skip_host=True, skip_accept_encoding=True)
        for name, value in {"Host": self.parts.netloc, **_STANDARD, **self.headers}.items():
            connection.putheader(name, value)
        connection.endheaders()
        return connection


def _vetted(host: str, found: Sequence[str], rules: Rules) -> list[Address]:
    """All addresses of a host. Raises Unanswered when one of them must not be asked."""
    addresses = [ipaddress.ip_address(text.partition("%")[0]) for text in found]
    for address in addresses:
        refusal = rules.refusal(host, address)
        if refusal:
            raise Unanswered(f"{host} is not asked: {refusal}, and `probe.allow` in ray18.yaml does not name it")
    return list(dict.fromkeys(addresses))


def _resolved(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


def _cut(stream: socket.socket) -> None:
    """Ends a connection, whatever is waiting on it."""
    with suppress(OSError):
        socket.socket.shutdown(
            stream, socket.SHUT_RDWR
        )  # beneath TLS, which would take the object out of the reader's hands


def _reason(error: Exception) -> str:
    """Why, in words that hold nothing a server could have chosen."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted ({error.verify_message})"
    if isinstance(error, OSError) and error.strerror and error.errno:
        return str(error.strerror)
    return type(error).__name__
