"""RAY-18 beside what people use today, on the same records in the same run: one table of ratios.

    pip install '.[bench]'                  # as people install it: a checkout looks at each of its own files
    python benchmarks                       # hook, gates of 1,000 and 10,000 items, audit, replay, intake
    python benchmarks --sizes 100000 gate   # any part alone, at any size
    python benchmarks fleet                 # 1,000 repositories
    python benchmarks --write               # keeps the result as benchmarks/results/DATE.json

Whole processes with all that they start, user and system time; medians of runs made in turn (`measure.py`). "x start" is
the ratio to `python -c pass` of the same environment, measured in the same turns. Memory is the largest process's; what is
smaller than this program itself (about 20 MB) cannot be told apart.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import peers
import programs
from measure import Cost, Job, measure

RAY18 = peers.tool("ray18")
AS_OF = "2026-12-01"
START = "python -c pass"
RESULTS = Path(__file__).resolve().parent / "results"
SCHEMA = Path(__file__).resolve().parents[1] / "schemas/backlog-item.schema.json"
SIGNATURES = 200
"""Git verifies so many commits; its figure is scaled up, since it starts a process for each."""


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    part: str
    size: int
    name: str
    cpu: float
    wall: float
    megabytes: float
    starts: float
    """How many times a bare start of Python, in CPU."""
    goal: str = ""


Goals = dict[str, str]


def rows(part: str, size: int, jobs: Sequence[Job], rounds: int, goals: Goals) -> Iterator[Row]:
    """The table's rows for jobs that are timed in turn, a bare start among them."""
    bare = Job(START, [sys.executable, "-c", "pass"], Path(tempfile.gettempdir()))
    costs = measure([bare, *jobs], rounds)
    for name, cost in costs.items():
        yield row(part, size, name, cost, costs[START].cpu, goals.get(name, ""))


def row(part: str, size: int, name: str, cost: Cost, start: float, goal: str = "") -> Row:
    """One row; figures with as many digits as they are worth."""
    megabytes = round(cost.memory / 1e6, 1)
    return Row(part, size, name, round(cost.cpu, 4), round(cost.wall, 4), megabytes, round(cost.cpu / start, 2), goal)


def program(size: int) -> Path:
    """A program with so many items, as it was committed."""
    folder = Path(tempfile.gettempdir(), f"ray18-bench-{size}")
    programs.build(folder, size)
    subprocess.run(["git", "reset", "--quiet", "--hard"], cwd=folder, check=True)
    return folder


def editing(folder: Path, field: str, then: Callable[[], object] = lambda: None) -> Callable[[int], object]:
    """Before each run: another item gets another value in a field."""

    def edit(number: int) -> None:
        which = 5 + number * 7
        path = folder / "backlog" / f"MB-{which:06}.yaml"
        text = programs.item(which)
        new = {"description": ("runs out;", f"runs out ({time.time_ns()});"), "due": ("due: 2027-01", "due: 2027-02")}[
            field
        ]
        path.write_text(text.replace(*new))
        then()

    return edit


def quietly(folder: Path, *command: str) -> None:
    """Runs a command that is not timed."""
    subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


def hook(size: int, rounds: int) -> Iterator[Row]:
    """A commit of one file among so many: known, changed, and by what people use today."""
    folder = program(size)
    quietly(folder, RAY18, "hooks", "install")
    native = ["sh", str(folder / ".git/hooks/pre-commit")]
    judged = [peers.tool("ray18-hook")]
    staged = editing(folder, "description", lambda: quietly(folder, "git", "add", "--all"))
    staged(0)
    quietly(folder, *judged)

    def known(_: int) -> None:
        quietly(folder, *judged)

    changed = "backlog/MB-000005.yaml"
    jobs = [
        Job("hooks install: known", native, folder, known, (0,)),
        Job("hooks install: one file changed", native, folder, staged, (0,)),
        Job("ray18-hook: known", judged, folder, known, (0,)),
        Job("ray18-hook: one file changed", judged, folder, staged, (0,)),
        Job("check-jsonschema, that file", peers.check_jsonschema(SCHEMA, changed), folder, ends_with=(0,)),
        Job("yamllint, that file", peers.yamllint(changed), folder),
        Job("pre-commit, a hook that does nothing", peers.pre_commit(folder), folder),
    ]
    goals = {"hooks install: known": "1.5 x start", "hooks install: one file changed": "4 x start"}
    yield from rows("hook", size, jobs, rounds, goals)


def gate(size: int, rounds: int) -> Iterator[Row]:
    """All gates over so many items, and peers on the same files."""
    folder = program(size)
    judge = [RAY18, "gate", "--all", "--as-of", AS_OF]

    def settled(_: int) -> None:
        quietly(folder, "git", "reset", "--quiet", "--hard")
        time.sleep(0.1)
        quietly(folder, *judge)

    settled(0)
    jobs = [
        Job("gate --all, nothing changed", judge, folder, settled),
        Job("gate --all, a description changed", judge, folder, editing(folder, "description")),
        Job("gate --all, a due date changed", judge, folder, editing(folder, "due")),
    ]
    goals = dict(zip((job.name for job in jobs), ("0.15 s", "0.25 s", "0.25 s"), strict=True)) if size == 10_000 else {}
    yield from rows("gate", size, jobs, rounds, goals)
    few = max(1, rounds // 3) if size <= 10_000 else 1
    jobs = [Job("gate --all --no-cache", [*judge, "--no-cache"], folder)]
    if size <= 10_000:
        files = [f"backlog/{path.name}" for path in sorted((folder / "backlog").iterdir())]
        other = Path(tempfile.gettempdir(), f"ray18-bench-doorstop-{size}")
        command = peers.doorstop(other, size)
        jobs += [
            Job("check-jsonschema, all files", peers.check_jsonschema(SCHEMA, *files), folder, ends_with=(0,)),
            Job("yamllint, all files", peers.yamllint("backlog"), folder),
            Job("doorstop, as many items", command, other),
        ]
    if size <= 1_000:
        other = Path(tempfile.gettempdir(), f"ray18-bench-trestle-{size}")
        command = peers.trestle(other, folder)
        jobs.append(Job("trestle validate, as OSCAL", command, other))
    yield from rows("gate", size, jobs, few, {"gate --all --no-cache": "2.5 s"} if size == 10_000 else {})


def audit(size: int, rounds: int) -> Iterator[Row]:
    """A history of so many signed commits, audited; git verifies a part of it."""
    folder = Path(tempfile.gettempdir(), f"ray18-bench-audit-{size}")
    subprocess.run(
        [sys.executable, str(Path(__file__).with_name("signed_history.py")), str(size), str(folder)], check=True
    )
    ours = [RAY18, "audit", "--rev", "main", "--format", "json"]
    quietly(folder, *ours)
    part = min(SIGNATURES, size)
    allowed = f"gpg.ssh.allowedSignersFile={folder / '.git/allowed'}"
    theirs = ["git", "-c", allowed, "log", f"-{part}", "--format=%G?", "main"]
    jobs = [
        Job("audit, nothing new", ours, folder),
        Job("audit --no-cache", [*ours, "--no-cache"], folder),
        Job("replay of 20 steps", [RAY18, "replay", "main~20..main", "--as-of", AS_OF], folder),
        Job(f"git log %G?, {part} of them", theirs, folder),
    ]
    goals = {"audit, nothing new": "0.5 s", "audit --no-cache": "4 s"} if size == 10_000 else {}
    found = list(rows("audit", size, jobs, max(1, rounds // 3), goals))
    yield from found
    last = found[-1]
    factor = size / part
    scaled = (round(last.cpu * factor, 1), round(last.wall * factor, 1), last.megabytes, round(last.starts * factor))
    yield Row("audit", size, "git log %G?, scaled to all", *scaled)


def intake(_: int, rounds: int) -> Iterator[Row]:
    """A hand-over read in: the example's, and a real one where RAY18_REAL names it."""
    real = Path(os.environ.get("RAY18_REAL", "/nonexistent")) / "handover"
    folders = {"the example's hand-over": programs.EXAMPLE / "handover", "a real hand-over": real}
    with tempfile.TemporaryDirectory() as place:
        jobs = []
        for name, handover in folders.items():
            if handover.is_dir():
                root = Path(place, name.replace(" ", "-").replace("'", ""))
                root.mkdir()
                script = f"rm -rf p && mkdir p && cd p && git init -q -b main && '{RAY18}' init && '{RAY18}' intake '{handover}'"
                jobs.append(Job(f"init and intake, {name}", ["sh", "-c", script], root, ends_with=(0, 1, 3)))
        yield from rows("intake", 0, jobs, max(1, rounds // 3), {"init and intake, a real hand-over": "5 s"})


def fleet(size: int, _: int) -> Iterator[Row]:
    """So many programs of 20 items, judged anew and then with what was kept."""
    place = Path(tempfile.gettempdir(), f"ray18-bench-fleet-{size}")
    if not place.exists():
        programs.build(place / "first", 20)
        for number in range(size):
            quietly(place, "git", "clone", "--quiet", "--bare", "first", f"program-{number:05}.git")
        (place / "list.txt").write_text("".join(f"program-{number:05}.git\n" for number in range(size)))
    kept = place / "kept.jsonl"
    ask = [RAY18, "fleet", "status", "--from", "list.txt", "--as-of", AS_OF]
    jobs = [
        Job("fleet status, anew", [*ask, "--no-cache"], place),
        Job(
            "fleet status, first with --resume",
            [*ask, "--resume", str(kept)],
            place,
            lambda _: kept.unlink(missing_ok=True),
        ),
        Job("fleet status, nothing changed", [*ask, "--resume", str(kept)], place),
    ]
    yield from rows("fleet", size, jobs, 1, {})


PARTS: dict[str, tuple[Callable[[int, int], Iterator[Row]], tuple[int, ...]]] = {
    "hook": (hook, (10_000,)),
    "gate": (gate, (1_000, 10_000)),
    "audit": (audit, (10_000,)),
    "intake": (intake, (0,)),
    "fleet": (fleet, (1_000,)),
}
"""Part to what measures it, and its usual sizes."""
USUAL = ("hook", "gate", "audit", "intake")


def table(found: Sequence[Row]) -> str:
    """The rows as Markdown."""
    lines = ["| | CPU s | x start | wall s | MB | goal |", "|---|---:|---:|---:|---:|---|"]
    heading = ""
    for one in found:
        title = f"**{one.part}, {one.size:,}**" if one.size else f"**{one.part}**"
        if title != heading:
            lines.append(f"| {title} | | | | | |")
            heading = title
        lines.append(
            f"| {one.name} | {one.cpu:.3f} | {one.starts:.1f} | {one.wall:.3f} | {one.megabytes:.0f} | {one.goal} |"
        )
    return "\n".join(lines)


def machine() -> dict[str, str | int]:
    """What the figures were measured on."""
    git = subprocess.run(["git", "version"], capture_output=True, text=True, check=True).stdout.split()[2]
    processors = len(os.sched_getaffinity(0))
    return {"processors": processors, "python": platform.python_version(), "git": git, "system": platform.system()}


def main() -> None:
    """Measures what is asked for, prints the table, and keeps it if asked to."""
    parser = argparse.ArgumentParser(prog="python benchmarks", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], metavar="PART", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--sizes", help="how many items, commits or repositories, with commas between")
    parser.add_argument("--rounds", type=int, default=9, help="runs of the quick jobs; slow ones get fewer")
    parser.add_argument("--write", action="store_true", help="keep the result in benchmarks/results/")
    asked = parser.parse_args()
    found: list[Row] = []
    for part in asked.parts or USUAL:
        measured, usual = PARTS[part]
        for size in map(int, asked.sizes.split(",")) if asked.sizes else usual:
            print(f"measuring {part} {size or ''}…", file=sys.stderr)
            found.extend(measured(size, asked.rounds))
    print(table(found))
    if asked.write:
        day = datetime.now(UTC).date().isoformat()
        RESULTS.mkdir(exist_ok=True)
        content = {"version": 1, "date": day, "machine": machine(), "rows": [asdict(one) for one in found]}
        name = "-".join((day, *asked.parts, *(asked.sizes or "").split(",")))
        (RESULTS / f"{name.rstrip('-')}.json").write_text(json.dumps(content, indent=1) + "\n")


if __name__ == "__main__":
    main()
