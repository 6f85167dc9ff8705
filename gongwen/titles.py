"""Titles 标题 at the head of a text: which lines are the title, broken over lines as pages print it.

GB/T 9704 sets a long title in several lines, with the name of the issuing body on lines of its own; pages copy that
(财政部 / 税务总局 / 关于支持…的公告) and often print the title twice, once in full. A title ends with the word that names the
kind of document (通知, 公告, 年度报告 …); so lines are joined until one does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from gongwen import docnumber, genre, issuers, labels

_HEAD = 14  # lines that can hold the title
_MOST_LINES = 5  # of one title
_LONGEST = 120  # characters; the longest of 41 + 78 + 160 titles read has 76
_NUMBERED = re.compile(r"[ ]?[-_:| ][ ]?(?=[\u4e00-\u9fff《].{5})")  # between a number and the title behind it
_KIND_ALONE = re.compile(
    r"(?:紧急|重要|特别|郑重)?[ ]?(?:通[ ]*告|公[ ]*告|通[ ]*知|通[ ]*报)"
)  # a title that says no more
_SPACED = re.compile(
    r"(?:通[ ]+[知告报]|公[ ]+[告报]|意[ ]+见|决[ ]+[定议]|批[ ]+复|请[ ]+示|报[ ]+告|纪[ ]+要|议[ ]+案|命[ ]+令|办[ ]+法|规[ ]+定|条[ ]+例)$"
)
_VERB = re.compile(r"关于|印发|转发|批转|发布|公布|修改|废止|同意|表彰|任免")
_SENTENCE = re.compile(r"[。;!?]\S|[。;]$|^(?:为|现将|各)[^关]{0,30}[,、:]|^(?:根据|按照|结合|据)")


def find(lines: Sequence[str]) -> str | None:
    """The title in the first folded lines of a text, in one piece: the first that ends with a kind of document, else a
    first line that reads like a headline, else None.

    >>> find(["财政部", "税务总局", "关于支持疫情防控有关捐赠税收政策的公告", "财政部 税务总局公告2020年第9号", "为支持…"])
    '财政部 税务总局关于支持疫情防控有关捐赠税收政策的公告'
    """
    head = [bare(line.lstrip("# ")) for line in lines[:_HEAD]]
    candidates = [title for start in range(len(head)) if (title := _from(head, start))]
    if not candidates:
        alone = next((line for line in head[:3] if _KIND_ALONE.fullmatch(line)), None)
        return alone or (head[0] if head and _is_headline(head[0]) else None)
    first = candidates[0]
    # The same title again with its body's name in front is the better one.
    return next((title for title in candidates[1:] if title != first and _key(title).endswith(_key(first))), first)


def _is_headline(line: str) -> bool:
    """A first line that is short and no sentence: the headline of a page that is no 公文 (广西部署复产复工交通服务)."""
    return 6 <= len(line) <= 60 and not re.search(r"[。;,|]|:$|^[一二三四五六七八九十]{1,2}、", line)


def _from(head: Sequence[str], start: int) -> str | None:
    """The title that begins with a line: that line, or it and the next ones."""
    if not _can_begin(head[start]):
        return None
    for end in range(start + 1, min(start + _MOST_LINES, len(head)) + 1):
        part = head[start:end]
        if any(_SENTENCE.search(line) for line in part) or sum(map(len, part)) > _LONGEST:
            return None
        joined = _join(part)
        if len(joined) >= 6 and genre.of_title(joined):
            return joined
    return None


def _can_begin(line: str) -> bool:
    """A line with a title's verb, a whole title, or a body's name; not an addressee, not a label."""
    if not line or line.endswith((":", ",", "、")) or labels.pairs_in(line):
        return False
    return bool(_VERB.search(line)) or genre.of_title(line) is not None or issuers.is_body(line)


def _join(part: Sequence[str]) -> str:
    """Lines of one title; several bodies above one another stay apart by a space."""
    joined = part[0]
    for before, line in pairwise(part):
        joined += f" {line}" if issuers.is_body(before) and issuers.is_body(line) else line
    return joined


def bare(line: str) -> str:
    """A folded title without the document number printed before or behind it, and without its full stop.

    The word for its kind is closed up (通  知), as it stands wide in print.

    >>> bare("关于进一步加强政务公开工作的通知 杭政办发电〔2016〕6号"), bare("关于加强森林防火的通  知")
    ('关于进一步加强政务公开工作的通知', '关于加强森林防火的通知')
    """
    line = _SPACED.sub(lambda kind: kind[0].replace(" ", ""), line)
    for mention in docnumber.find(line):
        if mention.span.start == 0 and (rest := _NUMBERED.match(line, mention.span.end)):
            line = line[rest.end() :]  # 石政发〔2020〕3号-北京市石景山区人民政府关于…
            return line.rstrip("。.")
        behind = line[mention.span.end :] in ("", ")") and line[mention.span.start - 1] in " ("
        if behind and mention.span.start > 6:
            return line[: mention.span.start].rstrip(" (")
    return line.rstrip("。.")


def _key(title: str) -> str:
    return re.sub(r"\W", "", title)
