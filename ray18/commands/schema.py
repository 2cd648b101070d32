"""`ray18 schema`: the JSON Schemas."""

from pathlib import Path

import click

from ray18.commands.output import say
from ray18.commands.outputs import OUTPUTS
from ray18.documents import KINDS
from ray18.documents.described import Described
from ray18.errors import UsageError
from ray18.files import write_whole
from ray18.schema import shipped_schemas, written


@click.group()
def command() -> None:
    """The JSON Schemas (draft 2020-12) of documents and of JSON output.

    \b
    Examples:
      ray18 schema list
      ray18 schema show backlog-item
      ray18 schema write .ray18/schemas
    """


@command.command("list")
def list_() -> None:
    """List the schemas."""
    width = max(len(name) for name in all_schemas())
    titles = {entry.name: entry.title for entry in KINDS} | {
        name: (model.__doc__ or "").strip() for name, model in OUTPUTS.items()
    }
    say("".join(f"{name:{width}}  {titles[name]}\n" for name in all_schemas()))


@command.command()
@click.argument("name")
def show(name: str) -> None:
    """Print the schema NAME."""
    schemas = all_schemas()
    if name not in schemas:
        raise UsageError(f"there is no schema {name!r}", f"use one of: {', '.join(schemas)}")
    say(schemas[name].decode())


@command.command()
@click.argument("folder", type=click.Path(path_type=Path))
def write(folder: Path) -> None:
    """Write every schema into FOLDER."""
    changed = [name for name, content in all_schemas().items() if write_whole(folder / f"{name}.schema.json", content)]
    say("".join(f"wrote  {folder / name}.schema.json\n" for name in changed) or "every schema is up to date\n")


def all_schemas() -> dict[str, bytes]:
    """Name and content of every schema: of documents, then of outputs."""
    documents = {name.removesuffix(".schema.json"): content for name, content in shipped_schemas().items()}
    outputs = {
        name: written(
            {
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "$id": f"urn:ray18:schema:{name}:1",
                **model.model_json_schema(mode="serialization", schema_generator=Described),
            }
        )
        for name, model in OUTPUTS.items()
    }
    return {**documents, **outputs}
