"""Issuing bodies that a question names, in full or as people shorten them, under their full names (国办, 杭州市人社局)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from gongwen import issuers
from gongwen.data import rows
from gongwen.types import Level, Region, RegionMention

# What may follow a body's name in a question. Without one of these it is taken for no name: 衢州市政府工作报告 is a report of the
# government, 教育局门口 a place.
_AFTER = r"(?=$|[\s,;、]|\d|关于|印发|转发|发布|出台|下发|的|令|和|通知|通告|公告|意见|决定|批复|通报|年报|年度报告)"
_CENTRAL_GOES_ON = "(?![门队署落分])"  # 财政部门 is no ministry
_GOVERNMENT = re.compile(rf"(?:人民)?政府(?P<office>办公[厅室]|办)?{_AFTER}")
# A body that no table has, by its end; no verb, question word or particle may stand inside.
_OTHER = re.compile(
    rf"[^\W\d的在是去到吗呢怎么如何哪]{{2,14}}?(?:局|厅|委员会|管理中心|管委会|领导小组|指挥部){_AFTER}"
)
# Sub-provincial cities, whose government has a 办公厅 as a province's has (中编发〔1995〕5号).
_SUBPROVINCIAL = frozenset(["440100", "420100", "230100", "210100", "510100", "320100", "610100", "220100", "370100", "330100", "210200", "370200", "440300", "350200", "330200"])  # fmt: skip


def find(folded: str, places: Sequence[RegionMention]) -> tuple[str, ...]:
    """Full names of the bodies that a folded question names, in order; ``places`` are the divisions named in it.

    >>> from gongwen import regions
    >>> text = "国办和杭州市人社局的通知"
    >>> find(text, regions.find(text, short=True))
    ('国务院办公厅', '杭州市人力资源和社会保障局')
    """
    found = [(match.start(), _central_names()[match[0]] or match[0]) for match in _central().finditer(folded)]
    found += [(place.span.start, name) for place in places for name in _of_place(folded, place)]
    return tuple(dict.fromkeys(name for _, name in sorted(found)))


def _of_place(folded: str, place: RegionMention) -> Iterator[str]:
    region = place.candidates[0] if len(place.candidates) == 1 else None
    named = issuers.government_name(region).removesuffix("人民政府") if region else place.text
    start = place.span.end
    if match := _GOVERNMENT.match(folded, start):
        yield f"{named}人民政府{_office(match['office'], region)}"
    elif match := _departments().match(folded, start):
        yield named + _local_names()[match["stem"]] + match["end"].replace("委员会", "委").replace("委", "委员会")
    elif match := _OTHER.match(folded, start):
        yield place.text + match[0]


def _office(written: str | None, region: Region | None) -> str:
    if written != "办":
        return written or ""
    large = region is not None and (region.level is Level.PROVINCE or region.code in _SUBPROVINCIAL)
    return "办公厅" if large else "办公室"


@cache
def _central_names() -> dict[str, str]:
    names = {row["body"]: row["full"] for row in rows("central_bodies.tsv")}
    return names | {row["short"]: row["full"] for row in rows("body_short_names.tsv") if row["of"] == "国"}


@cache
def _central() -> re.Pattern[str]:
    names = sorted(_central_names(), key=len, reverse=True)
    return re.compile(rf"(?<![省市县区州])(?:{'|'.join(map(re.escape, names))}){_CENTRAL_GOES_ON}")


@cache
def _local_names() -> dict[str, str]:
    return {row["short"]: row["full"] for row in rows("body_short_names.tsv") if row["of"] == "地"}


@cache
def _departments() -> re.Pattern[str]:
    stems = "|".join(sorted(map(re.escape, _local_names()), key=len, reverse=True))
    return re.compile(rf"(?P<stem>{stems})(?P<end>局|厅|委员会|委){_AFTER}")
