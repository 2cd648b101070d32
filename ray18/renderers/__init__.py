"""The formats of a verdict: for each view of a report, the module that writes it; its function is named after the view."""

from collections.abc import Callable
from importlib import import_module

from ray18.errors import UsageError

FORMATS = ("text", "concise", "json", "jsonl", "sarif", "junit", "github", "gitlab", "markdown", "csv")
_VERDICTS = {name: name for name in FORMATS}
_CAUSES = {"text": "text_history", "json": "json_history"}
_REPORTS = {**_CAUSES, "markdown": "markdown_history"}
_MODULES = {
    "gates": _VERDICTS,
    "check": _VERDICTS,
    "audit": {**_REPORTS, "json": "json_audit"},
    "replay": _REPORTS,
    "outlook": _REPORTS,
    "debt": _REPORTS,
    "diff": {name: f"{name}_comparison" for name in ("text", "json", "sarif", "github", "markdown")},
    "fleet": {name: f"{name}_fleet" for name in ("text", "json", "markdown", "csv")},
    "why": _CAUSES,
    "what_if": _CAUSES,
    "request": _CAUSES,
}
"""View to the formats that it has, and their modules."""


def offers(view: str, format_name: str) -> bool:
    """Whether a view can be written in a format."""
    return format_name in _MODULES[view]


def statistics(view: str) -> Callable[..., str]:
    """What counts the findings of a view, for people."""
    function: Callable[..., str] = getattr(import_module("ray18.renderers.statistics"), view)
    return function


def renderer(format_name: str, view: str) -> Callable[..., str]:
    """What writes a view in a format. Raises UsageError when nothing does."""
    known = _MODULES[view]
    if format_name not in FORMATS:
        raise UsageError(f"there is no format {format_name!r}", f"use one of: {', '.join(known)}")
    if format_name not in known:
        raise UsageError(f"this command has no format {format_name!r}", f"use one of: {', '.join(known)}")
    function: Callable[..., str] = getattr(import_module(f"ray18.renderers.{known[format_name]}"), view)
    return function
