"""Alertmanager's routing tree is followed as Alertmanager follows it."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ray18.probe.asking import Faulty
from ray18.probe.routes import read_routing

NAMES, VALUES, RECEIVERS = ("a", "b"), ("x", "y", "xy", ""), ("r1", "r2", "r3")
MATCHERS = st.builds(
    lambda name, sign, value: f'{name}{sign}"{value}"',
    st.sampled_from(NAMES), st.sampled_from(["=", "!=", "=~", "!~"]), st.sampled_from([*VALUES, "x|y", "x.*", ".+", "y?"]),
)  # fmt: skip
LEAVES = st.fixed_dictionaries(
    {"receiver": st.sampled_from(RECEIVERS)},
    optional={"matchers": st.lists(MATCHERS, min_size=1, max_size=2), "continue": st.booleans()},
)
ROUTES = st.recursive(
    LEAVES,
    lambda inner: st.builds(
        lambda leaf, routes: {**leaf, "routes": routes}, LEAVES, st.lists(inner, min_size=1, max_size=3)
    ),
    max_leaves=8,
)


def config(routes: list[Any]) -> dict[str, Any]:
    return {"route": {"receiver": "r1", "routes": routes}, "receivers": [{"name": name} for name in RECEIVERS]}


@pytest.mark.skipif(shutil.which("amtool") is None, reason="amtool is not installed")
@settings(max_examples=20, deadline=None)
@given(
    st.lists(ROUTES, min_size=1, max_size=3),
    st.fixed_dictionaries({name: st.sampled_from(VALUES[:3]) for name in NAMES}),
)
def test_amtool_says_the_same(
    tmp_path_factory: pytest.TempPathFactory, routes: list[Any], labels: dict[str, str]
) -> None:
    file = tmp_path_factory.mktemp("am") / "config.yml"
    file.write_text(json.dumps(config(routes)))
    command = ["amtool", "config", "routes", "test", f"--config.file={file}", *(f"{k}={v}" for k, v in labels.items())]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    (way,) = read_routing(config(routes)).ways(labels)
    assert way == frozenset(told.split(","))


def ways(routes: list[Any], **labels: str) -> set[frozenset[str]]:
    return set(read_routing(config(routes)).ways(labels))


def test_a_label_that_the_rule_does_not_set_may_lead_either_way() -> None:
    routes = [{"receiver": "r2", "matchers": ['a="x"']}, {"receiver": "r3", "match": {"b": "y"}}]
    assert ways(routes, b="y") == {frozenset({"r2"}), frozenset({"r3"})}
    assert ways(routes, a="y", b="y") == {frozenset({"r3"})}
    assert ways([{"receiver": "r2", "matchers": ['a!="x"'], "continue": True}, {"receiver": "r3"}]) == {
        frozenset({"r3"}),
        frozenset({"r2", "r3"}),
    }


def test_matchers_come_in_every_form() -> None:
    routes = [{"receiver": "r2", "matchers": '{a="x,1",b=~"p|q"}'}, {"receiver": "r3", "match_re": {"a": "z+"}}]
    assert ways(routes, a="x,1", b="q") == {frozenset({"r2"})}
    assert ways(routes, a="zz", b="") == {frozenset({"r3"})}
    assert ways(routes, a="azz", b="") == {frozenset({"r1"})}


@pytest.mark.parametrize("pattern", ["(x+x+)+y", "(a|a)*", ".*.*.*.*x", "(?P<n>x)", "[[:alpha:]]"])
def test_an_expression_that_could_take_for_ever_is_not_tried(pattern: str) -> None:
    routes = [{"receiver": "r2", "match_re": {"a": pattern}}]
    assert ways(routes, a="x" * 90) == {frozenset({"r1"}), frozenset({"r2"})}


def test_a_tree_without_end_is_refused() -> None:
    route: Mapping[str, Any] = {"receiver": "r1"}
    with pytest.raises(Faulty, match="more than 2,000 routes"):
        read_routing({"route": {"receiver": "r1", "routes": [route] * 3000}})
    many = [{"receiver": f"r{number}", "matchers": [f'l{number}="x"'], "continue": True} for number in range(20)]
    with pytest.raises(Faulty, match="depends on too many labels"):
        read_routing({"route": {"receiver": "r", "routes": many}}).ways({})
    with pytest.raises(Faulty, match="has no route"):
        read_routing([])


def test_who_is_told_nothing_is_known(tmp_path: Path) -> None:
    said = {"route": {"receiver": "a"}, "receivers": [{"name": "a"}, {"name": "b", "email_configs": [{"to": "x"}]}]}
    assert read_routing(said).receivers == {"a": False, "b": True}
