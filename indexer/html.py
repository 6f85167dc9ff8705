"""An HTML page: its metadata by lxml, its main text and tables by trafilatura.

Before trafilatura sees the page, two things that it cannot know are done to the tree: tables used for layout become
plain blocks (old government pages stand in one table, whose paragraphs would be run together), and tables of data
become one paragraph a row, ``| 规范性文件 | 6 | 6 | 136 |``, with row spans repeated, so that each row can be read alone.
"""

from __future__ import annotations

import re
from functools import cache

import trafilatura
from lxml import etree, html

from gongwen import docnumber, labels, tables
from gongwen.errors import UnreadableDocument
from gongwen.normalize import fold
from gongwen.types import Span
from indexer.attachments import is_file
from indexer.extracted import Extracted, bounded

# <meta> names of 《政府网站发展指引》 (国办发〔2017〕47号) and the labels they stand for.
_META = {"articletitle": "标题", "pubdate": "发布日期", "contentsource": "来源", "columnname": "信息分类"}
# Ids and classes in which the common content systems of government sites put the text of a document.
_CONTENT = ("UCAP-CONTENT", "zoom", "Zoom", "zoomcon", "TRS_Editor", "TRS_UEDITOR", "trs_editor_view", "article-content", "pages_content", "ewb-article-info", "bt_content", "xxgk-content", "detail-content", "news_content", "vsb_content", "js_content", "con_text", "wzcon")  # fmt: skip
_CONTENT_NAMES = frozenset(_CONTENT)
_BLOCKS = ("p", "div", "table", "ul", "ol", "section", "article", "h1", "h2", "h3", "h4", "center")
_MOST_COLUMNS = 60
_MOST_OF_THE_TEXT = 0.9
_LEAST_CONTENT = 100  # characters; a page has buttons that bear such a name, too (zoom: 大 中 小)
_MOST_LINKED = 0.5  # of a text; a list of related pages is linked from end to end
_BESIDE = ("nav", "aside", "footer")

# Behind at least six characters, words without figures.
_OF_SITE = re.compile(r"(?<=.{6})[ ]*[-_|—]{1,2}[ ]*(?=[^-_|—0-9]*[\u4e00-\u9fff])[^-_|—0-9]{2,20}$")

_HEADINGS = ("h1", "h2", "h3")
_FEW, _LONGEST_NUMBER = (
    5,
    40,
)  # characters of what is no heading, or elements in one that holds more than a line; of a number


def read_html(source: str, *, optional: bool = False) -> Extracted:
    """Title, metadata and text of a page, and the words of its links to files.

    Raises :class:`~gongwen.errors.UnreadableDocument` (stage ``extract``) when the page has no text, unless that is
    ``optional`` (its text is in the file it links to).
    """
    tree = _parse(source)
    linked = tuple(_line(link) for link in tree.iter("a") if is_file(link.get("href") or ""))
    content = _containers(tree)
    metadata = tuple(dict.fromkeys([*_box_pairs(tree, content), *_meta_pairs(tree)]))
    title = next((value for label, value in metadata if labels.field_of(label) == "title"), None) or _heading(tree)
    link = tree.find(".//link[@rel='canonical']")
    roots, text = _main_text(tree, content)
    if not any(labels.field_of(label) == "doc_number" for label, _ in metadata):
        metadata += _number_above(tree, roots[0])
    if not text and not optional:
        raise UnreadableDocument("the page has no text", stage="extract")
    return Extracted(bounded(text), title, metadata, link.get("href") if link is not None else None, linked)


def _parse(source: str) -> html.HtmlElement:
    # huge_tree: libxml2 would otherwise stop at 256 levels and lose the rest of the page without a word.
    parser = html.HTMLParser(remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        tree = html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", source), parser=parser)
    except (etree.ParserError, ValueError) as error:
        raise UnreadableDocument(f"the page cannot be parsed as HTML: {error}", stage="extract") from error
    if any("depth" in entry.message for entry in parser.error_log):
        raise UnreadableDocument("the page is nested too deeply (more than 2,048 levels)", stage="extract")
    etree.strip_elements(tree, "script", "style", "noscript", "template", "svg", "iframe", "rt", "rp", with_tail=False)
    return tree


def _meta_pairs(tree: html.HtmlElement) -> list[tuple[str, str]]:
    found = []
    for meta in tree.iter("meta"):
        label = _META.get((meta.get("name") or "").lower())
        value = (meta.get("content") or "").strip()
        if label and value:
            found.append((label, value))
    return found


def _box_pairs(tree: html.HtmlElement, content: list[html.HtmlElement]) -> list[tuple[str, str]]:
    """Labels and values in the page's information box: a table, a list, a definition list, spans in a line."""
    inside = {element for container in content for element in container.iter()}
    found: list[tuple[str, str]] = []
    waiting: str | None = None
    for cell in tree.iter("td", "th", "li", "dt", "dd", "p", "div", "span", "b", "strong", "label", "em"):
        if cell in inside or any(child.tag in _BLOCKS or child.tag in ("td", "li", "dd") for child in cell):
            continue
        text = _line(cell)
        if not text or len(text) > 200:
            waiting = None if text else waiting
            continue
        pairs = labels.pairs_in(fold(text))
        if pairs:
            found += [(label, value) for label, value in pairs if value]
            waiting = pairs[-1][0] if not pairs[-1][1] else None
        elif labels.field_of(text) and cell.tag in ("td", "th", "dt", "b", "strong", "label"):
            waiting = text.strip(":： ")
        elif waiting and len(text) < 150:
            found.append((waiting, text))
            waiting = None
    return [(label, value) for label, value in found if labels.field_of(label) != "noise"]


def _line(element: html.HtmlElement) -> str:
    return re.sub(r"\s+", " ", element.text_content()).strip()


def _heading(tree: html.HtmlElement) -> str | None:
    for heading in tree.iter("h1"):
        if len(text := _line(heading)) > 5:
            return text
    title = tree.find(".//title")
    text = _line(title) if title is not None else ""
    return _without_site(text) or None


def _without_site(title: str) -> str:
    """A page's title without the columns and the site behind it: 关于…的通知_政策文件_衢州市人民政府. A number (ZZCR—2019—01013) is
    neither."""
    while match := _OF_SITE.search(title):
        title = title[: match.start()].strip()
    return title


def _containers(tree: html.HtmlElement) -> list[html.HtmlElement]:
    """The elements that hold the document's text, in its order, when the page names them as content systems do."""
    named: dict[str, list[html.HtmlElement]] = {}
    for element in tree.iter("*"):
        for name in {element.get("id"), *(element.get("class") or "").split()} & _CONTENT_NAMES:
            named.setdefault(name, []).append(element)
    for name in _CONTENT:
        for element in named.get(name, ()):
            if len(element.text_content().strip()) >= _LEAST_CONTENT:
                return _with_others(element, named[name])
    return []


def _with_others(first: html.HtmlElement, named: list[html.HtmlElement]) -> list[html.HtmlElement]:
    """The container and those of its name beside it: a text pasted piece by piece stands in several.

    Lists of links to pages are none of it, nor is a text that stands a second time (for a telephone).
    """
    kept, texts = {first}, {_squeeze(first.text_content())}
    for element in named:
        if any(parent in kept or parent.tag in _BESIDE for parent in element.iterancestors()):
            continue
        text = _squeeze(element.text_content())
        links = (link.text_content() for link in element.iter("a") if not is_file(link.get("href") or ""))
        if text and text not in texts and sum(len(_squeeze(link)) for link in links) <= _MOST_LINKED * len(text):
            kept.add(element)
            texts.add(text)
    return [element for element in named if element in kept]


def _number_above(tree: html.HtmlElement, text: html.HtmlElement) -> tuple[tuple[str, str], ...]:
    """The number that stands alone between the heading and the element of the text: <h1>…的通知</h1><div>衢政办发〔2019〕5号</div>."""
    found: tuple[tuple[str, str], ...] = ()
    below = False
    for element in tree.iter(*_HEADINGS, "div", "p", "span", "li", "td", "strong", "b", "font"):
        if element is text:
            return found
        line = "" if any(child.tag in _BLOCKS for child in element) else _line(element)
        if below and len(line) <= _LONGEST_NUMBER and _is_number(fold(line).strip("() ")):
            found = (("文号", line),)
        below = below or (element.tag in _HEADINGS and len(line) > _FEW)
    return ()


def _is_number(folded: str) -> bool:
    return any(one.span == Span(0, len(folded)) for one in docnumber.find(folded))


def _main_text(tree: html.HtmlElement, content: list[html.HtmlElement]) -> tuple[list[html.HtmlElement], str]:
    """The elements of the text, and the text."""
    for root in content or [tree]:
        for table in list(root.iter("table")):
            if _is_layout(table):
                for part in [
                    table,
                    *table.xpath(
                        "./tbody|./thead|./tr|./tbody/tr|./thead/tr|./tr/td|./tbody/tr/td|./tr/th|./tbody/tr/th"
                    ),
                ]:
                    part.tag = "div"
        for table in list(root.iter("table")):
            _rows_to_paragraphs(table)
    roots = content or [_located(tree)]
    return roots, "\n".join(text for root in roots if (text := _blocks(root)))


def _located(tree: html.HtmlElement) -> html.HtmlElement:
    """The deepest element that holds what trafilatura takes for the main text.

    Trafilatura finds the text but drops short lines at its edges, among them titles and signatures; so it says where
    the document is, and the whole element is read.
    """
    found = trafilatura.extract(
        html.tostring(tree, encoding="unicode"), fast=True, favor_recall=True, include_comments=False
    )
    lines = {squeezed for line in (found or "").split("\n") if len(squeezed := _squeeze(line)) > 20}
    element = tree.find("body") if tree.find("body") is not None else tree
    total = sum(map(len, lines))
    while total:
        for child in element:
            text = _squeeze(child.text_content()) if isinstance(child.tag, str) else ""
            if sum(len(line) for line in lines if line in text) >= _MOST_OF_THE_TEXT * total:
                element = child
                break
        else:
            break
    return element


def _squeeze(text: str) -> str:
    return re.sub(r"[\s|]+", "", text)


def _is_layout(table: html.HtmlElement) -> bool:
    if table.find(".//table") is not None:
        return True
    return any(len(cell.text_content()) > 300 or len(cell.findall(".//p")) > 3 for cell in table.iter("td"))


def _rows_to_paragraphs(table: html.HtmlElement) -> None:
    for part in table.xpath(".//tbody|.//thead|.//tfoot|.//caption"):
        if part.tag == "caption":
            part.tag = "p"
        else:
            part.drop_tag()
    spans: dict[int, tuple[int, str]] = {}  # column -> rows it still covers, text
    rows_of_cells = [(row, row.xpath("./td|./th")) for row in table.iter("tr")]
    wide = [place for place, (_, parts) in enumerate(rows_of_cells) if len(parts) > 1]
    for place, (row, parts) in enumerate(rows_of_cells):
        # One cell is no row above and below the table: a heading, a note, a text set line by line.
        if len(parts) == 1 and not spans and not (wide and wide[0] < place < wide[-1]):
            row.tag = parts[0].tag = "div"
            continue
        cells: list[str] = []
        for cell in parts:
            _fill(cells, spans)
            text = _line(cell).replace("|", "/")
            rows, columns = _span(cell, "rowspan", 200), _span(cell, "colspan", _MOST_COLUMNS)
            for extra in range(columns):
                if rows > 1:
                    spans[len(cells)] = (rows - 1, "" if extra else text)
                cells.append("" if extra else text)
        _fill(cells, spans)
        for child in list(row):
            row.remove(child)
        row.tag = "p"
        row.text = tables.row(cells[:_MOST_COLUMNS]) if any(cells) else None
    table.tag = "div"


def _fill(cells: list[str], spans: dict[int, tuple[int, str]]) -> None:
    """Adds the cells that reach down from rows above into the next columns."""
    while len(cells) in spans:
        rows, text = spans.pop(len(cells))
        if rows > 1:
            spans[len(cells)] = (rows - 1, text)
        cells.append(text)


def _span(cell: html.HtmlElement, name: str, most: int) -> int:
    value = cell.get(name, "1").strip()
    return min(max(int(value), 1), most) if value.isascii() and value.isdigit() else 1


@cache
def _block_tags() -> frozenset[str]:
    return frozenset((*_BLOCKS, "li", "tr", "br", "h5", "h6", "dt", "dd", "body"))


def _blocks(tree: html.HtmlElement) -> str:
    """All text of a tree, one line a block."""
    pieces: list[str] = []
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        if element.tag in _block_tags():
            pieces.append("\n")
        pieces.append(re.sub(r"\s+", " ", (element.text if event == "start" else element.tail) or ""))
    return re.sub(r" *\n[\n ]*", "\n", "".join(pieces)).strip()
