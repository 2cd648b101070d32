"""Data files that come with RAY-18 (gates, steps, due-date profiles): read as strictly as anybody's records."""

from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from ray18.documents.base import Model
from ray18.errors import BlockedError
from ray18.yaml import load

M = TypeVar("M", bound=Model)


def read_data_file(path: Path, model: type[M]) -> M:
    """The file as a value of the model. Raises BlockedError, naming the place, when it does not read strictly or fit."""
    loaded = load(path.read_bytes())
    if loaded.problems:
        first = loaded.problems[0]
        raise BlockedError(f"{path.name}:{first.place.line}: {first.message}", "mend the file")
    try:
        return model.model_validate(loaded.value)
    except ValidationError as error:
        first_error = error.errors()[0]
        raise BlockedError(f"{path.name}: {first_error['loc']}: {first_error['msg']}", "mend the file") from error
