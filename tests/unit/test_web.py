"""What a question to a server may cost, and where it may go."""

import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import pytest

from ray18.web import Answer, Limits, Rules, Unanswered, fetch

LOOPBACK = Rules.allowing(["127.0.0.1"])


@dataclass
class Server:
    """A server that says whatever a test wants, byte by byte, and keeps what it was asked."""

    port: int = 0
    asked: list[bytes] = field(default_factory=list)
    said: Callable[[socket.socket], None] = lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\n\r\nfine")

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"


@pytest.fixture
def server() -> Iterator[Server]:
    listener = socket.create_server(("127.0.0.1", 0))
    made = Server(listener.getsockname()[1])

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                made.asked.append(connection.recv(65_536))
                try:
                    made.said(connection)
                except OSError:
                    continue

    threading.Thread(target=serve, daemon=True).start()
    yield made
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def test_an_answer_has_its_body_status_and_digest(server: Server) -> None:
    answer = fetch(server.url("/a?b=c#d"), LOOPBACK, headers={"Authorization": "Bearer x"})
    assert (answer.status, answer.body, answer.url) == (200, b"fine", server.url("/a?b=c#d"))
    assert answer.sha256 == sha256(b"fine").hexdigest()
    assert server.asked[0].startswith(b"GET /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:")


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0", "localhost", "[::1]", "[::ffff:127.0.0.1]",
     "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "169.254.169.254", "10.0.0.1",
     "192.168.1.1", "100.64.0.1", "[fe80::1]", "[fd00::1]", "224.0.0.1", "255.255.255.255", "[::]"],
)  # fmt: skip
def test_no_way_of_writing_a_private_address_is_asked(server: Server, host: str) -> None:
    with pytest.raises(Unanswered, match=r"is not asked|is not known|only addresses"):
        fetch(server.url(host=host), Rules())
    assert server.asked == []


@pytest.mark.parametrize(
    "url",
    ["file:///etc/hostname", "data:,x", "ftp://x/", "gopher://x/", "http://", "http://a:b@127.0.0.1/", "http://x:99999/",
     "http://127.0.0.1:0/", "http://127.0.0.1\\@example.org/", "http://127.0.0.1/\r\nX: y", "http://exämple.org/", "//x/"],
)  # fmt: skip
def test_only_plain_web_addresses_are_asked(url: str) -> None:
    with pytest.raises(Unanswered):
        fetch(url, LOOPBACK)


def test_a_name_that_changes_its_mind_is_asked_where_it_was_looked_at(server: Server) -> None:
    """DNS rebinding: the second look-up says loopback; there is no second look-up."""
    answers = iter([["93.184.216.34"], ["127.0.0.1"]])
    with pytest.raises(Unanswered, match="cannot be reached"):
        fetch(server.url(host="rebind.example"), Rules(), Limits(seconds=0.3), resolve=lambda *_: next(answers))
    assert server.asked == []
    with pytest.raises(Unanswered, match=r"rebind\.example is not asked"):
        fetch(server.url(host="rebind.example"), Rules(), resolve=lambda *_: ["93.184.216.34", "127.0.0.1"])


def test_a_redirect_is_followed_by_the_same_rules_and_without_the_token(server: Server) -> None:
    def away(connection: socket.socket) -> None:
        asked = server.asked[-1]
        target = b"/b" if asked.startswith(b"GET /a") else f"http://localhost:{server.port}/c".encode()
        if asked.startswith(b"GET /c"):
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\nthere")
            return
        connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: " + target + b"\r\nContent-Length: 0\r\n\r\n")

    server.said = away
    with pytest.raises(Unanswered, match="localhost is not asked"):
        fetch(server.url("/a"), LOOPBACK, headers={"Authorization": "Bearer x"}, resolve=_only_loopback_by_number)
    rules = Rules.allowing(["127.0.0.1", "localhost"])
    assert fetch(server.url("/a"), rules, headers={"Authorization": "Bearer x"}, resolve=_loopback).body == b"there"
    assert [b"Bearer" in asked for asked in server.asked[-3:]] == [True, True, False]


def _only_loopback_by_number(host: str, port: int) -> list[str]:
    return ["127.0.0.1"] if host == "127.0.0.1" else ["10.0.0.9"]


def _loopback(host: str, port: int) -> list[str]:
    return ["127.0.0.1"]


def test_redirects_end(server: Server) -> None:
    server.said = lambda connection: connection.sendall(b"HTTP/1.1 301 Moved\r\nLocation: /again\r\n\r\n")
    with pytest.raises(Unanswered, match="redirects more than 3 times"):
        fetch(server.url(), LOOPBACK)
    assert len(server.asked) == 4


def drip(start: bytes) -> Callable[[socket.socket], None]:
    def said(connection: socket.socket) -> None:
        connection.sendall(start)
        for _ in range(100):
            time.sleep(0.05)
            connection.sendall(b"x")

    return said


@pytest.mark.parametrize(
    "start",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: ",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"",
    ],
)
def test_a_server_that_drips_is_left_when_time_is_up(server: Server, start: bytes) -> None:
    server.said = drip(start)
    began = time.monotonic()
    with pytest.raises(Unanswered, match="took too long"):
        fetch(server.url(), LOOPBACK, Limits(seconds=0.3))
    assert time.monotonic() - began < 1.5


def test_a_handshake_and_a_look_up_that_never_end_are_left_too(server: Server) -> None:
    server.said = drip(b"\x16\x03\x03\x00\x7a")
    with pytest.raises(Unanswered, match="took too long"):
        fetch(f"https://127.0.0.1:{server.port}/", LOOPBACK, Limits(seconds=0.3))
    with pytest.raises(Unanswered, match="could not be looked up in time"):
        fetch("http://slow.example/", LOOPBACK, Limits(seconds=0.1), resolve=lambda *_: time.sleep(1) or [])


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n"])
def test_an_answer_without_end_is_cut(server: Server, head: bytes) -> None:
    def said(connection: socket.socket) -> None:
        connection.sendall(head)
        for _ in range(1000):
            connection.sendall(b"0" * 65_536)

    server.said = said
    with pytest.raises(Unanswered, match="more than 100,000 bytes"):
        fetch(server.url(), LOOPBACK, Limits(largest=100_000))


@pytest.mark.parametrize(
    "said", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 999]
)
def test_what_is_no_answer_is_said_in_our_own_words(server: Server, said: bytes) -> None:
    server.said = lambda connection: connection.sendall(said)
    with pytest.raises(Unanswered, match="gave no answer"):
        fetch(server.url(), LOOPBACK)


def test_nobody_there_and_no_such_name() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(Unanswered, match="cannot be reached: Connection refused"):
        fetch(f"http://127.0.0.1:{port}/", LOOPBACK)


def test_link_local_addresses_need_their_own_number_in_the_list() -> None:
    metadata = ipaddress.ip_address("169.254.169.254")
    assert Rules.allowing(["metadata.example"]).refusal("metadata.example", metadata)
    assert Rules.allowing(["10.0.0.0/8"]).refusal("x", ipaddress.ip_address("10.1.2.3")) == ""
    assert Rules.allowing(["169.254.0.0/16"]).refusal("x", metadata) == ""


def test_the_servers_clock_is_read_where_it_is_told() -> None:
    def said_at(date: str) -> Any:
        return Answer("http://x/", 200, {"date": date}, b"").said_at

    assert str(said_at("Fri, 27 Nov 2026 02:00:00 GMT")) == "2026-11-27 02:00:00+00:00"
    assert [said_at(date) for date in ("", "yesterday", "Fri, 99 Nov 99999 02:00:00 GMT")] == [None] * 3
