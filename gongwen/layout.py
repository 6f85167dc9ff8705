"""Layout of a page copied as text: from the whole text to its documents.

What surrounds a document on a page is recognised line by line and taken away: navigation, buttons and footers
(data/page_noise.tsv), and the header of labels and values (索引号: …), which becomes metadata. Shredded tables are put
together again. A file that holds several annual reports one after the other (as portals' list pages do when copied)
becomes as many pages; cut-off copies and search-box text between them become fragments, which the caller reports.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from gongwen import dates, docnumber, genre, issuers, labels, tables, titles
from gongwen.data import rows
from gongwen.normalize import Normal, fold, normalize
from gongwen.types import Fragment, Genre, Page, Span

_REPORT_TITLE = re.compile(r"^[^。;,]{0,40}(?:19|20)\d\d年[^。;,]{0,40}[。.]?$")
# The header of a page ends with its first paragraph: a line longer than any title's line that holds a full stop.
_PARAGRAPH = re.compile(r"^.{60,}。|^.{90,}")
# A page's <title> that names its site or column.
_COLUMN = re.compile(
    r"(?:网站|门户|政府网|首页|信息公开(?:网|平台|目录|专栏)?|政策文件|通知公告|公示公告|文件下载|政务公开)$"
)
_SHORTEST_CUT = 8  # characters of a title that was cut
_CUT_OFF = re.compile(r"(?:\.\.\.|…)$")
_LONGEST_TITLE = 60
_LINE = re.compile(r"[^\n]+")
# Up to a space with a character beyond ASCII on one side at least; 2020 年 keeps its spaces between digits and letters.
_SHORTEST_RUN = 120  # characters: a text of one line may be that long without having lost breaks
_UNBROKEN = re.compile(
    r"(?:[^\s]|(?<=[\x21-\x7e])[ \t\u3000]+(?=[\x21-\x7e]|[年月日号])|(?<=[年月])[ \t]+(?=[0-9]{1,2}[ ]?[月日]))+"
)
_LONGEST_LINE = (
    400  # characters of a line on average; above it, line breaks were lost (state_council: 60, notices: 1,500)
)
_FEWEST_CHARACTERS = 200  # the shortest of the 41 + 599 real documents read has 240


@dataclass(frozen=True, slots=True)
class _Line:
    span: Span
    text: str
    folded: str


@cache
def _noise() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{row['pattern']})" for row in rows("page_noise.tsv")))


@cache
def _related() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{row['pattern']})" for row in rows("page_noise.tsv") if row["reason"] == "相关"))


def read(
    source: str, *, title: str | None = None, metadata: tuple[tuple[str, str], ...] = (), url: str | None = None
) -> tuple[tuple[Page, ...], tuple[Fragment, ...]]:
    """The documents of a text and the fragments that are none.

    ``title`` and ``metadata`` are what the caller already knows (an HTML page's); they go to the document when there
    is just one. Never raises; a text without any document gives no page and one fragment.
    """
    normal = normalize(source)
    lines = _lines(normal)
    parts = _split(lines)
    pages: list[Page] = []
    fragments: list[Fragment] = []
    single = len(parts) == 1
    for part in parts:
        page, left = _page(part, normal)
        fragments += left
        if _too_little(page, titled=single and title is not None):
            if page.text:
                fragments.append(Fragment(page.text, "too little text for a document"))
            continue
        if single:
            named = _better(title, page.title)
            page = Page(page.text, named, (*metadata, *page.metadata), url, original=page.original)
        pages.append(page)
    return tuple(pages), tuple(fragments)


def _better(given: str | None, found: str | None) -> str | None:
    """The title that a page was given, or the one found in its text when the given one is that of a column or site, or cut."""
    if not given or not found or genre.of_title(fold(found)) is None:
        return given or found
    bare = re.sub(r"(?:\.{2,}|…+)$", "", fold(given)).strip()
    is_cut = len(bare) >= _SHORTEST_CUT and len(found) > len(bare) and fold(found).startswith(bare)
    is_column = genre.of_title(bare) is None and bool(_COLUMN.search(bare) or issuers.is_body(bare))
    return found if is_cut or is_column else given


def _lines(normal: Normal) -> list[_Line]:
    """The lines of a text. In a text that lost its line breaks, spaces between Chinese characters are what is left of them."""
    breaks = normal.text.strip().count("\n")  # the one at the end of a file divides nothing
    run_together = len(normal.text) > (_LONGEST_LINE * (1 + breaks) if breaks else _SHORTEST_RUN)
    found = []
    for match in (_UNBROKEN if run_together else _LINE).finditer(normal.text):
        text = match[0].strip()
        if text:
            start = match.start() + match[0].index(text)
            span = Span(start, start + len(text))
            found.append(_Line(span, text, normal.folded[span.start : span.end]))
    return found


def _split(lines: list[_Line]) -> list[list[_Line]]:
    """The lines of each report, when several reports of different years or bodies stand in one text; else one part."""
    starts = [i for i, line in enumerate(lines) if _is_report_title(line.folded)]
    distinct = {_title_key(lines[i].folded) for i in starts}
    if len(distinct) < 2:
        return [lines]
    kept: list[int] = []
    for start in starts:
        if not kept or _title_key(lines[kept[-1]].folded) != _title_key(lines[start].folded):
            kept.append(start)
    bounds = [0, *kept[1:], len(lines)]
    return [lines[begin:end] for begin, end in pairwise(bounds)]


def _is_report_title(folded: str) -> bool:
    if len(folded) > _LONGEST_TITLE or not _REPORT_TITLE.match(folded) or labels.pairs_in(folded):
        return False
    found = genre.of_title(folded)
    return found is not None and found.value is Genre.ANNUAL_REPORT


def _title_key(folded: str) -> str:
    return re.sub(r"\W", "", folded)


def _page(part: list[_Line], normal: Normal) -> tuple[Page, list[Fragment]]:
    header_end = next((i for i, line in enumerate(part) if _PARAGRAPH.match(line.folded)), len(part))
    metadata, body = _header(_without_related(part), header_end)
    fragments = [Fragment(line.text, "a cut-off copy of another page") for line in body if _is_cut_off(line)]
    body = [line for line in body if not _is_cut_off(line)]
    title = _shown(titles.find([line.folded for line in body]), body)
    text = "\n".join(tables.rejoin([line.text for line in body]))
    original = None
    if body and (normal.traditional or normal.repaired):
        span = normal.source_span(Span(body[0].span.start, body[-1].span.end))
        original = normal.source[span.start : span.end]
        original = original if original != text and normal.traditional else None
    return Page(text, title, tuple(metadata), original=original), fragments


def _without_related(part: list[_Line]) -> list[_Line]:
    """The lines before 相关稿件 and the links under it, when nothing there is a sentence or a date of signing."""
    for i, line in enumerate(part[3:], 3):
        if _related().fullmatch(re.sub(r"\s", "", line.folded)):
            rest = part[i + 1 :]
            links = not any("。" in one.folded or len(dates.find(one.folded[:24])) for one in rest)
            return part[:i] if links else part
    return part


def _shown(title: str | None, body: list[_Line]) -> str | None:
    """A folded title in the characters of the page: its quotes, brackets and dashes as printed."""
    if title is None:
        return None
    folded, text = "".join(line.folded for line in body[:20]), "".join(line.text for line in body[:20])
    at = folded.find(title)
    if at < 0 and (wide := re.search(f"{re.escape(title[:-1])}[ ]+{re.escape(title[-1])}", folded)):  # 通  知
        return text[wide.start() :][: len(title) - 1] + text[wide.end() - 1]
    return text[at : at + len(title)] if at >= 0 else title


def _header(part: list[_Line], header_end: int) -> tuple[list[tuple[str, str]], list[_Line]]:
    """Metadata of the header, and the lines that are neither metadata nor noise."""
    metadata: list[tuple[str, str]] = []
    body: list[_Line] = []
    waiting: str | None = None  # a label alone on its line: its value is the next line
    for i, line in enumerate(part):
        if _noise().fullmatch(re.sub(r"\s", "", line.folded)):
            continue
        pairs = labels.pairs_in(line.folded) if i < header_end or len(line.text) < _LONGEST_TITLE else None
        if pairs is not None and (i < header_end or all(labels.field_of(label) == "noise" for label, _ in pairs)):
            metadata += [(label, value) for label, value in pairs if value]
            waiting = pairs[-1][0] if not pairs[-1][1] and len(pairs) == 1 else None
        elif waiting and i < header_end and _may_answer(waiting, line.folded):
            metadata.append((waiting, line.folded.strip(" |")))
            waiting = None
        else:
            waiting = None
            body.append(line)
    return list(dict.fromkeys(metadata)), body


def _may_answer(label: str, folded: str) -> bool:
    """False for the line behind an empty label that is no value of it: a title, a number or a body of the document itself."""
    field = labels.field_of(label)
    numbered = field != "doc_number" and any(one.span == Span(0, len(folded)) for one in docnumber.find(folded))
    named = field not in ("issuer", "site") and issuers.is_body(folded)
    return not (numbered or named or _is_title(folded))


def _is_title(folded: str) -> bool:
    bare = folded.lstrip("# ")
    return (
        6 <= len(bare) <= 2 * _LONGEST_TITLE and not re.search(r"[。;!?]\S", bare) and genre.of_title(bare) is not None
    )


def _is_cut_off(line: _Line) -> bool:
    return len(line.text) > _LONGEST_TITLE and bool(_CUT_OFF.search(line.folded))


def _too_little(page: Page, *, titled: bool) -> bool:
    """No document: almost no text, or nothing but unfinished paragraphs under a title (cut-off copies). What came with a
    title of its own is a document however short it is (an article of law, a notice that is all attachment)."""
    if titled and page.text:
        return False
    key = _title_key(page.title or "")
    paragraphs = [line for line in page.text.split("\n") if not key or _title_key(line) != key]
    unfinished = len(paragraphs) <= 3 and not any(re.search(r"[。.!！:：|]$", line) for line in paragraphs)
    dated = bool(dates.find(page.text[-60:]))
    return (
        not paragraphs
        or (unfinished and not dated)
        or (sum(map(len, paragraphs)) < _FEWEST_CHARACTERS and page.title is None)
    )
