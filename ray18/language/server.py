"""The language server: the only door to pygls. It reads what an editor sends and says what `live` and its neighbours know.

Texts are judged as they are written: the record itself at once, the rest of the program in steps between messages. Programs
are opened in a thread of their own, and what a team's own rules say is asked when nobody has written for a moment.
"""

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer
from pygls.uris import from_fs_path, to_fs_path
from pygls.workspace import TextDocument

from ray18 import __version__
from ray18.documents import SETTINGS_PATH, kind
from ray18.documents.document import read
from ray18.errors import Ray18Error
from ray18.findings import Finding, Related
from ray18.language.completion import Proposal, proposals
from ray18.language.live import LiveProgram, Mend, Weight
from ray18.language.reading import Target, declared, explained

_MOMENT = 0.02
"""Seconds of silence before a text is judged: what is written in one go is judged once."""
_PAUSE = 0.5
"""Seconds of silence before the team's own rules are asked."""
_MANY = 100
"""Changed files after which a program is opened anew."""
_SEVERITY: dict[Weight, lsp.DiagnosticSeverity] = {
    "error": lsp.DiagnosticSeverity.Error,
    "warning": lsp.DiagnosticSeverity.Warning,
    "information": lsp.DiagnosticSeverity.Information,
}
_ITEM_KIND = {
    "field": lsp.CompletionItemKind.Field,
    "value": lsp.CompletionItemKind.EnumMember,
    "name": lsp.CompletionItemKind.Reference,
    "day": lsp.CompletionItemKind.Constant,
}
_KEY = re.compile(r"[^\s:#][^:#]*(?=:(?:\s|$))")
_REST = re.compile(r".*?(?=\s+#|\s*$)")


@dataclass(frozen=True)
class Opened:
    """A program that is open, and how to tell that its rules have changed since."""

    live: LiveProgram
    today: Callable[[], Any]
    state: Callable[[], object]
    """Something that is another when the rules, or the day, may be."""


Opener = Callable[[Path], Opened]
"""Opens the program in a folder. Raises Ray18Error."""


@dataclass(eq=False)
class _Root:
    """One folder with a program."""

    folder: Path
    opened: Opened | None = None
    state: object = None
    loading: "asyncio.Future[Opened] | None" = None
    published: dict[str, list[lsp.Diagnostic]] = field(default_factory=dict)
    team: dict[str, tuple[Finding, ...]] = field(default_factory=dict)
    timers: dict[str, asyncio.TimerHandle] = field(default_factory=dict)


class Server(LanguageServer):
    """Speaks with one editor about all programs in which it opens files."""

    def __init__(self, opener: Opener) -> None:
        super().__init__("ray18", __version__)
        self._opener = opener
        self._roots: dict[Path, _Root] = {}

    def place(self, uri: str) -> tuple[_Root, str] | None:
        """The program that a file belongs to, and its path there; None for other files."""
        name = to_fs_path(uri) if uri.startswith("file:") else None
        if name is None or not name.endswith((".yaml", ".yml")):
            return None
        file = Path(name)
        for folder in file.parents:
            if (folder / SETTINGS_PATH).is_file() and (folder / ".git").exists():
                root = self._roots.setdefault(folder, _Root(folder))
                return root, file.relative_to(folder).as_posix()
        return None

    def uri(self, root: _Root, path: str) -> str:
        """The address of a file; the one that the editor uses, where it is open."""
        uris: list[str] = [uri for uri in self.workspace.text_documents if self.place(uri) == (root, path)]
        return uris[0] if uris else from_fs_path(str(root.folder / path)) or ""

    def opened(self, uri: str) -> tuple[_Root, Opened, str, TextDocument] | None:
        """The same, with the open program and the text, if RAY-18 governs the file."""
        placed = self.place(uri)
        if placed is None or placed[0].opened is None or not placed[0].opened.live.kind(placed[1]):
            return None
        return placed[0], placed[0].opened, placed[1], self.workspace.get_text_document(uri)

    async def load(self, root: _Root) -> None:
        """Opens a program, or opens it anew, with the texts of the editor over its files."""
        if root.loading is not None:
            return
        root.loading = asyncio.get_running_loop().run_in_executor(None, self._opener, root.folder)
        try:
            root.opened = await root.loading
            root.state = root.opened.state()
        except Ray18Error as error:
            root.opened = None
            self._say_why_not(root, error)
        finally:
            root.loading = None
        for uri, document in self.workspace.text_documents.items():
            placed = self.place(uri)
            if root.opened is not None and placed is not None and placed[0] is root:
                root.opened.live.change(placed[1], document.source.encode("utf-8", "replace"))
        self.judge_on(root)

    def _say_why_not(self, root: _Root, error: Ray18Error) -> None:
        uri = from_fs_path(str(root.folder / SETTINGS_PATH)) or ""
        text = self.workspace.get_text_document(uri).source
        _, findings = read(kind("settings"), SETTINGS_PATH, text.encode("utf-8", "replace"))
        found = findings or (Finding("", "blocker", error.message, SETTINGS_PATH, remedy=error.remedy),)
        self._send(root, uri, [self._diagnostic(uri, finding, "error") for finding in found])

    def write(self, uri: str) -> None:
        """Takes up what an editor wrote; judged when nothing more comes for a moment."""
        placed = self.place(uri)
        if placed is None:
            return
        root, path = placed
        self._later(root, f"read {path}", _MOMENT, lambda: self._take(root, path, uri))
        self._later(root, f"team {path}", _PAUSE, lambda: self._ask_team(root, path))

    def _take(self, root: _Root, path: str, uri: str) -> None:
        if root.opened is not None and uri in self.workspace.text_documents:
            text = self.workspace.text_documents[uri].source
            root.opened.live.change(path, text.encode("utf-8", "replace"))
            root.team.pop(path, None)
            self.judge_on(root)

    def judge_on(self, root: _Root) -> None:
        """Tells what is known at once, then judges the rest in steps: a key that is pressed meanwhile waits for one at most."""
        self.publish(root)
        self._step(root)

    def _step(self, root: _Root) -> None:
        if root.opened is None:
            return
        live, before = root.opened.live, root.opened.live.news
        if live.step():
            self._later(root, "step", 0, lambda: self._step(root))
        if live.news != before:
            self.publish(root)

    def _ask_team(self, root: _Root, path: str) -> None:
        question = root.opened.live.team_question(path) if root.opened else None
        if question is None:
            return
        asked = asyncio.get_running_loop().run_in_executor(None, question)
        opened = root.opened

        def answered(answer: "asyncio.Future[tuple[Finding, ...]]") -> None:
            if root.opened is opened and f"read {path}" not in root.timers and answer.exception() is None:
                root.team[path] = answer.result()
                self.publish(root)

        asked.add_done_callback(answered)

    def _later(self, root: _Root, name: str, seconds: float, act: Callable[[], None]) -> None:
        """Does something after a while, unless it is asked for again before."""
        if name in root.timers:
            root.timers[name].cancel()

        def due() -> None:
            del root.timers[name]
            act()

        root.timers[name] = asyncio.get_running_loop().call_later(seconds, due)

    def publish(self, root: _Root) -> None:
        """Tells the editor what is wrong with each open file, where that has changed."""
        if root.opened is None:
            return
        live = root.opened.live
        for uri in self.workspace.text_documents:
            placed = self.place(uri)
            if placed is not None and placed[0] is root:
                found = (*live.findings(placed[1]), *root.team.get(placed[1], ()))
                self._send(root, uri, [self._diagnostic(uri, finding, live.weight(finding)) for finding in found])

    def forget(self, uri: str) -> None:
        """A file was closed: what is on disk counts again."""
        placed = self.place(uri)
        if placed is not None:
            root, path = placed
            root.published.pop(uri, None)
            self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, []))
            if root.opened is not None:
                root.opened.live.read_again(path)
                self.judge_on(root)

    async def changed_on_disk(self, uris: list[str]) -> None:
        """Takes up files that changed outside the editor; what is open there stays as it is written."""
        for root in self._roots.values():
            here = [placed[1] for uri in uris if (placed := self.place(uri)) and placed[0] is root]
            stale = root.opened is None or root.opened.state() != root.state or len(here) > _MANY
            if stale or SETTINGS_PATH in here:
                await self.load(root)
            elif root.opened is not None:
                open_ = {placed[1] for uri in self.workspace.text_documents if (placed := self.place(uri))}
                for path in here:
                    if path not in open_:
                        root.opened.live.read_again(path)
                self.judge_on(root)

    def _send(self, root: _Root, uri: str, found: list[lsp.Diagnostic]) -> None:
        if root.published.get(uri) != found:
            root.published[uri] = found
            self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, found))

    def _diagnostic(self, uri: str, finding: Finding, weight: Weight) -> lsp.Diagnostic:
        remedy = f"\n-> {finding.remedy}" if finding.remedy else ""
        return lsp.Diagnostic(
            range=_range(self.workspace.get_text_document(uri), finding.line, finding.column),
            message=f"{finding.message}{remedy}",
            severity=_SEVERITY[weight],
            code=finding.policy,
            source="ray18",
            related_information=[self._related(uri, one) for one in finding.related] or None,
        )

    def _related(self, uri: str, related: Related) -> lsp.DiagnosticRelatedInformation:
        placed = self.place(uri)
        there = self.uri(placed[0], related.path) if placed else uri
        place = _range(self.workspace.get_text_document(there), related.line, related.column)
        return lsp.DiagnosticRelatedInformation(lsp.Location(there, place), related.message)


def server(opener: Opener) -> Server:
    """A language server that opens programs with `opener`; `start_io()` serves standard input and output."""
    made = Server(opener)
    _follow_texts(made)
    _answer_questions(made)
    return made


def _follow_texts(server: Server) -> None:
    @server.feature(lsp.INITIALIZED)
    async def ready(params: lsp.InitializedParams) -> None:  # noqa: ARG001 (the protocol's interface)
        capabilities = server.client_capabilities.workspace
        watching = capabilities.did_change_watched_files if capabilities else None
        if watching and watching.dynamic_registration:
            watchers = [lsp.FileSystemWatcher("**/*.yaml"), lsp.FileSystemWatcher("**/.git/HEAD")]
            options = lsp.DidChangeWatchedFilesRegistrationOptions(watchers)
            name = lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES
            registration = lsp.RegistrationParams([lsp.Registration("ray18-files", name, options)])
            await server.client_register_capability_async(registration)

    @server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    async def opened(params: lsp.DidOpenTextDocumentParams) -> None:
        placed = server.place(params.text_document.uri)
        if placed is not None and placed[0].opened is None:
            await server.load(placed[0])
        server.write(params.text_document.uri)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: lsp.DidChangeTextDocumentParams) -> None:
        server.write(params.text_document.uri)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: lsp.DidCloseTextDocumentParams) -> None:
        server.forget(params.text_document.uri)

    @server.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
    async def saved(params: lsp.DidSaveTextDocumentParams) -> None:
        await server.changed_on_disk([params.text_document.uri])

    @server.feature(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    async def watched(params: lsp.DidChangeWatchedFilesParams) -> None:
        await server.changed_on_disk([change.uri for change in params.changes])


def _answer_questions(server: Server) -> None:
    options = lsp.CompletionOptions(trigger_characters=[" ", ":", "[", ",", "-"])

    @server.feature(lsp.TEXT_DOCUMENT_COMPLETION, options)
    def complete(params: lsp.CompletionParams) -> lsp.CompletionList | None:
        here = server.opened(params.text_document.uri)
        if here is None:
            return None
        _, opened, path, document = here
        live, text, (line, column) = opened.live, _text(document), _place(document, params.position)
        found = proposals(kind(live.kind(path)), text, line, column, live.documents, opened.today())
        if found is None:
            return None
        around = _span(document, line, found.start, found.end)
        items = [_item(number, entry, around) for number, entry in enumerate(found.entries)]
        return lsp.CompletionList(is_incomplete=not found.all_there, items=items)

    mending = lsp.CodeActionOptions(code_action_kinds=[lsp.CodeActionKind.QuickFix])

    @server.feature(lsp.TEXT_DOCUMENT_CODE_ACTION, mending)
    def mend(params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        here = server.opened(params.text_document.uri)
        if here is None:
            return []
        root, opened, path, _ = here
        mends = opened.live.mends(path, params.range.start.line + 1, params.range.end.line + 1)
        return [_action(server, root, one, params.context.diagnostics) for one in mends]

    @server.feature(lsp.TEXT_DOCUMENT_HOVER)
    def hover(params: lsp.HoverParams) -> lsp.Hover | None:
        here = server.opened(params.text_document.uri)
        if here is None:
            return None
        root, opened, path, document = here
        live, text, (line, column) = opened.live, _text(document), _place(document, params.position)
        findings = (*live.findings(path), *root.team.get(path, ()))
        said = explained(kind(live.kind(path)), text, line, column, live.documents, findings)
        return lsp.Hover(lsp.MarkupContent(lsp.MarkupKind.Markdown, said)) if said else None

    @server.feature(lsp.TEXT_DOCUMENT_DEFINITION)
    def define(params: lsp.DefinitionParams) -> list[lsp.Location]:
        here = server.opened(params.text_document.uri)
        if here is None:
            return []
        root, opened, path, document = here
        live, text, (line, column) = opened.live, _text(document), _place(document, params.position)
        targets = declared(kind(live.kind(path)), text, line, column, live.documents)
        return [_location(server, root, target) for target in targets]


def _item(number: int, entry: Proposal, around: lsp.Range) -> lsp.CompletionItem:
    return lsp.CompletionItem(
        label=entry.label,
        kind=_ITEM_KIND[entry.what],
        detail=entry.detail or None,
        documentation=entry.about or None,
        sort_text=f"{number:04}",
        text_edit=lsp.TextEdit(around, entry.text),
    )


def _action(server: Server, root: _Root, mend: Mend, told: Sequence[lsp.Diagnostic]) -> lsp.CodeAction:
    """A mend as an editor offers it; one that decides something says so."""
    changes: dict[str, list[lsp.TextEdit]] = {}
    for hunk in mend.hunks:
        around = lsp.Range(lsp.Position(hunk.first - 1, 0), lsp.Position(hunk.last, 0))
        changes.setdefault(server.uri(root, hunk.path), []).append(lsp.TextEdit(around, hunk.text))
    title = mend.fix.title[:1].upper() + mend.fix.title[1:]
    return lsp.CodeAction(
        title=title if mend.fix.safe else f"{title} (look first: this decides something)",
        kind=lsp.CodeActionKind.QuickFix,
        diagnostics=[one for one in told if one.code == mend.finding.policy and mend.finding.message in one.message],
        is_preferred=mend.fix.safe,
        edit=lsp.WorkspaceEdit(changes=changes),
    )


def _location(server: Server, root: _Root, target: Target) -> lsp.Location:
    uri = (from_fs_path(target.path) or "") if target.whole else server.uri(root, target.path)
    return lsp.Location(uri, _range(server.workspace.get_text_document(uri), target.line, target.column))


def _text(document: TextDocument) -> str:
    """The text as the strict loader counts its lines."""
    return document.source.removeprefix("\ufeff").replace("\r\n", "\n")


def _lines(document: TextDocument) -> list[str]:
    try:
        return _text(document).split("\n")
    except (OSError, ValueError):  # a file that went away, or that is no text
        return [""]


def _place(document: TextDocument, position: lsp.Position) -> tuple[int, int]:
    """Line and column, both from 0, in characters."""
    found = document.position_codec.position_from_client_units(_lines(document), position)
    return found.line, found.character


def _span(document: TextDocument, line: int, start: int, end: int) -> lsp.Range:
    """A part of a line, from columns in characters, as the editor counts."""
    codec, lines = document.position_codec, _lines(document)
    return lsp.Range(
        codec.position_to_client_units(lines, lsp.Position(line, start)),
        codec.position_to_client_units(lines, lsp.Position(line, end)),
    )


def _range(document: TextDocument, line: int, column: int) -> lsp.Range:
    """The field name or the value that begins at a line and a column, both from 1; 0 = the file as a whole."""
    lines = _lines(document)
    if not 0 < line <= len(lines):
        return _span(document, 0, 0, len(lines[0]))
    text, start = lines[line - 1], column - 1
    found = _KEY.match(text, start) or _REST.match(text, start)
    end = found.end() if found else len(text)
    return _span(document, line - 1, start, max(end, min(start + 1, len(text))))
