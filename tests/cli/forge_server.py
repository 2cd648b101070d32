"""A forge for tests: answers over real HTTP in the shapes that the forges document, and remembers what it was told."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

Answering = Callable[["Asked"], Any]


@dataclass
class Asked:
    """One request."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    content: Any
    found: tuple[str, ...] = ()


@dataclass
class Reply:
    """An answer that is more than its JSON."""

    content: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class ForgeServer:
    """Routes, and every request that came."""

    url: str = ""
    routes: list[tuple[str, re.Pattern[str], Answering]] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    page_size: int = 100

    def on(self, method: str, path: str, answer: Answering) -> None:
        """Answers a path, a regular expression; the newest route that fits counts."""
        self.routes.insert(0, (method, re.compile(path), answer))

    def answer(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        for method, path, answering in self.routes:
            found = path.fullmatch(asked.path)
            if found and method == asked.method:
                asked.found = found.groups()
                given = answering(asked)
                return given if isinstance(given, Reply) else self.paged(asked, given)
        return Reply({"message": "Not Found"}, 404)

    def paged(self, asked: Asked, content: Any) -> Reply:
        """Lists come in pages, with a link to the next one (RFC 8288)."""
        if asked.method != "GET" or not isinstance(content, list):
            return Reply(content, 201 if asked.method == "POST" else 200)
        page, start = int(asked.query.get("page", 1)), (int(asked.query.get("page", 1)) - 1) * self.page_size
        more = len(content) > start + self.page_size
        link = {"Link": f'<{self.url}{asked.path}?page={page + 1}>; rel="next"'} if more else {}
        return Reply(content[start : start + self.page_size], 200, link)


@contextmanager
def forge_server() -> Iterator[ForgeServer]:
    """A forge without any routes."""
    made = ForgeServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _handle(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length", 0))
            content = json.loads(self.rfile.read(length)) if length else None
            query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
            reply = made.answer(Asked(self.command, parts.path, query, dict(self.headers), content))
            body = reply.content if isinstance(reply.content, bytes) else json.dumps(reply.content).encode()
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _handle

        def log_message(self, *_: object) -> None:
            """Silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        made.url = f"http://127.0.0.1:{server.server_address[1]}"
        Thread(target=server.serve_forever, daemon=True).start()
        yield made
        server.shutdown()
