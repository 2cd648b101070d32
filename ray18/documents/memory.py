"""What contents said, by kind and object id: a content is read and checked once, however many places have it.

What a file says follows from its bytes alone, and an object id names bytes, so nothing here can be out of date. One run
shares it; between runs it is kept beside the repository (`save`, `restore`), for documents that fit their kind only.
"""

import marshal
from collections.abc import Mapping
from typing import Any

from ray18.cache import Cache
from ray18.documents.base import Model

_NAME = "documents"
_MOST = 200_000
"""Contents; a run that needs more starts anew."""
WORTH_SAVING = 50
"""New contents in one run; fewer are read again next time."""

Key = tuple[str, str]
"""Kind and object id."""
Leaves = Mapping[tuple[str, str], str]


class Memory:
    """Contents that were read, as values; the typed content is made when it is first asked for."""

    def __init__(self) -> None:
        self._contents: dict[Key, Model] = {}
        self._values: dict[Key, bytes] = {}
        self.leaves: dict[Key, Leaves] = {}
        """What each content gives to the sections of subjects (`ray18.subjects`)."""
        self._new = 0

    def __contains__(self, key: Key) -> bool:
        return key in self._contents or key in self._values

    def content(self, key: Key, model: type[Model]) -> Model | None:
        """The content with this id as a document of this kind; None when it was not read yet."""
        found = self._contents.get(key)
        if found is None and key in self._values:
            found = self._contents[key] = model.model_validate(marshal.loads(self._values[key]))  # noqa: S302 (sealed)
        return found

    def value(self, key: Key) -> Any:
        """The plain value that a content was read from; None when it was not read yet."""
        return marshal.loads(self._values[key]) if key in self._values else None  # noqa: S302 (sealed)

    def keep(self, key: Key, content: Model, value: Any) -> None:
        """Remembers what a content says: typed, and as the plain value it was read from."""
        if len(self._values) >= _MOST:
            self.clear()
        self._contents[key] = content
        self._values[key] = marshal.dumps(value)
        self._new += 1

    def restore(self, cache: Cache) -> None:
        """Takes up what earlier runs read here."""
        kept = cache.get(_NAME)
        if kept is not None:
            values, leaves = marshal.loads(kept)  # noqa: S302 (sealed)
            self._values = {**values, **self._values} if self._values else values
            self.leaves = {**leaves, **self.leaves} if self.leaves else leaves

    def save(self, cache: Cache, used: set[Key], *, least: int = WORTH_SAVING) -> None:
        """Keeps what this run used, when at least so much of it is new."""
        if self._new >= least:
            values = {key: value for key, value in self._values.items() if key in used}
            leaves = {key: dict(found) for key, found in self.leaves.items() if key in used}
            cache.put(_NAME, marshal.dumps((values, leaves)))
            self._new = 0

    def clear(self) -> None:
        """Forgets everything."""
        self.__init__()  # type: ignore[misc]


MEMORY = Memory()
"""The memory of this process."""
