"""Where Alertmanager sends an alert: its routing tree, followed with the labels that are known.

A rule's own labels are known; what its expression adds is not. A matcher on a label that is not known may hold or not, and both
ways are followed: an alert is routed when every way leads to its receiver. Source: Alertmanager, dispatch/route.go.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Literal

from ray18.probe.asking import Faulty, rows, texts

Holds = Literal["yes", "no", "maybe"]
_MATCHER = re.compile(r"\s*([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(=~|!~|!=|=)\s*(.*?)\s*\Z", re.DOTALL)
_SIMPLE = re.compile(r"[A-Za-z0-9_.:/@ |()*+?^$-]*\Z")
_REPEATS = re.compile(r"[*+?]")
_REPEATED_GROUP = re.compile(r"\)[*+?]")
_MOST_REPEATS = 3
_LONGEST = 100
_MOST_ROUTES = 2_000
_MOST_WAYS = 64
_NAMED = re.compile(r"_configs\Z")


@dataclass(frozen=True, slots=True)
class Matcher:
    """One condition on one label."""

    label: str
    sign: str
    value: str

    def holds(self, labels: Mapping[str, str], unknown: bool) -> Holds:
        """Whether it holds for these labels; `unknown`: the alert may have more of them."""
        if self.label not in labels and unknown:
            return "maybe"
        same = self._same(labels.get(self.label, ""))
        if same is None:
            return "maybe"
        return "yes" if same != self.sign.startswith("!") else "no"

    def _same(self, text: str) -> bool | None:
        """None: an expression that is not tried here, since it could take for ever."""
        if not self.sign.endswith("~"):
            return text == self.value
        if (
            not _SIMPLE.match(self.value)
            or len(_REPEATS.findall(self.value)) > _MOST_REPEATS
            or _REPEATED_GROUP.search(self.value)
            or len(text) > _LONGEST
        ):
            return None
        try:
            return re.fullmatch(self.value, text) is not None
        except re.error:
            return None


@dataclass(frozen=True, slots=True)
class Route:
    """One node of the tree."""

    receiver: str
    matchers: tuple[Matcher, ...]
    goes_on: bool
    routes: tuple["Route", ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Routing:
    """Alertmanager's configuration, as far as it says who is called."""

    root: Route
    receivers: Mapping[str, bool]
    """Receiver -> whether anything is sent to anybody there."""

    def ways(self, labels: Mapping[str, str]) -> frozenset[frozenset[str]]:
        """The receivers of an alert with at least these labels: one set for each way that its other labels may decide."""
        found = _ways(self.root, labels)
        return frozenset(way or frozenset({self.root.receiver}) for way in found)


def read_routing(config: Any) -> Routing:
    """The routing of a configuration. Raises Faulty when there is none that can be followed."""
    route = config.get("route") if isinstance(config, Mapping) else None
    if not isinstance(route, Mapping):
        raise Faulty("wrong-answer", "Alertmanager's configuration has no route")
    count = [0]
    receivers = {
        str(entry.get("name")): any(_NAMED.search(name) and entry[name] for name in entry)
        for entry in rows(config.get("receivers"))
    }
    return Routing(_route(route, "", count), receivers)


def _route(said: Mapping[str, Any], inherited: str, count: list[int]) -> Route:
    count[0] += 1
    if count[0] > _MOST_ROUTES:
        raise Faulty("wrong-answer", f"Alertmanager has more than {_MOST_ROUTES:,} routes")
    receiver = said.get("receiver")
    name = receiver if isinstance(receiver, str) and receiver else inherited
    inner = tuple(_route(entry, name, count) for entry in rows(said.get("routes")))
    return Route(name, tuple(_matchers(said)), said.get("continue") is True, inner)


def _matchers(said: Mapping[str, Any]) -> Iterator[Matcher]:
    yield from (Matcher(label, "=", value) for label, value in texts(said.get("match")).items())
    yield from (Matcher(label, "=~", value) for label, value in texts(said.get("match_re")).items())
    given = said.get("matchers")
    for line in given if isinstance(given, list) else [given] if given else []:
        for part in _parts(str(line)):
            match = _MATCHER.match(part)
            if not match:
                raise Faulty("wrong-answer", "a route of Alertmanager has a matcher that cannot be read")
            yield Matcher(match[1], match[2], _unquoted(match[3]))


def _parts(line: str) -> list[str]:
    """The matchers of one text: `{a="b",c="d"}`, or one alone."""
    inner = line.strip().removeprefix("{").removesuffix("}")
    return [part for part in re.findall(r'(?:"(?:\\.|[^"\\])*"|[^,"])+', inner) if part.strip()]


def _unquoted(text: str) -> str:
    if len(text) >= 2 and text[0] == text[-1] == '"':
        return re.sub(r"\\(.)", lambda m: {"n": "\n", "t": "\t"}.get(m[1], m[1]), text[1:-1])
    return text


def _ways(route: Route, labels: Mapping[str, str]) -> frozenset[frozenset[str]]:
    """Every set of receivers that a route may send to; the empty set = it does not match."""
    holds = [matcher.holds(labels, True) for matcher in route.matchers]
    if "no" in holds:
        return frozenset({frozenset()})
    inner = _children(route, labels)
    found = {way or frozenset({route.receiver}) for way in inner}
    return frozenset(found | ({frozenset()} if "maybe" in holds else set()))


def _children(route: Route, labels: Mapping[str, str]) -> frozenset[frozenset[str]]:
    """The same for the routes below together: the first that matches ends it, unless it goes on."""
    open_ways: set[frozenset[str]] = {frozenset()}
    ended: set[frozenset[str]] = set()
    for child in route.routes:
        found = _ways(child, labels)
        going: set[frozenset[str]] = set()
        for so_far, way in product(open_ways, found):
            (going if not way or child.goes_on else ended).add(so_far | way)
        open_ways = going
        if len(open_ways) + len(ended) > _MOST_WAYS:
            raise Faulty("unrouted", "its route depends on too many labels that the rule does not set")
    return frozenset(open_ways | ended)
