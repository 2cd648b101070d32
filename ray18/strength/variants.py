"""A policy with one operator changed: `<` for `<=`, `or` for `and`, a condition turned round.

A variant that every example takes for the real policy shows what no example says: where the rule's border lies, say.
"""

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ray18.policy import Policy

_OTHER: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_SIGNS: dict[type[ast.AST], str] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
    ast.In: "in", ast.NotIn: "not in", ast.Is: "is", ast.IsNot: "is not", ast.And: "and", ast.Or: "or",
}  # fmt: skip


@dataclass(frozen=True)
class Variant:
    """A changed policy."""

    line: int
    what: str
    """What stands there instead, in words."""
    policy: Policy


def variants(policy: Policy) -> Iterator[Variant]:
    """Every policy that differs from this one by one operator in its functions."""
    tree = ast.parse(policy.source)
    for number, node in enumerate(_nodes(tree)):
        for what, field, value in _instead(node):
            changed = copy.deepcopy(tree)
            setattr(list(_nodes(changed))[number], field, value)
            source = ast.unparse(ast.fix_missing_locations(changed)).encode()
            yield Variant(getattr(node, "lineno", 0), what, replace(policy, source=source))


def _nodes(tree: ast.Module) -> Iterator[ast.AST]:
    """All of the functions, in a fixed order; not the conditions of `while`, which might never end."""
    for function in tree.body:
        if isinstance(function, ast.FunctionDef | ast.ClassDef):
            loops = (node for node in ast.walk(function) if isinstance(node, ast.While))
            endless = {id(below) for loop in loops for below in ast.walk(loop.test)}
            yield from (node for node in ast.walk(function) if id(node) not in endless)


def _instead(node: ast.AST) -> Iterator[tuple[str, str, object]]:
    """What may stand there instead, in words, and the field of the node that makes it so."""
    if isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            other = _OTHER[type(operator)]
            yield _for(other, operator), "ops", [*node.ops[:place], other(), *node.ops[place + 1 :]]
    elif isinstance(node, ast.BoolOp):
        new: type[ast.boolop] = ast.Or if isinstance(node.op, ast.And) else ast.And
        yield _for(new, node.op), "op", new()
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "without `not`", "operand", ast.UnaryOp(ast.Not(), node.operand)
    elif isinstance(node, ast.If | ast.IfExp) and not isinstance(node.test, ast.Compare | ast.BoolOp | ast.UnaryOp):
        yield "its condition turned round", "test", ast.UnaryOp(ast.Not(), node.test)


def _for(new: type[ast.AST], old: ast.AST) -> str:
    return f"`{_SIGNS[new]}` for `{_SIGNS[type(old)]}`"
