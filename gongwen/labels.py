"""The header that sites print beside a document: 索引号, 文号, 公开日期 … as label and value.

REQUIREMENTS of the 政府网站 practice: 索引号, 分类, 发布机构, 成文日期, 名称, 文号, 发布日期, 主题词, 有效性. Which label stands for which
field is in data/page_labels.tsv.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from gongwen.data import rows
from gongwen.normalize import fold

_DAY = r"(?P<day>(?:19|20)[0-9]{2}(?:[-/.][0-9]{1,2}[-/.][0-9]{1,2}|年[0-9]{1,2}月[0-9]{1,2}日))(?:[ ]?[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?"
# 2019-11-08 09:30 来源:市政府; 来源:市府办 2019-11-08: a date beside where the page has it from is the day it was published.
_DATE_OF_PAGE = re.compile(rf"^[ ]*{_DAY}[ |]*(?=(?:信息|文章|稿件)?来[ ]?源[ ]?:|稿源:)")
_DATED = re.compile(rf"(?:^|[ |]){_DAY}$")
_BULLET = r"[\s•·▪■◆●*·|〔]*"


@cache
def _fields() -> dict[str, str]:
    return {row["label"]: row["field"] for row in rows("page_labels.tsv")}


@cache
def _label() -> re.Pattern[str]:
    labels = sorted(_fields(), key=len, reverse=True)
    spaced = "|".join(r"\s*".join(label) for label in labels)
    return re.compile(rf"(?:{spaced})(?=\s*[:〕])")


@lru_cache(4096)
def field_of(label: str) -> str | None:
    """The field a label stands for, ``None`` for an unknown label.

    >>> field_of("索 引 号："), field_of("【发文字号】"), field_of("联系电话")
    ('index_number', 'doc_number', None)
    """
    return _fields().get(re.sub(r"[\s:〔〕•*]", "", fold(label)))


def pairs_in(folded_line: str) -> list[tuple[str, str]] | None:
    """The labels and values of a folded line that begins with a label, else None. A value may be empty.

    >>> pairs_in("索引号: 330803/2021-46933 公开方式: 主动公开")
    [('索引号', '330803/2021-46933'), ('公开方式', '主动公开')]
    """
    if ":" not in folded_line and "〕" not in folded_line:  # as most lines have none, and the labels are many
        return None
    folded_line = _DATE_OF_PAGE.sub(r"发布时间:\g<day> ", folded_line, count=1)
    found = list(_label().finditer(folded_line))
    if not found or re.sub(_BULLET, "", folded_line[: found[0].start()]):
        return None
    ends = [match.start() for match in found[1:]] + [len(folded_line)]
    pairs = []
    for match, end in zip(found, ends, strict=True):
        value = folded_line[match.end() : end].strip().lstrip(":〕").strip(" |•〔")
        label = re.sub(r"\s", "", match[0])
        if field_of(label) == "site" and (dated := _DATED.search(value)):
            pairs += [(label, value[: dated.start()].strip(" |")), ("发布时间", dated["day"])]
        else:
            pairs.append((label, value))
    return pairs
