"""The shape of a type of record: what its values look like to whoever reads them without making the record.

Field to form and default. A form is `plain` (as it is), `day`, `("many", form)` or `("record", shape)`.
"""

import marshal
from datetime import date
from typing import Any, get_args, get_origin

from pydantic_core import PydanticUndefined

from ray18.documents.base import Model


def shape_of(model: type[Model]) -> dict[str, Any]:
    """Field to (form, default), for the fields whose default can be noted."""
    shape = {}
    for name, field in model.model_fields.items():
        default = (
            None
            if field.default is PydanticUndefined and not field.default_factory
            else field.get_default(call_default_factory=True)
        )
        if can_be_noted(default):
            shape[name] = (_form(field.annotation), default)
    return shape


def _form(annotation: Any) -> Any:
    """How a value is shown: as it is, as a day, as a record of its own, or each of many so."""
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return ("record", shape_of(annotation))
    if annotation is date:
        return "day"
    inner = [_form(part) for part in get_args(annotation)]
    if get_origin(annotation) is tuple:
        return ("many", inner[0])
    return next((form for form in inner if form != "plain"), "plain")


def can_be_noted(value: Any) -> bool:
    """Whether a value can be kept without its type (`marshal`)."""
    try:
        marshal.dumps(value)
    except ValueError:
        return False
    return True
