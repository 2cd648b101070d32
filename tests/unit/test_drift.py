"""What is written twice is the same twice: schemas, hooks file, docs, versions."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import ray18
from ray18.cli import COMMANDS, SECTIONS
from ray18.commands.schema import all_schemas
from ray18.documents import KINDS
from ray18.documents.settings import Locations
from ray18.gates import read_pack
from ray18.policy import shipped_policies
from ray18.shipped import shipped
from ray18.steps import read_steps
from ray18.yaml import load

ROOT = Path(__file__).parents[2]


def test_the_checked_in_schemas_are_those_of_the_models() -> None:
    written = {path.name.removesuffix(".schema.json"): path.read_bytes() for path in (ROOT / "schemas").glob("*.json")}
    assert written == all_schemas(), "run: ray18 schema write schemas"


@pytest.mark.parametrize("page", ["records.md", "commands.md"])
def test_generated_pages_are_up_to_date(page: str) -> None:
    command = [sys.executable, ROOT / "docs/generate.py", page]
    written = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert (ROOT / "docs" / page).read_text() == written, "run: python docs/generate.py"


def test_every_schema_describes_itself_and_every_field() -> None:
    def fields(schema: dict) -> list[str]:  # type: ignore[type-arg]
        own = [name for name, field in schema.get("properties", {}).items() if "description" not in field]
        return own + [name for inner in schema.get("$defs", {}).values() for name in fields(inner)]

    import json

    for name, content in all_schemas().items():
        schema = json.loads(content)
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        assert schema["description"], name
        assert fields(schema) == [], name


def test_the_hooks_file_covers_every_governed_place() -> None:
    hooks = load(
        b"hooks:\n"
        + b"".join(b"  " + line + b"\n" for line in (ROOT / ".pre-commit-hooks.yaml").read_bytes().splitlines())
    )
    assert hooks.problems == ()
    hook = hooks.value["hooks"][0]  # type: ignore[index,call-overload]
    assert hook["require_serial"] is True
    pattern = re.compile(hook["files"])
    for kind in KINDS:
        place = kind.location(Locations())
        assert pattern.search(f"{place}/x.yaml" if kind.many else place), place


def test_every_command_gate_and_page_is_in_the_docs() -> None:
    commands = (ROOT / "docs/commands.md").read_text()
    assert [name for name in COMMANDS if f"## ray18 {name}\n" not in commands] == []
    for gate in read_pack(shipped("policies") / "gates.yaml").gates:
        page = (ROOT / f"docs/gates/{gate.id}.md").read_text()
        assert gate.title in page
        assert gate.criteria in page.replace("\n", " ")
    for page in re.findall(r"\]\(([a-z/.-]+\.md|[a-z/]+/)\)", (ROOT / "docs/README.md").read_text()):
        assert (ROOT / "docs" / page).exists(), page


def test_every_command_stands_in_one_section_of_the_help() -> None:
    assert sorted(name for names in SECTIONS.values() for name in names) == sorted(COMMANDS)


def test_every_step_names_policies_that_exist() -> None:
    known = shipped_policies()
    assert [name for step in read_steps() for name in step.policies if name not in known] == []


def test_the_version_is_said_once_and_means_the_same_everywhere() -> None:
    assert f'version = "{ray18.__version__}"' in (ROOT / "pyproject.toml").read_text()
    assert f"## {ray18.__version__}" in (ROOT / "CHANGELOG.md").read_text()


def test_the_project_speaks_of_itself_alone() -> None:
    for path in ROOT.rglob("*"):
        if path.suffix in {".py", ".md", ".yaml", ".toml", ".json"} and not {".git", ".venv"} & set(path.parts):
            text = path.read_text(encoding="utf-8", errors="ignore")
            assert "/wo" + "rk/" not in text, path
            assert "/ro" + "ot/" not in text, path
