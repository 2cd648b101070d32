"""The formats of a verdict: one module each, with `gates(report)` and `check(report)` that return text."""

from importlib import import_module
from types import ModuleType

FORMATS = ("text", "json")


def renderer(name: str) -> ModuleType:
    """The module of one format."""
    return import_module(f"ray18.renderers.{name}")
