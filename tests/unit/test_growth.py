"""What judging costs grows with the program and its history, and no faster: told by counting calls, which no machine can blur."""

import subprocess
import sys
from collections.abc import Callable
from datetime import date
from types import FrameType
from typing import Any

from conftest import GIT_ENVIRONMENT, ITEM, Program

from ray18.audit import audit
from ray18.commands.place import open_judge
from ray18.documents.memory import MEMORY
from ray18.ledger import read_ledger
from ray18.report import judge_gates

AS_OF = date(2026, 6, 1)
SIZES = (60, 120, 240)


def calls(work: Callable[[], object]) -> int:
    """How many functions of Python and of C are called."""
    count = 0

    def profile(_frame: FrameType, event: str, _argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    work()  # what is imported and built once does not count
    MEMORY.clear()
    sys.setprofile(profile)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def grows_in_line(costs: list[int]) -> bool:
    """Whether twice as much more costs at most a little over twice as much more."""
    small, middle, large = costs
    return large - middle <= 2.4 * (middle - small)


def written(program: Program, first: int, last: int) -> None:
    for number in range(first, last):
        record = ITEM.replace("MB-1", f"MB-{number}") + f"depends_on: [MB-{max(1, number - 7)}]\n" * (number > 8)
        program.write(f"backlog/MB-{number}.yaml", record)


def test_gates_grow_with_the_items(program: Program) -> None:
    costs, done = [], 2
    for size in SIZES:
        written(program, done, size)
        done = size
        program.commit()
        costs.append(calls(lambda: judge_gates(open_judge(program.repository, as_of=AS_OF, cached=False), ())))
    assert grows_in_line(costs), costs


def grown(program: Program, steps: int) -> str:
    """The tip of a branch that goes on from main with so many steps, each changing the item."""
    parts = []
    for number in range(steps):
        content = ITEM.replace("P1", f"P{number % 4 + 1}")
        start = "from refs/heads/main^0\n" if number == 0 else ""
        parts.append(
            f"commit refs/heads/grown\ncommitter Dev <dev@example.org> {1770000000 + number} +0000\n"
            f"data 6\nchange\n{start}M 100644 inline backlog/MB-1.yaml\ndata {len(content)}\n{content}\n"
        )
    program.git("update-ref", "-d", "refs/heads/grown")
    stream = "".join(parts).encode()
    subprocess.run(["git", "fast-import", "--quiet"], cwd=program.root, env=GIT_ENVIRONMENT, input=stream, check=True)
    return program.git("rev-parse", "grown")


def test_an_audit_grows_with_the_steps(program: Program) -> None:
    def work(tip: str) -> None:
        ledger = read_ledger(program.repository, tip, None, signers=True)
        assert ledger is not None
        audit(ledger, AS_OF)

    tips = [grown(program, size) for size in SIZES]
    costs = [calls(lambda tip=tip: work(tip)) for tip in tips]  # type: ignore[misc]
    assert grows_in_line(costs), costs
