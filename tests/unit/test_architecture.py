"""The house stands as drawn: floors, doors, no cycles, and nothing heavy on the way to a quick answer."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "ray18"
FLOORS: tuple[frozenset[str], ...] = (
    frozenset({"errors", "findings", "counting", "shipped", "terminal", "sandbox", "scrubbed", "cache"}),
    frozenset({"files", "git", "web", "yaml", "sshsig", "openpgp", "commit_object"}),
    frozenset({"quick"}),
    frozenset({"snapshot", "history", "chain", "commit_log", "signing", "signatures"}),
    frozenset({"documents", "commits", "sources"}),
    frozenset({"schema", "subjects", "keyring", "patches"}),
    frozenset({"program", "handover", "planning"}),
    frozenset({"policy", "facts", "seating", "differences"}),
    frozenset({"approvals", "amendments", "stories", "reads"}),
    frozenset({"ledger"}),
    frozenset({"waivers", "docket", "recall"}),
    frozenset({"gates"}),
    frozenset({"evidence", "report", "steps", "audit", "causes", "debt"}),
    frozenset({"harmless"}),
    frozenset({"outlook", "replay", "kpis", "note", "fleet", "comparison", "overview"}),
    frozenset({"renderers", "testing", "exports", "exchange", "probe", "attacks", "native_hooks", "forges", "mending"}),
    frozenset({"language", "strength"}),
    frozenset({"commands"}),
    frozenset({"cli"}),
    frozenset({"hook", "start", "native"}),
)
"""A module imports only from floors below its own."""
DOORS = {
    "yaml": {"yaml"},
    "ruamel": {"yaml"},
    "jsonschema": {"schema"},
    "referencing": {"schema"},
    "subprocess": {"fleet", "git", "sandbox", "signing", "attacks", "native_hooks"},
    "git": {"commands"},
    "cryptography": {"sshsig", "openpgp", "signing", "exports", "commands", "attacks"},
    "openpyxl": {"handover", "exchange"},
    "defusedxml": {"handover"},
    "markdown_it": {"handover"},
    "zipfile": {"handover", "evidence"},
    "dateutil": {"documents"},
    "highspy": {"planning"},
    "rfc8785": {"subjects"},
    "click": {"cli", "commands"},
    "distributed": {"fleet"},
    "requests": {"forges"},
    "pygls": {"language"},
    "lsprotocol": {"language"},
}
"""Each heavy library, and the only places that may import it."""
RIM = frozenset(
    {
        "fleet",
        "git",
        "web",
        "probe",
        "sandbox",
        "signing",
        "snapshot",
        "files",
        "commands",
        "cli",
        "commits",
        "terminal",
        "cache",
        "scrubbed",
        "quick",
        "hook",
        "start",
        "native",
        "native_hooks",
        "forges",
    }
)
"""Where clock, environment, processes and printing may be met."""


def modules() -> Iterator[tuple[str, Path]]:
    """All but `evidence/verify.py`, which is copied into packages and stands alone."""
    for path in sorted(PACKAGE.rglob("*.py")):
        relative = path.relative_to(PACKAGE).with_suffix("")
        if relative.parts[0] not in ("__init__", "__main__") and relative.parts != ("evidence", "verify"):
            yield relative.parts[0], path


def imports(path: Path, top_level_only: bool = False) -> Iterator[str]:
    tree = ast.parse(path.read_text())
    nodes = tree.body if top_level_only else list(ast.walk(tree))
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def floor(room: str) -> int:
    return next(number for number, rooms in enumerate(FLOORS) if room in rooms)


def test_every_module_has_a_floor() -> None:
    assert {room for room, _ in modules()} == {room for rooms in FLOORS for room in rooms}


def test_a_module_imports_only_from_lower_floors() -> None:
    wrong = [
        f"{path.relative_to(PACKAGE)} imports {name}"
        for room, path in modules()
        for name in imports(path)
        if name.startswith("ray18.") and name.split(".")[1] != room and name.split(".")[1] != "__version__"
        if floor(name.split(".")[1]) >= floor(room)
    ]
    assert wrong == []


def test_each_heavy_library_has_one_door() -> None:
    wrong = [
        f"{path.relative_to(PACKAGE)} imports {name}"
        for room, path in modules()
        for name in imports(path)
        if name.split(".")[0] in DOORS and room not in DOORS[name.split(".")[0]]
    ]
    assert wrong == []


def test_the_inside_has_no_clock_and_no_environment() -> None:
    forbidden = {"datetime.now", "date.today", "os.environ", "time.time", "os.getcwd", "Path.cwd"}
    wrong = []
    for room, path in modules():
        if room in RIM:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                name = f"{node.value.id}.{node.attr}"
                if name in forbidden:
                    wrong.append(f"{path.relative_to(PACKAGE)}:{node.lineno} uses {name}")
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
                wrong.append(f"{path.relative_to(PACKAGE)}:{node.lineno} prints")
    assert wrong == []


def loaded_by(*arguments: str) -> set[str]:
    """The top-level modules that a command line has imported when it ends."""
    code = (
        "import sys; from ray18.cli import run; run(sys.argv[1:]); "
        "print('\\nLOADED', *sorted({name.split('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    return set(done.stdout.rsplit("LOADED", 1)[1].split())


HEAVY = {
    "openpyxl",
    "git",
    "jsonschema",
    "jsonschema_rs",
    "markdown_it",
    "cryptography",
    "ruamel",
    "dateutil",
    "jinja2",
    "cvss",
    "pygls",
    "highspy",
    "numpy",
}


def test_help_and_version_load_nothing_heavy() -> None:
    for arguments in (["--version"], ["--help"]):
        assert loaded_by(*arguments) & (HEAVY | {"pydantic", "yaml"}) == set()


def test_check_loads_nothing_that_a_clean_record_does_not_need(program) -> None:  # type: ignore[no-untyped-def]
    loaded = loaded_by("-C", str(program.root), "check", "--as-of", "2026-06-01")
    assert loaded & HEAVY <= {"cryptography"}, "keys in people.yaml are looked at with cryptography"


@pytest.mark.parametrize("word", ["utils", "helpers", "manager", "phase_1", "misc"])
def test_names_say_what_things_are(word: str) -> None:
    assert [path for path in PACKAGE.rglob("*.py") if word in path.stem] == []
