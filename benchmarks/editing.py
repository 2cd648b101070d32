"""Types into a program of 10,000 items through a real client, and times each key until its problems are shown.

    python benchmarks/editing.py [ITEMS]

Medians and the worst of 30 keys, in milliseconds: on the clock (what somebody waits for, the 20 ms of silence before a text
is judged included), and CPU of the server. The same with 100 items shows what grows with the program.
"""

import asyncio
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from lsprotocol import types as lsp
from programs import build
from pygls.lsp.client import LanguageClient

KEYS = 30
PATH = "backlog/MB-000005.yaml"
PATIENCE = 30
"""Seconds after which something is wrong."""
TICK = os.sysconf("SC_CLK_TCK")


def edits(text: str) -> dict[str, tuple[str, str]]:
    """What is written, and the policy that has something to say about it."""
    return {
        "a known value, misspelt": (text.replace("severity: ", "severity: X"), "document-valid"),
        "an owner nobody knows": (text.replace("owner: ", "owner: x"), "item-owner-exists"),
        "an id that another item has": (text.replace("id: MB-000005", "id: MB-000004"), "item-ids-are-distinct"),
        "a dependency that is not there": (f"{text}depends_on: [MB-1]\n", "item-dependencies-exist"),
    }


class Typist:
    """One editor with one file open."""

    def __init__(self, root: Path) -> None:
        self.root, self.client, self.version = root, LanguageClient("bench", "1"), 1
        self.codes: list[str] = []
        self.news = asyncio.Event()

    async def start(self) -> float:
        """Opens the file; seconds until its problems are shown."""
        began = time.perf_counter()

        @self.client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def told(params: lsp.PublishDiagnosticsParams) -> None:
            if params.uri.endswith(PATH):
                self.codes = [str(one.code) for one in params.diagnostics]
                self.news.set()

        await self.client.start_io(sys.executable, "-m", "ray18", "lsp", "--as-of", "2026-11-27")
        await self.client.initialize_async(lsp.InitializeParams(lsp.ClientCapabilities(), root_uri=self.root.as_uri()))
        self.client.initialized(lsp.InitializedParams())
        text = (self.root / PATH).read_text()
        document = lsp.TextDocumentItem((self.root / PATH).as_uri(), "yaml", 1, text)
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(document))
        await self.news.wait()
        return time.perf_counter() - began

    def cpu(self) -> float:
        """CPU seconds of the server so far."""
        server = self.client._server
        assert server is not None
        fields = Path(f"/proc/{server.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    async def write(self, text: str, code: str, there: bool) -> float:
        """Writes a text; seconds until the policy is named, or is not any more."""
        began = time.perf_counter()
        self.version += 1
        about = lsp.VersionedTextDocumentIdentifier(self.version, (self.root / PATH).as_uri())
        change = lsp.TextDocumentContentChangeWholeDocument(text)
        self.client.text_document_did_change(lsp.DidChangeTextDocumentParams(about, [change]))
        async with asyncio.timeout(PATIENCE):
            while (code in self.codes) is not there:
                self.news.clear()
                await self.news.wait()
        return time.perf_counter() - began

    async def complete(self, text: str) -> float:
        """Seconds until names are offered at the end of a text."""
        self.version += 1
        about = lsp.VersionedTextDocumentIdentifier(self.version, (self.root / PATH).as_uri())
        change = lsp.TextDocumentContentChangeWholeDocument(text)
        self.client.text_document_did_change(lsp.DidChangeTextDocumentParams(about, [change]))
        began = time.perf_counter()
        where = lsp.Position(text.count("\n"), len(text.rpartition("\n")[2]))
        params = lsp.CompletionParams(lsp.TextDocumentIdentifier((self.root / PATH).as_uri()), where)
        assert await self.client.text_document_completion_async(params)
        return time.perf_counter() - began


def line(name: str, seconds: list[float], cpu: float) -> str:
    return f"{name:34} {statistics.median(seconds) * 1000:7.0f} {max(seconds) * 1000:7.0f} {cpu / len(seconds) * 1000:7.0f}"


async def measured(root: Path) -> None:
    typist = Typist(root)
    print(f"{'opened, s':34} {await typist.start():7.1f}")
    print(f"{'':34} {'median':>7} {'worst':>7} {'CPU':>7}")
    text = (root / PATH).read_text()
    for name, (bad, code) in edits(text).items():
        before, waits = typist.cpu(), []
        for _ in range(KEYS // 2):
            waits += [await typist.write(bad, code, True), await typist.write(text, code, False)]
            await asyncio.sleep(0.1)
        print(line(name, waits, typist.cpu() - before))
    for name, ending in (("completion of owners", "owner: po"), ("completion of items", "depends_on: [MB-0000")):
        before = typist.cpu()
        waits = [await typist.complete(f"{text}{ending}") for _ in range(KEYS)]
        print(line(name, waits, typist.cpu() - before))
    await typist.client.shutdown_async(None)
    typist.client.exit(None)
    await typist.client.stop()


def main() -> None:
    items = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as folder:
        for count in (100, items):
            root = Path(folder) / str(count)
            build(root, count)
            print(f"\n{count:,} items")
            asyncio.run(measured(root))


if __name__ == "__main__":
    main()
