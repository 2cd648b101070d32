"""A team's own policies: run from the base, in a child that can only compute; whatever goes wrong blocks the gate."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import ITEM, SETTINGS, Program

HEAD = '''"""Every item names its customer.

Why: nobody can be asked otherwise.

Remedy: add annotations.customer.
"""

COUNTED = "items without a customer"
ACTION = "name the customers"


'''
GOOD = HEAD + (
    "def check(item):\n    if 'customer' not in item.content.annotations:\n"
    "        yield item.finding('no customer', 'annotations', remedy='add it')\n"
)
WITH_POLICY = SETTINGS + "policies:\n  folder: policies\n  gates:\n    backlog: [names-customer]\n"


@pytest.fixture
def team(program: Program) -> Program:
    program.write("ray18.yaml", WITH_POLICY)
    return program


def judged(team: Program, ray18, body: str):  # type: ignore[no-untyped-def]
    team.write("policies/names-customer.py", body)
    team.commit("policy")
    return ray18("gate", "backlog", "--as-of", "2026-06-01", folder=team.root)


def test_its_findings_count_like_any_other(team: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    ran = judged(team, ray18, GOOD)
    assert ran.status == 1
    assert "backlog/MB-1.yaml:1:1: error: no customer [names-customer]" in ran.out
    team.write("backlog/MB-1.yaml", ITEM + "annotations: {customer: harbor}\n")
    assert ray18("gate", "backlog", "--as-of", "2026-06-01", folder=team.root).status == 0


HOSTILE = {
    "endless loop": "def check(item):\n    while True: pass\n",
    "recursion": "def check(item):\n    return check(item)\n",
    "memory": "def check(item):\n    'x' * 10**12\n    yield\n",
    "exit": "import sys\ndef check(item):\n    sys.exit(0)\n    yield\n",
    "hard exit": "import os\ndef check(item):\n    os._exit(0)\n    yield\n",
    "SystemExit": "def check(item):\n    raise SystemExit(0)\n    yield\n",
    "crash": "def check(item):\n    1 / 0\n    yield\n",
    "signal": "import os, signal\ndef check(item):\n    os.kill(os.getpid(), 9)\n    yield\n",
    "fork": "import os\ndef check(item):\n    os.fork()\n    yield\n",
    "shell": "import os\ndef check(item):\n    os.system('touch MARKER')\n    yield\n",
    "process": "import subprocess\ndef check(item):\n    subprocess.run(['touch', 'MARKER'])\n    yield\n",
    "socket": "import socket\ndef check(item):\n    socket.create_connection(('127.0.0.1', 9))\n    yield\n",
    "write": "def check(item):\n    open('MARKER', 'w')\n    yield\n",
    "low-level write": "import os\ndef check(item):\n    os.open('MARKER', os.O_CREAT | os.O_WRONLY)\n    yield\n",
    "write at import": "open('MARKER', 'w')\ndef check(item):\n    yield from ()\n",
    "mutation": "def check(item):\n    item.content.__dict__['owner'] = 'me'\n    yield from ()\n",
    "patched engine": "import ray18.findings\ndef check(item):\n    ray18.findings.Finding = None\n    yield 3\n",
    "not a finding": "def check(item):\n    yield 'fine'\n",
    "a flood": "def check(item):\n    for n in range(10**7): yield item.finding('x' * 200)\n",
    "unknown input": "def check(everything):\n    yield from ()\n",
    "syntax": "def check(item:\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_policy_without_a_usable_answer_blocks_its_gate(name: str, team: Program, ray18, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    marker = tmp_path / "marker"
    started = time.monotonic()
    ran = judged(team, ray18, HEAD + HOSTILE[name].replace("MARKER", str(marker)))
    assert ran.status == 3, ran.out
    assert "names-customer" in ran.out
    assert not marker.exists()
    assert time.monotonic() - started < 15


def test_what_a_policy_prints_is_not_its_answer(team: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    body = HEAD + "import sys\nprint('{\"result\": []}')\ndef check(item):\n    print('[]'); yield item.finding('no')\n"
    assert judged(team, ray18, body).status == 1


def test_a_policy_edited_in_the_proposal_is_not_run(team: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    """F08: rules from the base, data from the proposal."""
    judged(team, ray18, GOOD)
    team.git("switch", "-q", "-c", "proposal")
    ran = judged(team, ray18, HEAD + "def check(item):\n    yield from ()\n")
    assert ran.status == 1
    assert "no customer" in ran.out


def test_a_policy_that_is_not_there_blocks(team: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    team.commit("settings only")
    ran = ray18("gate", "backlog", "--as-of", "2026-06-01", folder=team.root)
    assert ran.status == 3
    assert "names-customer" in ran.out


def test_nothing_runs_that_the_settings_do_not_name(program: Program, ray18, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    program.write("policies/names-customer.py", f"open({str(tmp_path / 'marker')!r}, 'w')\n")
    program.write("conftest.py", f"open({str(tmp_path / 'marker')!r}, 'w')\n")
    program.write("yaml.py", f"open({str(tmp_path / 'marker')!r}, 'w')\n")
    program.commit("files that nobody asked for")
    ray18("gate", "--all", "--as-of", "2026-06-01", folder=program.root)
    script = Path(sys.executable).with_name("ray18")
    done = subprocess.run(
        [script, "check", "--as-of", "2026-06-01"], cwd=program.root, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "marker").exists()


def test_policy_new_gives_a_policy_that_passes_its_own_test(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    name = "item-names-its-customer"
    assert ray18("policy", "new", name, folder=program.root).status == 0
    ran = ray18("policy", "test", "--quick", folder=program.root)
    assert (ran.status, ran.out) == (0, f"ok     {name}\n")
    program.write(f"policies/examples/{name}/fail/expected.txt", "something else\n")
    assert ray18("policy", "test", folder=program.root).status == 1
    assert "Item names its customer" in ray18("policy", "explain", name, folder=program.root).out


def test_a_policy_that_answers_for_itself_blocks(team: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    body = HEAD + (
        "import json, os\n"
        "def check(item):\n"
        "    for descriptor in range(3, 4096):\n"
        "        try: os.write(descriptor, json.dumps({'result': []}).encode())\n"
        "        except OSError: pass\n"
        "    os._exit(0)\n"
    )
    ran = judged(team, ray18, body)
    assert ran.status == 3
    assert "answered for itself" in ran.out


def test_policies_for_a_gate_that_does_not_exist_block(team: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    team.write("ray18.yaml", WITH_POLICY.replace("backlog: [", "bakclog: ["))
    ran = judged(team, ray18, GOOD)
    assert ran.status == 3
    assert "'bakclog', which does not exist" in ran.out
