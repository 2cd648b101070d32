"""What people use today for parts of the same work, prepared to look at the same records.

`pip install '.[bench]'` brings them. doorstop keeps items in a form of its own, so it gets as many of them with the same
text; compliance-trestle gets the plan of action that RAY-18 exports of the same backlog.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from programs import GIT, item

BIN = Path(sys.executable).parent
_DOORSTOP = """\
settings:
  digits: 6
  prefix: MB
  sep: '-'
"""
_DOORSTOP_ITEM = """\
active: true
derived: false
header: ''
level: '{level}'
links: []
normative: true
ref: ''
reviewed: null
text: |
  {text}
"""
_NO_OP = "repos:\n- repo: local\n  hooks:\n  - {id: nothing, name: nothing, entry: 'true', language: system}\n"


def tool(name: str) -> str:
    """The path of a peer's command in this environment. Raises SystemExit when it is not installed."""
    found = shutil.which(name, path=str(BIN))
    if found is None:
        raise SystemExit(f"{name} is not installed: pip install '.[bench]'")
    return found


def check_jsonschema(schema: Path, *files: str) -> list[str]:
    """Schemas of YAML files, the tool most used for that."""
    return [tool("check-jsonschema"), "--schemafile", str(schema), *files]


def yamllint(*files: str) -> list[str]:
    """The form of YAML files, by its relaxed rules."""
    return [tool("yamllint"), "-d", "relaxed", *files]


def doorstop(folder: Path, items: int) -> list[str]:
    """Requirements in Git: as many items with the same text, all checks that are about single items."""
    if not folder.exists():
        (folder / "reqs").mkdir(parents=True)
        (folder / "reqs/.doorstop.yml").write_text(_DOORSTOP)
        for number in range(items):
            text = item(number).replace("\n", "\n  ").rstrip()
            name = folder / "reqs" / f"MB-{number:06}.yml"
            name.write_text(_DOORSTOP_ITEM.format(level=f"1.{number + 1}", text=text))
        subprocess.run([*GIT, "init", "--quiet"], cwd=folder, check=True)
    quiet = ("--no-reformat", "--no-ref-check", "--no-child-check", "--no-suspect-check", "--no-review-check")
    return [tool("doorstop"), *quiet]


def trestle(folder: Path, program: Path) -> list[str]:
    """OSCAL: the plan of action and milestones that RAY-18 exports of a program, checked for its schema and references."""
    if not folder.exists():
        folder.mkdir()
        export = folder.with_suffix(".json")
        with export.open("wb") as stream:
            command = [tool("ray18"), "evidence", "export", "oscal-poam", "--as-of", "2026-12-01"]
            subprocess.run(command, cwd=program, stdout=stream, check=True)
        subprocess.run([tool("trestle"), "init", "--local"], cwd=folder, stdout=subprocess.DEVNULL, check=True)
        command = [tool("trestle"), "import", "-f", str(export), "-o", "program"]
        subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=True)
    return [tool("trestle"), "validate", "-t", "plan-of-action-and-milestones", "-n", "program"]


def pre_commit(program: Path) -> list[str]:
    """The hook manager itself, with a hook that does nothing."""
    config = program / ".git" / "no-op.yaml"
    config.write_text(_NO_OP)
    return [tool("pre-commit"), "run", "--config", str(config)]
