"""`ray18 report` is one page that needs nothing else, and nothing that a record says does anything in it."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from conftest import AS_OF, ITEM, SETTINGS, Program
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ray18.findings import Finding
from ray18.overview import Overview, overview
from ray18.renderers.html import content_policy
from ray18.renderers.html import overview as page
from ray18.testing import judge_of

HOSTILE = (
    *(
        "<script>alert(1)</script>",
        '" onerror="x',
        "' onload='x",
        "</script>",
        "javascript:alert(1)",
        "<!--",
        "-->",
        "]]>",
    ),
    *(
        "</style><img src=x onerror=x>",
        "&lt;b&gt;",
        "\x00",
        "\x1b[2J",
        "\u202e",
        "\ufffe",
        "{{7*7}}",
        "{% x %}",
        "</title>",
    ),
)


class Page(HTMLParser):
    """What a browser would make of the page: tags, attributes and text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text, self.comments = "", 0
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.comments += 1


TAGS = {
    *("html", "head", "meta", "title", "style", "body", "header", "h1", "h2", "h3", "p", "span", "nav", "a", "main"),
    *("section", "div", "table", "thead", "tbody", "tr", "th", "td", "details", "summary", "code", "footer"),
}
ATTRIBUTES = {"lang", "charset", "http-equiv", "content", "name", "class", "href", "id", "aria-label", "open"}


def harmless(text: str) -> Page:
    read = Page(text)
    assert {tag for tag, _ in read.tags} <= TAGS
    assert {name for _, attributes in read.tags for name in attributes} <= ATTRIBUTES
    assert all(str(attributes["href"]).startswith("#") for _, attributes in read.tags if "href" in attributes)
    assert read.comments == 0
    assert sum(tag == "style" for tag, _ in read.tags) == 1
    return read


def test_the_page_shows_verdicts_findings_and_the_open_work(program: Program, ray18, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    program.write("backlog/MB-1.yaml", ITEM.replace("owner: sam\n", "").replace("Renew", "<b>Renew"))
    out = tmp_path / "report.html"
    ran = ray18("report", "--as-of", AS_OF, "-o", out, folder=program.root)
    assert (ran.status, ran.out, ran.err) == (0, "", "")
    read = harmless(out.read_text())
    for words in ("Test program", "Gate 1: Maintenance Backlog Integrity", "MB-1 (High) has no owner", "<b>Renew the certificate",
                  "ray18 backlog set MB-1 owner=NAME", "Security Lead", "Validate Handover Completeness"):  # fmt: skip
        assert words in read.text, words


def test_the_same_commit_and_day_give_the_same_page(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    head = program.commit()
    first, again = (ray18("report", "--rev", head, "--as-of", AS_OF, folder=program.root).out for _ in range(2))
    assert first == again
    assert f"ray18 gate --all --rev {head} --as-of {AS_OF}" in Page(first).text


def test_the_content_policy_allows_the_style_sheet_of_the_page_and_nothing_more(program: Program, ray18) -> None:  # type: ignore[no-untyped-def]
    import base64
    import hashlib

    text = ray18("report", "--as-of", AS_OF, folder=program.root).out
    (style,) = re.findall("<style>(.*?)</style>", text, re.DOTALL)
    name = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert content_policy() == f"default-src 'none'; style-src 'sha256-{name}'; base-uri 'none'; form-action 'none'"
    (policy,) = [a["content"] for _, a in Page(text).tags if a.get("http-equiv") == "Content-Security-Policy"]
    assert policy == content_policy()


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Overview:
    folder: Path = tmp_path_factory.mktemp("program")
    (folder / "ray18.yaml").write_text(SETTINGS)
    return overview(judge_of(folder, AS_OF))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(st.sampled_from(HOSTILE), st.text(max_size=6)), min_size=1, max_size=5).map("".join))
def test_no_text_is_markup(plain: Overview, text: str) -> None:
    finding = Finding("serious-item-has-owner", "error", text, text, 1, 1, text, text)
    result = replace(plain.gates.results[1], findings=(finding,), actual=text, required_action=text)
    read = harmless(page(replace(plain, gates=replace(plain.gates, results=(result,)))))
    assert len([tag for tag, _ in read.tags if tag == "table"]) == 4


def test_every_known_attack_is_shown_as_text(plain: Overview) -> None:
    found = tuple(Finding("serious-item-has-owner", "error", f"[{text}]", text, 1, 1, text, text) for text in HOSTILE)
    result = replace(plain.gates.results[1], findings=found)
    read = harmless(page(replace(plain, gates=replace(plain.gates, results=(result,)))))
    for text in HOSTILE:
        if text.isprintable() and text != "\ufffe":
            assert f"[{text}]" in read.text
