"""Subject class 主题分类 and manner of disclosure 公开方式, in one form for all sites.

The classes are the 22 of the State Council's portal (www.gov.cn, 国务院文件 by 主题分类), which provinces and cities follow with
changes of their own. What a page states decides, as far as data/category_names.tsv knows the name; a page that states
nothing known is classed by the words of its title (data/category_words.tsv), if they speak for one class only. 行政规范性文件 and
政策解读 say what kind of document it is, not its subject, so they are no class.
"""

from __future__ import annotations

import re
from functools import cache

from gongwen.data import rows
from gongwen.types import Evidence, Fact, Openness, Span, Where

CATEGORIES = (
    "国务院组织机构", "综合政务", "国民经济管理、国有资产监管", "财政、金融、审计", "国土资源、能源", "农业、林业、水利", "工业、交通",
    "商贸、海关、旅游", "市场监管、安全生产监管", "城乡建设、环境保护", "科技、教育", "文化、广电、新闻出版", "卫生、体育",
    "人口与计划生育、妇女儿童工作", "劳动、人事、监察", "公安、安全、司法", "民政、扶贫、救灾", "民族、宗教", "对外事务", "港澳台侨工作",
    "国防", "其他",
)  # fmt: skip
"""The subject classes in the portal's own order."""

_LONGEST = 60  # characters of a stated class, or of a title that is read
_SEPARATORS = re.compile(r"\\+|[/〉>|]|-{1,2}")
_OPENNESS = (
    (re.compile(r"不予?(?:以)?公开|不公开|非公开"), Openness.WITHHELD),
    (re.compile(r"依申请"), Openness.ON_REQUEST),
    (re.compile(r"主动|全文公开|向社会公开|公开发布"), Openness.PROACTIVE),
)


def of_stated(stated: str) -> str | None:
    """The class of what a page states, from its first part to its last; None for a name that tells none.

    >>> of_stated("财政、金融、审计\\\\\\\\税务"), of_stated("民政 > 养老"), of_stated("行政规范性文件")
    ('财政、金融、审计', '民政、扶贫、救灾', None)
    """
    for part in _SEPARATORS.split(stated[: 4 * _LONGEST]):
        found = _names().get(_key(part))
        if found:
            return found
    return None


def of_title(folded: str) -> Fact[str] | None:
    """The class that the words of a folded title speak for; None when they speak for none or for two.

    >>> of_title("娄底市人民政府办公室关于加强城区烟花爆竹燃放管理的通知").value
    '公安、安全、司法'
    >>> of_title("关于做好学校食品安全工作的通知") is None
    True
    """
    subject = _subject(folded[: 4 * _LONGEST])
    found: dict[str, Span] = {}
    yielding: set[str] = set()
    for category, pattern, instead_of in _words():
        whole = pattern.pattern.startswith("^")  # of the whole title, its body included
        match = pattern.search(folded, 0 if whole else subject.start, subject.end)
        if match:
            found.setdefault(category, Span(*match.span()))
            yielding.update(instead_of)
    classes = [category for category in found if category not in yielding]
    if len(classes) != 1:
        return None
    span = found[classes[0]]
    return Fact(classes[0], Evidence("标题用词所属的主题", Where.TITLE, folded[slice(*span)], span))


def openness_of(stated: str) -> Openness | None:
    """The manner of disclosure that a page states, None for words that state none.

    >>> openness_of("依申请公开"), openness_of("不予公开"), openness_of("主动公开 ")
    (<Openness.ON_REQUEST: '依申请公开'>, <Openness.WITHHELD: '不予公开'>, <Openness.PROACTIVE: '主动公开'>)
    """
    return next((kind for pattern, kind in _OPENNESS if pattern.search(stated[:_LONGEST])), None)


def _subject(title: str) -> Span:
    """The part of a title that names its subject: from 关于 on, for the body before it has a subject of its own (教育局)."""
    start = title.find("关于")
    return Span(max(start, 0), len(title))


def _key(name: str) -> str:
    return re.sub(r"[\s、,()（）.·和与]", "", name)


@cache
def _names() -> dict[str, str]:
    known = {_key(category): category for category in CATEGORIES}
    return known | {_key(row["name"]): row["category"] for row in rows("category_names.tsv")}


@cache
def _words() -> tuple[tuple[str, re.Pattern[str], tuple[str, ...]], ...]:
    return tuple(
        (row["category"], re.compile(row["pattern"]), tuple(row["instead_of"].split(";")))
        for row in rows("category_words.tsv")
    )
