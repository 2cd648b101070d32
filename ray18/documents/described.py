"""JSON Schemas with the words of the models: what stands below a field in the source is its description.

Models are not built with these words, since reading the source takes longer than judging does.
"""

import ast
import inspect
import textwrap
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue


class Described(GenerateJsonSchema):
    """pydantic's generator, with a description for every field that has a docstring."""

    def model_schema(self, schema: Any) -> JsonSchemaValue:
        """The schema of one model."""
        generated = super().model_schema(schema)
        words = docstrings(schema["cls"])
        for name, field in generated.get("properties", {}).items():
            if name in words and "description" not in field:
                field["description"] = words[name]
        return generated


def docstrings(model: type[BaseModel]) -> dict[str, str]:
    """Field to the string that stands below it in the source, for the model and those that it extends."""
    found: dict[str, str] = {}
    for part in reversed(model.__mro__):
        if issubclass(part, BaseModel) and part.__module__.startswith("ray18."):
            found |= dict(_below_fields(part))
    return found


def _below_fields(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    if not isinstance(definition, ast.ClassDef):
        raise AssertionError(f"{model.__name__} has no class statement")
    for field, after in pairwise(definition.body):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(after, ast.Expr)
            and isinstance(after.value, ast.Constant)
            and isinstance(after.value.value, str)
        ):
            yield field.target.id, inspect.cleandoc(after.value.value)
