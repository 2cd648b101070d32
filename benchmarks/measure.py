"""Whole processes, timed by the operating system: CPU of a process and of all that it started, wall time, peak memory.

Commands are run in turn, A B C A B C, so that a machine whose speed drifts is fair to all of them, and medians are taken.
"""

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Job:
    """A command to time."""

    name: str
    command: Sequence[str]
    folder: Path
    prepare: Callable[[int], object] = lambda _: None
    """Called before each run, with its number; not timed."""
    ends_with: tuple[int, ...] = (0, 1)
    """The exit codes that mean that it did its work."""


@dataclass(frozen=True)
class Cost:
    """What one run of a command took; seconds and bytes."""

    cpu: float
    wall: float
    memory: int


class Failed(Exception):
    """A command did not do its work, so that its time means nothing."""


def measure(jobs: Sequence[Job], rounds: int) -> dict[str, Cost]:
    """The median cost of each job. Raises Failed."""
    costs: dict[str, list[Cost]] = {job.name: [] for job in jobs}
    for number in range(rounds):
        for job in jobs:
            job.prepare(number)
            costs[job.name].append(run(job))
    return {name: _median(some) for name, some in costs.items()}


def run(job: Job) -> Cost:
    """One run of a job. Raises Failed."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    begin = time.monotonic()
    process = subprocess.Popen(
        job.command,
        cwd=job.folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    errors = process.stderr.read() if process.stderr else b""
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - begin
    if process.stderr:
        process.stderr.close()
    if process.returncode not in job.ends_with:
        raise Failed(f"{job.name} ended with {process.returncode}: {errors.decode(errors='replace')[-500:]}")
    return Cost(used.ru_utime + used.ru_stime, wall, used.ru_maxrss * 1024)


def _median(costs: Sequence[Cost]) -> Cost:
    return Cost(
        statistics.median(one.cpu for one in costs),
        statistics.median(one.wall for one in costs),
        int(statistics.median(one.memory for one in costs)),
    )
