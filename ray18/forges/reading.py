"""Parts of a forge's answers as typed values."""

from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from ray18.errors import BlockedError
from ray18.forges.model import Answer

T = TypeVar("T")


def read(kind: type[T], answer: Answer) -> T:
    """What an answer says. Raises BlockedError where it is not what the forge documents."""
    try:
        return TypeAdapter(kind).validate_json(answer.body)
    except ValidationError as error:
        where = ".".join(str(step) for step in error.errors(include_url=False)[0]["loc"])
        raise BlockedError(
            f"what the forge tells about the {answer.what} cannot be understood ({where or 'it is no JSON'})",
            "check the API's address, or save it again",
        ) from error
