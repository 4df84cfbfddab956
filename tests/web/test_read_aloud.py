"""What a screen reader, a keyboard and weak eyes need of every page: read from the pages themselves, and the styles."""

import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from contact_sync.web.rendering import static
from tests.integration.routes import paths
from tests.web.conftest import PREFIX, Site
from tests.web.seeded import HIS, Seeded
from tests.web.test_access import filled

VOID = {"meta", "link", "input", "br", "hr", "img"}
CONTROLS = {"input", "select", "textarea", "meter", "progress"}
NAMED = {"a", "button", "h1", "h2", "h3", "caption", "th", "title", "label", "option", "li", "summary"}
"""What is nothing without a text of its own."""
THEMES = (":root", '[data-theme="dark"]')
TEXTS, GROUNDS = ("text", "faint", "accent", "good", "warn", "bad"), ("ground", "raised")
PARTS = ("new", "re-added", "duplicate", "ignored")


@dataclass
class Element:
    """One element of a page. text: of it and all below."""

    tag: str
    attributes: dict[str, str]
    above: tuple["Element", ...] = field(repr=False)
    text: str = ""


class Reader(HTMLParser):
    """The elements of a page in order; `open` are those that nobody closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.open: list[Element] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs}, tuple(self.open))
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}, tuple(self.open)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data

    def all(self, *tags: str) -> list[Element]:
        return [each for each in self.elements if each.tag in tags]


@pytest.fixture
def read(site: Site, seeded: Seeded) -> dict[str, Reader]:
    """Every page that the application has, read; as the API server itself tells its routes."""
    routes = sorted({path.removeprefix(PREFIX) for path in paths(site.root.routes) if path.startswith(f"{PREFIX}/")})
    wanted = [filled(route, seeded, HIS) for route in routes]
    wanted += ["/tab?dag_id=somebody_elses", f"/tab?dag_id={HIS}&run_id=none", "/nowhere"]
    answers = {path: site.get(path) for path in wanted}
    return {
        path: Reader(answer.text)
        for path, answer in answers.items()
        if answer.headers.get("content-type", "").startswith("text/html")
    }


def test_every_page_is_a_whole_document(read: dict[str, Reader]) -> None:
    """OPS-8: a language, a title of its own, one main part, headings without a gap, ids that are one element's."""
    assert len(read) > 12
    for path, page in read.items():
        assert page.open == [], path
        assert [each.attributes["lang"] for each in page.all("html")] == ["en"], path
        levels = [int(each.tag[1]) for each in page.all("h1", "h2", "h3", "h4")]
        assert levels[:1] == [1], path
        assert levels.count(1) == 1, path
        assert all(after <= before + 1 for before, after in pairwise(levels)), (path, levels)
        assert len(page.all("main")) == 1, path
        ids = Counter(each.attributes["id"] for each in page.elements if "id" in each.attributes)
        assert [name for name, count in ids.items() if count > 1] == [], path
        landmarks = Counter(each.attributes.get("aria-label", "") for each in page.all("nav"))
        assert "" not in landmarks, path
        assert set(landmarks.values()) <= {1}, path
    titles = Counter(page.all("title")[0].text for path, page in read.items() if not path.startswith("/tab"))
    assert [title for title, count in titles.items() if count > 1] == []


def test_everything_has_a_name(read: dict[str, Reader]) -> None:
    """OPS-8: controls have labels, links and headings a text, pictures and regions that take the focus a name."""
    for path, page in read.items():
        labels = {each.attributes.get("for") for each in page.all("label")}
        ids = {each.attributes.get("id") for each in page.elements}
        assert labels <= ids, path
        for each in page.elements:
            named = each.attributes.get("aria-label") or each.attributes.get("aria-labelledby")
            if each.tag in CONTROLS and each.attributes.get("type") != "hidden":
                assert named or each.attributes.get("id") in labels, (path, each)
            if each.tag in NAMED:
                assert named or each.text.strip(), (path, each)
            if each.attributes.get("role") in {"img", "region"} or "tabindex" in each.attributes:
                assert named or each.tag == "main", (path, each)
            for name in ("aria-labelledby", "aria-describedby"):
                assert {*each.attributes.get(name, "").split()} <= ids, (path, each)
        assert all(each.attributes.get("aria-label") for each in page.all("form")), path


def test_every_table_says_what_it_holds(read: dict[str, Reader]) -> None:
    """OPS-8: a caption, heads that say of what, and in every row of data a head; a wide one can be scrolled by keys."""
    tables = 0
    for path, page in read.items():
        assert [each for each in page.all("th") if each.attributes.get("scope") not in SCOPES] == [], path
        for table in page.all("table"):
            tables += 1
            inside = [each for each in page.elements if table in each.above]
            assert [each.tag for each in inside].count("caption") == 1, path
            wide = sum(each.tag == "th" and each.attributes["scope"] == "col" for each in inside) > 5
            scrolled = any(each.attributes.get("role") == "region" for each in table.above)
            assert scrolled or not wide, (path, [each.text for each in inside if each.tag == "caption"])
    assert tables > 10


def test_nothing_needs_a_mouse(read: dict[str, Reader]) -> None:
    """OPS-8: no order of tabs but that of the text, no handler, what is pressed is a link or a button; a way past."""
    for path, page in read.items():
        assert {each.attributes["tabindex"] for each in page.elements if "tabindex" in each.attributes} <= {"0", "-1"}
        loud = [name for each in page.elements for name in each.attributes if name.startswith("on") or name == "style"]
        assert loud == [], path
        assert all(each.attributes.get("href") for each in page.all("a")), path
        assert all(each.attributes.get("type") == "submit" for each in page.all("button")), path
        first = page.all("a", "input", "select", "button")[0]
        assert (first.attributes["href"], "main" in {each.attributes.get("id") for each in page.elements}) == (
            "#main",
            True,
        ), path


SCOPES = {"col", "row", "colgroup", "rowgroup"}


def test_the_order_of_records_is_told(site: Site, seeded: Seeded) -> None:
    """OPS-8: aria-sort at the column by which the rows are ordered, and at no other."""
    path = f"/syncs/{HIS}/fetches/{seeded.fetch}/records"
    told = {}
    for sort in ("read", "read_last_first", "record_id", "reason"):
        heads = [each for each in Reader(site.text(path, sort=sort)).all("th") if "aria-sort" in each.attributes]
        told[sort] = [(each.text, each.attributes["aria-sort"]) for each in heads]
    assert told == {
        "read": [("No.", "ascending")],
        "read_last_first": [("No.", "descending")],
        "record_id": [("Record", "ascending")],
        "reason": [("Outcome", "ascending")],
    }


def colours(head: str) -> dict[str, tuple[float, ...]]:
    """The variables of a theme, as shares of red, green and blue."""
    style = static("pages.css").decode("utf-8")
    block = style[style.index(f"\n{head} {{") :].split("}")[0]
    found = re.findall(r"--([\w-]+): #([0-9a-f]{6})", block)
    return {name: tuple(int(word[at : at + 2], 16) / 255 for at in (0, 2, 4)) for name, word in found}


def contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """Of two colours, from 1 to 21, as WCAG 2.2 defines it."""
    light = sorted(
        sum(
            weight * (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
            for weight, part in zip((0.2126, 0.7152, 0.0722), colour, strict=True)
        )
        for colour in (one, other)
    )
    return (light[1] + 0.05) / (light[0] + 0.05)


@pytest.mark.parametrize("theme", THEMES, ids=["light", "dark"])
def test_contrast(theme: str) -> None:
    """OPS-8: 4.5 to 1 for every text on every ground, 3 to 1 for parts of the chart and edges of controls."""
    known = colours(theme)
    weak = {
        (name, ground): round(contrast(known[name], known[ground]), 2)
        for ground in GROUNDS
        for name in TEXTS
        if contrast(known[name], known[ground]) < 4.5
    }
    assert weak == {}
    assert [name for name in PARTS if contrast(known[name], known["ground"]) < 3] == []
    assert contrast((0.0,) * 3, (1.0,) * 3) == pytest.approx(21)


def test_both_ways_to_the_dark_theme_are_one() -> None:
    """OPS-8: what Airflow says and what the browser prefers lead to the same colours; all themes have all variables."""
    style = static("pages.css").decode("utf-8")
    preferred = style[style.index("prefers-color-scheme: dark") :].split("}")[0]
    assert dict(re.findall(r"--([\w-]+): (#\w+)", preferred)) == dict(
        re.findall(r"--([\w-]+): (#\w+)", style[style.index(THEMES[1]) :].split("}")[0])
    )
    assert colours(THEMES[0]).keys() == colours(THEMES[1]).keys()
