"""Runs one function in a child process that can do nothing but compute, within limits.

The child has no environment, no network, no writing, no children of its own, and bounded time and memory; it answers
over a pipe of its own, so nothing that it prints counts. What crashes, exits, hangs or floods is reported, never passed.
"""

import contextlib
import json
import os
import secrets
import selectors
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

SECONDS = 8.0
MEMORY_BYTES = 1024 * 1024 * 1024
ANSWER_BYTES = 4 * 1024 * 1024
_PACKAGE_PARENT = str(Path(__file__).resolve().parent.parent)
_BOOT = "import sys; sys.path.append(sys.argv[1]); from ray18.sandbox import child; child(int(sys.argv[2]))"
_FORBIDDEN = (
    "socket.", "subprocess.", "ctypes.", "shutil.", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork",
    "os.forkpty", "os.kill", "os.killpg", "os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink",
    "os.chmod", "os.chown", "os.truncate", "os.putenv", "os.startfile", "tempfile.", "pty.", "urllib.", "ftplib.",
    "sqlite3.", "webbrowser.",
)  # fmt: skip


class SandboxError(Exception):
    """The child gave no usable answer; the message says why."""


def call(target: str, payload: Any, *, seconds: float = SECONDS) -> Any:
    """The JSON value that `module:function` returns for `payload` in a limited child. Raises SandboxError."""
    nonce = secrets.token_hex(16)
    reading, writing = os.pipe()
    try:
        process = subprocess.Popen(
            [sys.executable, "-I", "-c", _BOOT, _PACKAGE_PARENT, str(writing)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
            cwd="/",
            pass_fds=(writing,),
            start_new_session=True,
        )
    finally:
        os.close(writing)
    try:
        _send(process, json.dumps({"target": target, "payload": payload, "seconds": seconds, "nonce": nonce}).encode())
        answer = _receive(reading, time.monotonic() + seconds + 2)
    finally:
        os.close(reading)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return _opened(answer, process.returncode, nonce)


def _send(process: "subprocess.Popen[bytes]", request: bytes) -> None:
    stream = process.stdin
    if stream is None:
        return
    with contextlib.suppress(BrokenPipeError):
        stream.write(request)
        stream.close()


def _receive(descriptor: int, deadline: float) -> bytes:
    answer = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ)
        while (left := deadline - time.monotonic()) > 0:
            if not selector.select(left):
                break
            chunk = os.read(descriptor, 65_536)
            if not chunk:
                return bytes(answer)
            answer += chunk
            if len(answer) > ANSWER_BYTES:
                raise SandboxError("it gave more than 4 MiB of results")
    raise SandboxError("it did not finish in time")


def _opened(answer: bytes, status: int, nonce: str) -> Any:
    if not answer:
        if status in (-signal.SIGXCPU, -signal.SIGKILL):
            raise SandboxError("it did not finish in time, or used too much memory")
        raise SandboxError("it ended without an answer")
    try:
        opened = json.loads(answer)
    except (ValueError, RecursionError) as error:
        raise SandboxError("it ended in the middle of its answer") from error
    if not isinstance(opened, dict) or opened.get("nonce") != nonce:
        raise SandboxError("it answered for itself instead of returning")
    if "error" in opened:
        raise SandboxError(opened["error"])
    return opened["result"]


def child(descriptor: int) -> None:
    """What the child runs: read the request, apply the limits, call, answer."""
    request = json.load(sys.stdin)
    _limit(float(request["seconds"]))
    answer = {**_answer(request["target"], request["payload"]), "nonce": request["nonce"]}
    left = memoryview(json.dumps(answer).encode())
    while left:
        left = left[os.write(descriptor, left) :]
    os._exit(0)


def _answer(target: str, payload: Any) -> dict[str, Any]:
    import importlib

    module, _, name = target.partition(":")
    function = getattr(importlib.import_module(module), name)
    sys.addaudithook(_refuse)
    try:
        return {"result": function(payload)}
    except RecursionError:
        return {"error": "it recurses without end"}
    except MemoryError:
        return {"error": "it used too much memory"}
    except SystemExit:
        return {"error": "it tried to exit"}
    except BaseException as error:  # whatever a policy raises is an answer, and the answer is "blocked"
        return {"error": f"it raised {type(error).__name__}: {str(error)[:200]}"}


def _limit(seconds: float) -> None:
    import resource

    whole = int(seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (whole, whole))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event.startswith(_FORBIDDEN):
        raise PermissionError(f"a policy may not use {event}")
    if event == "open" and _writes(arguments[1], arguments[2]):
        raise PermissionError("a policy may not write files")


def _writes(mode: Any, flags: Any) -> bool:
    if isinstance(mode, str):
        return bool(set(mode) & set("wax+"))
    return not isinstance(flags, int) or bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND))
