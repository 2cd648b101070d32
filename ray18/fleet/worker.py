"""A child process that judges one repository after the other, each within a limit of time.

What hangs or crashes in it is killed with all that it started, and costs its own repository the verdict, no other. The same
function runs in the threads of one machine and on the workers of a cluster, and a worker keeps its child for the next batch.
"""

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_PACKAGE_PARENT = str(Path(__file__).resolve().parents[2])
_BOOT = "import sys; sys.path.append(sys.argv[1]); from ray18.cli import run; sys.exit(run(['fleet', 'worker']))"
_ANSWER_BYTES = 1024 * 1024
_NOT_OURS = ("GIT_", "GITHUB_", "GITLAB_", "CI_", "PYTHON")
"""Beginnings of variables that speak of another repository than the one judged, or of another Python."""

Request = dict[str, Any]
Answer = dict[str, Any]


class Lost(Exception):
    """The child gave no answer; the message says why."""


class Worker:
    """The child process."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-c", _BOOT, _PACKAGE_PARENT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={name: value for name, value in os.environ.items() if not name.startswith(_NOT_OURS)},
            cwd="/",
            start_new_session=True,
        )
        RUNNING.add(self)

    def ask(self, request: Request, seconds: float) -> Answer:
        """What the child answers within the limit. Raises Lost, and the child is gone then."""
        try:
            with contextlib.suppress(BrokenPipeError):
                self._write(json.dumps(request).encode() + b"\n")
            return dict(json.loads(self._line(time.monotonic() + seconds, seconds)))
        except (Lost, ValueError) as error:
            self.close()
            raise Lost(str(error)) from error

    def _write(self, line: bytes) -> None:
        if self.process.stdin is not None:
            self.process.stdin.write(line)
            self.process.stdin.flush()

    def _line(self, deadline: float, seconds: float) -> bytes:
        stream = self.process.stdout
        if stream is None:
            raise Lost("it could not be started")
        answer = bytearray()
        with selectors.DefaultSelector() as selector:
            selector.register(stream, selectors.EVENT_READ)
            while selector.select(max(0.0, deadline - time.monotonic())):
                chunk = os.read(stream.fileno(), 65_536)
                answer += chunk
                if answer.endswith(b"\n"):
                    return bytes(answer)
                if not chunk or len(answer) > _ANSWER_BYTES:
                    raise Lost("judging it ended without an answer: see whether memory is short")
        raise Lost(f"judging it took more than {seconds:g} seconds")

    def close(self) -> None:
        """Ends the child and all that it started."""
        RUNNING.discard(self)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                with contextlib.suppress(BrokenPipeError):
                    stream.close()
        self.process.wait()


RUNNING: set[Worker] = set()
"""The children of this process."""
_OWN = threading.local()


def judge_batch(requests: list[Request], seconds: float) -> list[Answer]:
    """The answers to some requests, by the child of this thread; `{"lost": reason}` where there is none."""
    return list(_answers(requests, seconds))


def _answers(requests: list[Request], seconds: float) -> Iterator[Answer]:
    for request in requests:
        try:
            yield _own_worker().ask(request, seconds)
        except Lost as error:
            yield {"lost": str(error)}


def _own_worker() -> Worker:
    worker: Worker | None = getattr(_OWN, "worker", None)
    if worker is None or worker not in RUNNING:
        worker = _OWN.worker = Worker()
    return worker


def close_all() -> None:
    """Ends every child of this process."""
    for worker in tuple(RUNNING):
        worker.close()
