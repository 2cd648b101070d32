"""Policies: one file each, judged by what it asks for and nothing else.

A policy file has a docstring (title, the rule and why, `Remedy:`), the constants LEVEL, COUNTED and ACTION, and a
function `check` whose parameter names say what it reads. Inputs about one record (`item`, `service`, `waiver`,
`approval`) make it run once for each; the others are whole documents or facts. Shipped policies run in this process,
a team's own in a limited child process, from the trusted commit only.
"""

import ast
import importlib.util
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, cast, get_args

from ray18 import sandbox
from ray18.documents import kind
from ray18.documents.document import Document, read
from ray18.errors import BlockedError
from ray18.findings import Finding, Level, ordered, shown
from ray18.shipped import shipped

RUNS = "policy-runs"
"""The policy id under which a policy that gave no usable answer is reported."""
EXISTS = "document-exists"
"""The policy id under which a missing document is reported."""

EACH: Mapping[str, str] = {"item": "backlog-item", "approval": "approval", "waiver": "waiver"}
"""Inputs that are one record at a time, and the kind of document they come from."""
ALL: Mapping[str, str] = {
    "backlog": "backlog-item",
    "rankings": "ranking",
    "approvals": "approval",
    "waivers": "waiver",
    "validations": "manual-validation",
    "schedules": "schedule",
    "rotas": "rota",
    "live_states": "live-state",
}
"""Inputs that are all records of a kind."""
ONE: Mapping[str, str] = {
    "people": "people",
    "services": "services",
    "plan": "plan",
    "governance": "governance",
    "proposed_settings": "settings",
}
"""Inputs that are the only document of a kind."""
FACTS = ("settings", "today", "handover", "seats", "anchored", "rule_changes", "anomalies")
"""Inputs that are not documents: trusted settings, the day judged on, the hand-over as read, the seats of approvals, how
rules are loosened, what history holds against a verdict."""
INPUTS = (*EACH, *ALL, *ONE, *FACTS)
_MISSING_REMEDY = {
    "plan": "draft one: ray18 plan draft",
    "services": "list the services: ray18 intake, or write services.yaml",
    "people": "list the people and roles in people.yaml",
    "governance": "write governance.yaml: reviews, dashboards, alerts, systems",
    "backlog-item": "read the hand-over in: ray18 intake, or ray18 backlog add",
    "settings": "run ray18 init",
}
_REQUIRED_CONSTANTS = {"COUNTED": str, "ACTION": str}


@dataclass(frozen=True, slots=True)
class Policy:
    """A named rule, as its file describes it."""

    id: str
    title: str
    doc: str
    level: Level
    counted: str
    """What its findings are, after a number: "serious items without an owner"."""
    action: str
    """What has to be done about them, as an order: "assign owners"."""
    reads: tuple[str, ...]
    source: bytes = field(repr=False)
    origin: Literal["shipped", "team"] = "shipped"

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of documents that it reads."""
        tables = {**EACH, **ALL, **ONE}
        return frozenset(tables[name] for name in self.reads if name in tables)

    @property
    def about_one(self) -> str | None:
        """The input that makes it run once for each record; None when it sees everything at once."""
        return next((name for name in self.reads if name in EACH), None)


@dataclass(frozen=True)
class Inputs:
    """Everything that policies may ask for; facts are computed when the first policy asks."""

    documents: tuple[Document[Any], ...]
    facts: Mapping[str, Callable[[], Any]]

    def of(self, kind_name: str) -> tuple[Document[Any], ...]:
        """All documents of a kind."""
        return self._by_kind.get(kind_name, ())

    @cached_property
    def _by_kind(self) -> Mapping[str, tuple[Document[Any], ...]]:
        found: dict[str, list[Document[Any]]] = {}
        for document in self.documents:
            found.setdefault(document.kind, []).append(document)
        return {name: tuple(documents) for name, documents in found.items()}

    def missing(self, policy: Policy) -> list[str]:
        """The kinds that the policy needs one of, and that the program does not have."""
        wanted = [ONE[name] for name in policy.reads if name in ONE]
        return [name for name in wanted if not self.of(name)]

    def value(self, name: str) -> Any:
        """The input with this name (not one of EACH)."""
        if name in ALL:
            return self.of(ALL[name])
        if name in ONE:
            return self.of(ONE[name])[0]
        return self.facts[name]()


def describe(policy_id: str, source: bytes, origin: Literal["shipped", "team"] = "shipped") -> Policy:
    """The policy that a file describes, read without running it. Raises BlockedError naming what is wrong."""
    try:
        tree = ast.parse(source, f"{policy_id}.py")
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        raise BlockedError(f"policy {policy_id}: line {line}: {error}", "mend the syntax") from error
    doc = (ast.get_docstring(tree) or "").strip()
    constants = _constants(tree)
    problems = [
        f"{name} is missing"
        for name, type_ in _REQUIRED_CONSTANTS.items()
        if not isinstance(constants.get(name), type_)
    ]
    level = constants.get("LEVEL", "error")
    if level not in get_args(Level):
        problems.append(f"LEVEL is {shown(level)}")
    if not doc or "Remedy:" not in doc:
        problems.append("the docstring needs a title, the rule, and a paragraph that begins with Remedy:")
    reads = _parameters(tree, problems)
    if problems:
        raise BlockedError(f"policy {policy_id}: {'; '.join(problems)}", "see docs/policies.md")
    title = doc.splitlines()[0].rstrip(".")
    return Policy(
        policy_id,
        title,
        doc,
        cast(Level, level),
        str(constants["COUNTED"]),
        str(constants["ACTION"]),
        reads,
        source,
        origin,
    )


def shipped_policies() -> dict[str, Policy]:
    """Every policy that comes with RAY-18, by id."""
    files = sorted(shipped("policies").glob("*.py"))
    return {path.stem: describe(path.stem, path.read_bytes()) for path in files}


def shipped_policy(policy_id: str) -> Policy | None:
    """One policy that comes with RAY-18."""
    path = shipped("policies") / f"{policy_id}.py"
    return describe(policy_id, path.read_bytes()) if path.is_file() else None


def run(policies: Iterable[Policy], inputs: Inputs) -> tuple[Finding, ...]:
    """All findings of all policies. A policy that cannot answer yields a blocker; a missing document yields an error."""
    findings: list[Finding] = []
    missing: dict[str, None] = {}
    for policy in policies:
        absent = inputs.missing(policy)
        if absent:
            missing.update(dict.fromkeys(absent))
        else:
            findings.extend(_guarded(policy, inputs))
    findings.extend(_missing_document(name) for name in missing)
    return ordered(findings)


def run_whole(policy: Policy, inputs: Inputs) -> tuple[Finding, ...]:
    """What a shipped policy finds. Raises whatever the policy raises."""
    found = called(policy, function(policy), inputs)
    return ordered(finding.stamped(policy.id, policy.level) for finding in found)


def run_on(policy: Policy, inputs: Inputs, documents: Iterable[Document[Any]]) -> dict[str, tuple[Finding, ...]]:
    """What a shipped policy about one record at a time finds in each of some records, by path; only those with findings.

    Raises whatever the policy raises.
    """
    each, check = policy.about_one or "", function(policy)
    whole = _whole(policy, inputs)
    found = {}
    for document in documents:
        yielded = tuple(check(**{each: document}, **whole))
        if yielded:
            found[document.path] = tuple(finding.stamped(policy.id, policy.level) for finding in yielded)
    return found


def run_on_drafts(policy: Policy, inputs: Inputs, drafts: Iterable[Document[Any]]) -> tuple[Finding, ...]:
    """What a policy about single records finds in drafts of unusable files, where that hinges on nothing unknown."""
    each = policy.about_one
    if each is None or policy.origin == "team" or inputs.missing(policy):
        return ()
    found: list[Finding] = []
    for document in drafts:
        if document.kind == EACH[each]:
            with suppress(Exception):  # it asked for a value that cannot be read
                found.extend(one for some in run_on(policy, inputs, [document]).values() for one in some)
    return ordered(found)


def _guarded(policy: Policy, inputs: Inputs) -> Iterator[Finding]:
    try:
        found = list(_in_child(policy, inputs) if policy.origin == "team" else _here(policy, inputs))
    except BlockedError as error:
        yield _no_answer(policy, error.message, error.remedy)
    except sandbox.SandboxError as error:
        yield _no_answer(policy, str(error), "mend the policy; until then its gate cannot pass")
    except Exception as error:  # a policy is plain Python; whatever it raises means "not judged"
        yield _no_answer(policy, f"it raised {type(error).__name__}: {error}", "report this as a defect of the policy")
    else:
        yield from (finding.stamped(policy.id, policy.level) for finding in found)


def _no_answer(policy: Policy, why: str, remedy: str) -> Finding:
    return Finding(RUNS, "blocker", f"policy {policy.id} gave no answer: {why}"[:300], item=policy.id, remedy=remedy)


def _missing_document(kind_name: str) -> Finding:
    return Finding(
        EXISTS,
        "error",
        f"the program has no {kind_name} document",
        item=kind_name,
        remedy=_MISSING_REMEDY.get(kind_name, ""),
    )


def _here(policy: Policy, inputs: Inputs) -> Iterator[Finding]:
    yield from called(policy, function(policy), inputs)


def called(policy: Policy, check: Any, inputs: Inputs) -> Iterator[Finding]:
    """What a policy's function finds in these inputs."""
    each = policy.about_one
    whole = _whole(policy, inputs)
    if each is None:
        yield from check(**whole)
    else:
        for document in inputs.of(EACH[each]):
            yield from check(**{each: document}, **whole)


def _whole(policy: Policy, inputs: Inputs) -> dict[str, Any]:
    """The inputs that are not one record at a time."""
    return {name: inputs.value(name) for name in policy.reads if name not in EACH}


def function(policy: Policy) -> Any:
    """The function `check` of a shipped policy."""
    return _module(policy).check


_modules: dict[str, Any] = {}


def _module(policy: Policy) -> Any:
    if policy.id not in _modules:
        path = shipped("policies") / f"{policy.id}.py"
        _modules[policy.id] = _loaded(f"ray18_policies.{policy.id.replace('-', '_')}", path)
    return _modules[policy.id]


def _loaded(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise BlockedError(f"{path} cannot be loaded", "check the installation: ray18 doctor")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _in_child(policy: Policy, inputs: Inputs) -> Iterator[Finding]:
    for entry in sandbox.call("ray18.policy:_run_in_child", question(policy, inputs)):
        yield _finding_from_child(entry, {document.path for document in inputs.documents})


def question(policy: Policy, inputs: Inputs) -> dict[str, Any]:
    """A team's policy and what it reads, as the child gets them. Raises BlockedError when it reads what it may not."""
    computed = set(policy.reads) & {"handover", "seats", "rule_changes", "anomalies"}
    if computed:
        raise BlockedError(f"a team's policy cannot read {', '.join(sorted(computed))}", "read documents instead")
    wanted = policy.kinds
    return {
        "id": policy.id,
        "source": policy.source.decode("utf-8"),
        "documents": [
            [document.kind, document.path, document.source.decode("utf-8-sig")]
            for document in inputs.documents
            if document.kind in wanted
        ],
        "facts": {name: _fact_as_text(inputs, name) for name in policy.reads if name in FACTS},
    }


def _fact_as_text(inputs: Inputs, name: str) -> Any:
    value = inputs.value(name)
    if name == "settings":
        return value.model_dump(mode="json")
    return value.isoformat() if name == "today" else value


def _run_in_child(payload: dict[str, Any]) -> list[list[Any]]:
    return [[f.message, f.path, f.line, f.column, f.item, f.remedy] for f in answer(payload)]


def answer(payload: dict[str, Any]) -> list[Finding]:
    """In the child: rebuild the inputs, run the team's policy, make sure that it changed nothing."""
    documents = tuple(_document(*entry) for entry in payload["documents"])
    before = [document.content.model_dump_json() for document in documents]
    inputs = Inputs(documents, {name: _fact_reader(name, text) for name, text in payload["facts"].items()})
    policy = describe(payload["id"], payload["source"].encode(), "team")
    module = ModuleType(f"ray18_team_policy_{policy.id.replace('-', '_')}")
    sys.modules[module.__name__] = module
    exec(compile(policy.source, f"{policy.id}.py", "exec"), module.__dict__)  # noqa: S102 (the child exists for this)
    found = list(called(policy, module.__dict__["check"], inputs))
    if [document.content.model_dump_json() for document in documents] != before:
        raise RuntimeError("it changed a document")
    return found


def _document(kind_name: str, path: str, text: str) -> Document[Any]:
    document, _ = read(kind(kind_name), path, text.encode())
    if document is None:
        raise RuntimeError(f"{path} cannot be read again")
    return document


def _fact_reader(name: str, text: Any) -> Callable[[], Any]:
    from datetime import date

    from ray18.documents.settings import Settings

    if name == "settings":
        value: Any = Settings.model_validate(text)
    else:
        value = date.fromisoformat(text) if name == "today" else text
    return lambda: value


def _finding_from_child(entry: Any, paths: set[str]) -> Finding:
    """A finding as the child sent it, taken apart as untrusted text."""
    fits = (
        isinstance(entry, list)
        and len(entry) == 6
        and all(isinstance(entry[n], str) for n in (0, 1, 4, 5))
        and all(isinstance(entry[n], int) for n in (2, 3))
    )
    if not fits or (entry[1] and entry[1] not in paths):
        raise sandbox.SandboxError("it yielded something that is not a finding about a document")
    message, path, line, column, item, remedy = entry
    return Finding("", "error", message, path, line, column, item[:200], remedy[:300])


def _constants(tree: ast.Module) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            value = node.value
            found[node.targets[0].id] = value.value if isinstance(value, ast.Constant) else None
    return found


def _parameters(tree: ast.Module, problems: list[str]) -> tuple[str, ...]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == "check":
            names = tuple(argument.arg for argument in node.args.args)
            unknown = [name for name in names if name not in INPUTS]
            if unknown or not names:
                problems.append(f"check() may read {', '.join(INPUTS)}; not {', '.join(unknown) or 'nothing'}")
            if len([name for name in names if name in EACH]) > 1:
                problems.append("check() can be about one kind of record only")
            return names
    problems.append("there is no function check()")
    return ()
