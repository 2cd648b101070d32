"""What somebody who writes records in an editor is told: a real client speaks with `ray18 lsp` over standard input."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pygls")

from conftest import made_program
from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient

SERVICES = """\
services:
  - id: booking-api
    name: Booking API
    owner: sam
    tier: 1
    slos: [{name: availability, target_percent: 99.9}]
"""
ITEM = """\
id: MB-2
title: Patch the gateway
source: {kind: technical-debt}
maintenance_type: corrective
severity: Low
owner: sam
service: booking-api
depends_on: [MB-1]
"""
OWN_POLICY = '''\
"""Titles name no customer.

Records travel.

Remedy: write the title anew.
"""

COUNTED = "titles with customers"
ACTION = "write titles anew"


def check(item):
    if "Harbor" in item.content.title:
        yield item.finding("the title names a customer", "title", remedy="write it anew")
'''
SECONDS = 60
PATH = "backlog/MB-2.yaml"


Story = Callable[["Editor"], Coroutine[Any, Any, None]]


class Editor:
    """An editor with one program open."""

    def __init__(self, root: Path, client: LanguageClient) -> None:
        self.root, self.client = root, client
        self.told: dict[str, list[lsp.Diagnostic]] = {}
        self.news = asyncio.Event()
        self.versions: dict[str, int] = {}

    def uri(self, path: str) -> str:
        return (self.root / path).as_uri()

    def open(self, path: str, text: str | None = None) -> None:
        text = (self.root / path).read_text() if text is None else text
        if path in self.versions:
            self.write(path, text)
            return
        item = lsp.TextDocumentItem(self.uri(path), "yaml", 1, text)
        self.versions[path] = 1
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))

    def write(self, path: str, text: str) -> None:
        """The whole text, as it is now."""
        self.versions[path] += 1
        about = lsp.VersionedTextDocumentIdentifier(self.versions[path], self.uri(path))
        change = lsp.TextDocumentContentChangeWholeDocument(text)
        self.client.text_document_did_change(lsp.DidChangeTextDocumentParams(about, [change]))

    async def until(self, path: str, *expected: str) -> list[lsp.Diagnostic]:
        """Waits until these policies, and no others, have something to say about a file."""
        wanted = sorted(expected)
        try:
            async with asyncio.timeout(SECONDS):
                while path not in self.told or sorted(str(one.code) for one in self.told[path]) != wanted:
                    self.news.clear()
                    await self.news.wait()
        except TimeoutError:
            raise AssertionError(
                f"{path}: wanted {wanted}, told {[(one.code, one.range.start.line) for one in self.told.get(path, [])]}"
            ) from None
        return self.told[path]

    async def complete(self, path: str, text: str) -> lsp.CompletionList | None:
        """What is offered where `|` stands in the text."""
        before, after = text.split("|")
        self.write(path, before + after)
        where = lsp.Position(before.count("\n"), len(before.rpartition("\n")[2]))
        params = lsp.CompletionParams(lsp.TextDocumentIdentifier(self.uri(path)), where)
        return await self.client.text_document_completion_async(params)  # type: ignore[return-value]

    async def labels(self, path: str, text: str) -> list[str]:
        found = await self.complete(path, text)
        return [item.label for item in found.items] if found else []

    async def hover(self, path: str, line: int, column: int) -> str:
        about = lsp.HoverParams(lsp.TextDocumentIdentifier(self.uri(path)), lsp.Position(line, column))
        found = await self.client.text_document_hover_async(about)
        return found.contents.value if found and isinstance(found.contents, lsp.MarkupContent) else ""

    async def define(self, path: str, line: int, column: int) -> list[tuple[str, int, int]]:
        about = lsp.DefinitionParams(lsp.TextDocumentIdentifier(self.uri(path)), lsp.Position(line, column))
        found: Any = await self.client.text_document_definition_async(about)
        return [(place.uri.rpartition("/")[2], place.range.start.line, place.range.start.character) for place in found]


@asynccontextmanager
async def editing(root: Path) -> AsyncIterator[Editor]:
    client = LanguageClient("test", "1")
    editor = Editor(root, client)

    @client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    def told(params: lsp.PublishDiagnosticsParams) -> None:
        editor.told[Path(params.uri.removeprefix("file://")).relative_to(root).as_posix()] = list(params.diagnostics)
        editor.news.set()

    await client.start_io(sys.executable, "-m", "ray18", "lsp", "--stdio", "--as-of", "2026-06-01")
    await client.initialize_async(lsp.InitializeParams(lsp.ClientCapabilities(), root_uri=root.as_uri()))
    client.initialized(lsp.InitializedParams())
    try:
        yield editor
        await asyncio.wait_for(client.shutdown_async(None), SECONDS)
    finally:
        client.exit(None)
        await asyncio.wait_for(client.stop(), SECONDS)


@pytest.fixture(scope="module")
def in_editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Story], None]]:
    """Tells a story to one editor that stays open: a server takes longer to start than to answer."""
    program = made_program(tmp_path_factory.mktemp("editor"))
    program.write("services.yaml", SERVICES)
    program.write(PATH, ITEM)
    program.write("policies/title-names-no-customer.py", OWN_POLICY)
    settings = (program.root / "ray18.yaml").read_text()
    program.write("ray18.yaml", settings + "policies:\n  gates:\n    backlog: [title-names-no-customer]\n")
    program.commit("more")
    with asyncio.Runner() as runner:
        opening = editing(program.root)
        editor = runner.run(opening.__aenter__())
        yield lambda story: runner.run(story(editor))
        runner.run(opening.__aexit__(None, None, None))


def test_problems_appear_and_go_while_somebody_writes(in_editor) -> None:  # type: ignore[no-untyped-def]
    """Syntax, fields, values, names, and what gates would say; each at its place, and gone with its cause."""

    async def story(editor: Editor) -> None:
        editor.open(PATH)
        await editor.until(PATH)
        editor.write(PATH, ITEM.replace("owner: sam", "owner: nobody").replace("Low", "High"))
        found = await editor.until(
            PATH, "item-owner-exists", "serious-item-has-due-date", "serious-item-has-priority", "score-has-rationale"
        )
        owner = next(one for one in found if one.code == "item-owner-exists")
        assert owner.severity is lsp.DiagnosticSeverity.Error, "no commit passes with it"
        assert owner.range == lsp.Range(lsp.Position(5, 7), lsp.Position(5, 13))
        assert "-> mend the name, or add nobody to people.yaml" in owner.message
        due = next(one for one in found if one.code == "serious-item-has-due-date")
        assert due.severity is lsp.DiagnosticSeverity.Warning, "only a gate fails on it"
        editor.write(PATH, ITEM.replace("severity: Low", "severity: Huge\nowmer: sam") + "title: twice\n")
        gates = ("serious-item-has-due-date", "serious-item-has-priority", "score-has-rationale")
        found = await editor.until(PATH, *["document-valid"] * 3, *gates)
        assert [one.range.start.line for one in found if one.code == "document-valid"] == [4, 5, 9]
        editor.write(PATH, ITEM)
        await editor.until(PATH)

    in_editor(story)


def test_what_one_record_does_to_another_is_said_in_both(in_editor) -> None:  # type: ignore[no-untyped-def]
    async def story(editor: Editor) -> None:
        editor.open(PATH)
        editor.open("backlog/MB-1.yaml")
        await editor.until(PATH)
        text = (editor.root / "backlog/MB-1.yaml").read_text()
        editor.write("backlog/MB-1.yaml", text + "depends_on: [MB-2]\n")
        circle = ("item-dependencies-have-no-cycle", "dependency-is-due-first", "score-has-rationale")
        await editor.until("backlog/MB-1.yaml", *circle)
        editor.write("backlog/MB-1.yaml", text.replace("id: MB-1", "id: MB-9"))
        await editor.until(PATH, "item-dependencies-exist")
        editor.write("backlog/MB-1.yaml", text)
        await editor.until(PATH)

    in_editor(story)


def test_a_file_that_changes_outside_the_editor_counts_at_once(in_editor) -> None:  # type: ignore[no-untyped-def]
    async def story(editor: Editor) -> None:
        editor.open(PATH)
        await editor.until(PATH)
        (editor.root / "services.yaml").write_text("services: []\n")
        change = lsp.FileEvent(editor.uri("services.yaml"), lsp.FileChangeType.Changed)
        editor.client.workspace_did_change_watched_files(lsp.DidChangeWatchedFilesParams([change]))
        await editor.until(PATH, "item-service-exists")
        (editor.root / "services.yaml").write_text(SERVICES)
        editor.client.workspace_did_change_watched_files(lsp.DidChangeWatchedFilesParams([change]))
        await editor.until(PATH)

    in_editor(story)


def test_fields_values_names_and_days_are_offered_where_they_belong(in_editor) -> None:  # type: ignore[no-untyped-def]
    async def story(editor: Editor) -> None:
        editor.open(PATH)
        await editor.until(PATH)
        fields = await editor.labels(PATH, ITEM + "pri|")
        assert "priority" in fields and "commitment" in fields
        assert "title" not in fields, "it is there already"
        assert await editor.labels(PATH, ITEM.replace("Low", "|")) == ["Critical", "High", "Medium", "Low"]
        assert (await editor.labels(PATH, ITEM.replace("owner: sam", "owner: s|"))) == ["sam", "sven"]
        assert await editor.labels(PATH, ITEM.replace("service: booking-api", "service: |")) == ["booking-api"]
        assert await editor.labels(PATH, ITEM.replace("[MB-1]", "[MB-|")) == ["MB-1", "MB-2"]
        assert await editor.labels(PATH, ITEM + "commitment:\n  |") == ["who", "what", "by"]
        assert "olga" in await editor.labels(PATH, ITEM + "commitment:\n  who: ol|\n  what: It\n")
        assert len(await editor.labels(PATH, ITEM + "due: |")) > 3
        assert await editor.labels(PATH, ITEM + "# who|") == []
        found = await editor.complete(PATH, ITEM.replace("severity: Low", "severity: Lo|w"))
        assert found is not None and found.items[0].text_edit == lsp.TextEdit(
            lsp.Range(lsp.Position(4, 10), lsp.Position(4, 13)), "Critical"
        )

    in_editor(story)


def test_names_are_explained_and_followed(in_editor) -> None:  # type: ignore[no-untyped-def]
    async def story(editor: Editor) -> None:
        editor.open(PATH)
        await editor.until(PATH)
        assert "**Booking API** (service booking-api)" in await editor.hover(PATH, 6, 12)
        assert "How bad it is when nothing is done" in await editor.hover(PATH, 4, 2)
        assert "Renew the certificate" in await editor.hover(PATH, 7, 14)
        assert await editor.define(PATH, 7, 14) == [("MB-1.yaml", 0, 4)]
        assert await editor.define(PATH, 6, 12) == [("services.yaml", 1, 8)]
        assert (await editor.define(PATH, 5, 8))[0][0] == "people.yaml"
        assert await editor.define(PATH, 1, 8) == []
        editor.write(PATH, ITEM.replace("Low", "Critical"))
        await editor.until(PATH, "serious-item-has-due-date", "serious-item-has-priority", "score-has-rationale")
        assert "Every serious item has a due date" in await editor.hover(PATH, 4, 2)

    in_editor(story)


def test_what_a_machine_can_mend_is_offered_and_mends(in_editor) -> None:  # type: ignore[no-untyped-def]
    async def story(editor: Editor) -> None:
        editor.open(PATH)
        await editor.until(PATH)
        wrong = ITEM.replace("severity: Low", "severity: low  # as agreed")
        editor.write(PATH, wrong)
        (told,) = await editor.until(PATH, "document-valid")
        about = lsp.TextDocumentIdentifier(editor.uri(PATH))
        params = lsp.CodeActionParams(about, told.range, lsp.CodeActionContext([told]))
        (action,) = await editor.client.text_document_code_action_async(params)  # type: ignore[misc]
        assert isinstance(action, lsp.CodeAction)
        assert (action.kind, action.is_preferred, list(action.diagnostics or [])) == ("quickfix", True, [told])
        assert action.edit is not None and action.edit.changes is not None
        ((uri, (edit,)),) = action.edit.changes.items()
        assert uri == editor.uri(PATH)
        lines = wrong.splitlines(keepends=True)
        lines[edit.range.start.line : edit.range.end.line] = [edit.new_text]
        assert "".join(lines) == ITEM.replace("severity: Low", "severity: Low  # as agreed")
        editor.write(PATH, "".join(lines))
        await editor.until(PATH)

    in_editor(story)


def test_a_teams_own_policies_are_asked_when_nobody_has_written_for_a_moment(in_editor) -> None:  # type: ignore[no-untyped-def]
    async def story(editor: Editor) -> None:
        editor.open(PATH)
        await editor.until(PATH)
        editor.write(PATH, ITEM.replace("gateway", "gateway of Harbor"))
        (told,) = await editor.until(PATH, "title-names-no-customer")
        assert (told.range.start.line, told.severity) == (1, lsp.DiagnosticSeverity.Warning)
        editor.write(PATH, ITEM)
        await editor.until(PATH)

    in_editor(story)


def test_columns_are_counted_as_the_editor_counts_them(in_editor) -> None:  # type: ignore[no-untyped-def]
    """The protocol counts in UTF-16: a character outside the basic plane is two."""

    async def story(editor: Editor) -> None:
        editor.open(PATH, ITEM.replace("source: {kind: technical-debt}", "source: {locator: 🚢🚢, kind: ship}"))
        (found,) = await editor.until(PATH, "document-valid")
        assert found.range.start == lsp.Position(2, 30)

    in_editor(story)


def test_settings_that_cannot_be_read_are_said_where_they_are(in_editor) -> None:  # type: ignore[no-untyped-def]
    async def story(editor: Editor) -> None:
        (editor.root / "ray18.yaml").write_text("version: 1\nprogramm: x\n")
        editor.open("ray18.yaml")
        found = await editor.until("ray18.yaml", "document-valid", "document-valid")
        assert "did you mean `program`" in found[1].message

    in_editor(story)
