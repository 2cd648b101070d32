"""Runs a policy on many small programs and watches which of its lines they reach; a team's policy in its limited child."""

import ast
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import CodeType, FrameType, ModuleType
from typing import Any

from ray18 import sandbox
from ray18.errors import BlockedError
from ray18.policy import Inputs, Policy, answer, called, function, question
from ray18.shipped import shipped

_AT_ONCE = 20
"""Programs given to one child."""


@dataclass(frozen=True)
class Rehearsal:
    """What a policy did."""

    said: tuple[list[list[Any]] | str, ...]
    """For each program: what it found, as plain data; in words when it gave no answer."""
    reached: frozenset[int]
    """The lines of its file that were run."""
    lines: frozenset[int]
    """The lines of its functions that can be run."""

    @property
    def missed(self) -> tuple[int, ...]:
        """The lines that nothing reached."""
        return tuple(sorted(self.lines - self.reached))


def rehearse(policy: Policy, programs: Sequence[Inputs]) -> Rehearsal:
    """Runs a policy on each of these programs."""
    answers = list(_in_children(policy, programs) if policy.origin == "team" else _here(policy, programs))
    reached = frozenset(line for _, lines in answers for line in lines)
    return Rehearsal(tuple(said for said, _ in answers), reached, frozenset(_lines(policy)))


def _here(policy: Policy, programs: Sequence[Inputs]) -> Iterator[tuple[list[list[Any]] | str, set[int]]]:
    check = _function(policy)
    name = check.__code__.co_filename
    for inputs in programs:
        yield _watched(name, lambda inputs=inputs: list(called(policy, check, inputs)))  # type: ignore[misc]


def _function(policy: Policy) -> Any:
    """The function `check` of a shipped policy, also of one whose source was changed."""
    path = shipped("policies") / f"{policy.id}.py"
    if path.read_bytes() == policy.source:
        return function(policy)
    module = ModuleType(f"ray18_variant_{policy.id.replace('-', '_')}")
    exec(compile(policy.source, str(path), "exec"), module.__dict__)  # noqa: S102 (ours, with one operator changed)
    return module.__dict__["check"]


def _in_children(policy: Policy, programs: Sequence[Inputs]) -> Iterator[tuple[list[list[Any]] | str, list[int]]]:
    for first in range(0, len(programs), _AT_ONCE):
        part = programs[first : first + _AT_ONCE]
        try:
            yield from sandbox.call("ray18.strength.rehearsal:_in_child", [question(policy, inputs) for inputs in part])
        except (BlockedError, sandbox.SandboxError) as error:
            yield from ((str(error), []) for _ in part)


def _in_child(questions: list[dict[str, Any]]) -> list[tuple[list[list[Any]] | str, list[int]]]:
    watched = (_watched(f"{one['id']}.py", lambda one=one: answer(one)) for one in questions)  # type: ignore[misc]
    return [(said, sorted(lines)) for said, lines in watched]


def _watched(name: str, judge: Callable[[], list[Any]]) -> tuple[list[list[Any]] | str, set[int]]:
    """What judging found, and the lines of the file `name` that it ran."""
    reached: set[int] = set()

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code.co_filename != name:
            return None
        if event == "line":
            reached.add(frame.f_lineno)
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        said: list[list[Any]] | str = [[f.message, f.path, f.line, f.column, f.item, f.remedy] for f in judge()]
    except Exception as error:  # a policy is plain Python; whatever it raises is worth telling
        said = f"{type(error).__name__}: {error}"[:200]
    finally:
        sys.settrace(before)
    return said, reached


def _lines(policy: Policy) -> Iterator[int]:
    """The lines of a policy's functions, without those that only begin or explain a function."""
    tree = ast.parse(policy.source)
    told = {
        line
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    for code in _functions(compile(tree, f"{policy.id}.py", "exec")):
        lines = {line for _, _, line in code.co_lines() if line and line != code.co_firstlineno}
        yield from lines - told


def _functions(code: CodeType) -> Iterator[CodeType]:
    for const in code.co_consts:
        if isinstance(const, CodeType):
            yield const
            yield from _functions(const)
