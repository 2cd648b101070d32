#!/usr/bin/env python3
"""Verifies an evidence package with nothing but Python and Git: `python verify.py [FOLDER or ZIP]`.

It checks that every file is the one the manifest names, that the records digest is that of the commit in the bundle, and
that the evidence itself meets the thresholds of gates 1 to 3 wherever the manifest says "passed". It stands alone on
purpose: read it, it is short. Exit code 0 = everything holds, 1 = something does not.
"""

import csv
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

REQUIRED = {"maintenance-backlog.csv", "approval-log.csv", "governance-cadence-checklist.json", "maintenance-plan.md"}
RECORDED = {"history.bundle", "verify.py", "communication-log.jsonl"}
GATES = {"prerequisites", "backlog", "approvals", "governance"}
OPEN = {"open", "in-progress", "blocked"}
problems = []


def wrong(text):
    problems.append(text)


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def git(*arguments, folder=None):
    env = {"PATH": os.environ["PATH"], "HOME": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_NO_REPLACE_OBJECTS": "1"}
    done = subprocess.run(
        ["git", "-c", "core.hooksPath=/dev/null", *arguments], cwd=folder, env=env, capture_output=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"git {arguments[0]}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def unpacked(package):
    """The package as name -> bytes; names that leave the folder are refused."""
    if package.is_dir():
        return {path.name: path.read_bytes() for path in sorted(package.iterdir()) if path.is_file()}
    with zipfile.ZipFile(package) as archive:
        names = archive.namelist()
        if len(set(names)) != len(names) or any("/" in name or "\\" in name for name in names):
            raise SystemExit("the zip holds folders or names twice: it is not an evidence package")
        return {name: archive.read(name) for name in names}


def check_files(files, manifest):
    named = {entry["file"] for entry in manifest["files"]}
    for name in sorted(REQUIRED - named):
        wrong(f"the manifest does not name {name}")
    for name in sorted(set(files) - named - {"evidence-manifest.json", "handoff.json", *RECORDED}):
        wrong(f"{name} is in the package, but not in the manifest")
    for entry in manifest["files"]:
        content = files.get(entry["file"])
        if content is None:
            wrong(f"{entry['file']} is missing")
        elif sha256(content) != entry["sha256"]:
            wrong(f"{entry['file']} is not the file that the manifest names")


def check_records(files, manifest, places):
    """The digest over path and content of every governed file, from the commit in the bundle."""
    commit = manifest["commit"]
    if not {"ray18.yaml"} <= set(places) or len(places) < 8:
        wrong("handoff.json names too few governed places")
    if not re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", commit or ""):
        wrong("the records were not committed when the evidence was derived")
        return
    with tempfile.TemporaryDirectory() as folder:
        bundle = Path(folder, "history.bundle")
        bundle.write_bytes(files["history.bundle"])
        git("clone", "--quiet", "--bare", "--template=", str(bundle), "repository", folder=folder)
        where = str(Path(folder, "repository"))
        listed = git("ls-tree", "-r", "-z", "--full-tree", commit, "--", *places, folder=where)
        lines = []
        for line in sorted((x for x in listed.split(b"\0") if x), key=lambda x: os.fsdecode(x.split(b"\t", 1)[1])):
            meta, path = line.split(b"\t", 1)
            content = git("cat-file", "blob", meta.split()[2].decode(), folder=where)
            lines.append(f"{sha256(content)}  ".encode() + path + b"\n")
    if not lines or sha256(b"".join(lines)) != manifest["records"]:
        wrong(f"the records of commit {commit[:12]} are not those that the evidence was derived from")


def rows(files, name):
    return list(csv.DictReader(files.get(name, b"").decode("utf-8").splitlines()))


def backlog_holds(files):
    items = rows(files, "maintenance-backlog.csv")
    serious = [r for r in items if r["status"] in OPEN and r["severity"] in ("", "Critical", "High")]
    return bool(items) and all(r["severity"] and r["owner"] and r["priority"] and r["due"] for r in serious)


def approvals_hold(files):
    seats = [r for r in rows(files, "approval-log.csv") if r["row"] == "seat" and r["subject"] == "plan"]
    return len(seats) >= 4 and all(r["status"] == "Approved" for r in seats)


def governance_holds(files):
    checklist = json.loads(files.get("governance-cadence-checklist.json", b"{}")).get("checklist", [])
    return bool(checklist) and all(entry["status"] == "Complete" for entry in checklist)


def check_gates(files, manifest):
    holds = {"backlog": backlog_holds, "approvals": approvals_hold, "governance": governance_holds}
    for gate in sorted(GATES - {entry["gate"] for entry in manifest["verdicts"]}):
        wrong(f"the manifest has no verdict of gate {gate}")
    for entry in manifest["verdicts"]:
        gate, verdict = entry["gate"], entry["verdict"]
        print(f"gate {gate}: {verdict}")
        if verdict in ("failed", "blocked"):
            wrong(f"gate {gate} is {verdict}")
        elif verdict == "passed" and gate in holds and not holds[gate](files):
            wrong(f"gate {gate} is said to be passed, but its evidence does not meet the threshold")


def main():
    package = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    files = unpacked(package)
    for needed in ("evidence-manifest.json", "handoff.json", "history.bundle"):
        if needed not in files:
            raise SystemExit(f"{package} has no {needed}: it is not an evidence package")
    manifest, handoff = json.loads(files["evidence-manifest.json"]), json.loads(files["handoff.json"])
    if sha256(files["evidence-manifest.json"]) != handoff["manifest_sha256"]:
        wrong("the manifest is not the one that was handed off")
    check_files(files, manifest)
    check_records(files, manifest, handoff["governed_places"])
    check_gates(files, manifest)
    for problem in problems:
        print(f"WRONG: {problem}")
    print("everything holds" if not problems else f"{len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (OSError, ValueError, KeyError, TypeError, AttributeError, zipfile.BadZipFile) as error:
        sys.exit(f"this is not an evidence package: {type(error).__name__}: {error}")
