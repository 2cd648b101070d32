"""Circles of things that need one another are found and named, each once."""

import pytest

from ray18.documents.base import cycles


@pytest.mark.parametrize(
    ("needs", "found"),
    [
        ({}, []),
        ({"a": ["b"], "b": []}, []),
        ({"a": ["a"]}, [("a", "a")]),
        ({"c": ["a"], "b": ["c"], "a": ["b"]}, [("a", "b", "c", "a")]),
        ({"a": ["b"], "b": ["a"], "x": ["y"], "y": ["x"]}, [("a", "b", "a"), ("x", "y", "x")]),
        ({"a": ["nowhere"]}, []),
    ],
)
def test_each_circle_begins_with_its_smallest_member(needs: dict[str, list[str]], found: list[tuple[str, ...]]) -> None:
    assert sorted(cycles(needs)) == found


def test_depth_does_not_matter() -> None:
    """Ten thousand items in one chain, and in one circle."""
    chain = {str(number): [str(number + 1)] for number in range(10_000)}
    assert list(cycles(chain)) == []
    (circle,) = cycles({**chain, "10000": ["0"]})
    assert len(circle) == 10_002


def test_only_so_many_are_named() -> None:
    assert len(list(cycles({str(number): [str(number)] for number in range(50)}, limit=20))) == 20
