"""The only door to YAML (and JSON): `load` reads strictly, `edit` writes without losing a comment.

Names are looked up on first use: the commit hook needs one of the modules here and waits for every import.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ray18.yaml.editing import edit as edit
    from ray18.yaml.editing import render as render
    from ray18.yaml.json_reader import load_json as load_json
    from ray18.yaml.strict import fast as fast
    from ray18.yaml.strict import load as load
    from ray18.yaml.text import Loaded as Loaded
    from ray18.yaml.text import Place as Place
    from ray18.yaml.text import Problem as Problem
    from ray18.yaml.text import Step as Step
    from ray18.yaml.text import Value as Value

_HOMES = {
    "edit": "editing", "render": "editing", "load_json": "json_reader", "fast": "strict", "load": "strict",
    "Loaded": "text", "Place": "text", "Problem": "text", "Step": "text", "Value": "text",
}  # fmt: skip


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"ray18.yaml.{_HOMES[name]}"), name)
