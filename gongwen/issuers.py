"""Issuing bodies 发文机关 and their normal full names.

A body is recognised by its name's end (人民政府, 办公厅, 局, 委员会 …; data/body_endings.tsv) and begins where the name of
its place begins. 办公厅 and 办公室 are different bodies and are kept apart.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from itertools import pairwise

from gongwen import regions
from gongwen.data import rows
from gongwen.types import IssuingBody, Level, Region, RegionMention, Span

_HAN = "\u3400-\u9fff"
# Where the name of a body cannot go on: the verb of a title (关于, 印发 …), a year, punctuation.
_TITLE_VERB = re.compile(
    r"关于|印发|转发|批转|发布|公布|贯彻|20\d\d|19\d\d|政府信息公开|政务公开|信息公开|工作报告|年度|令第"
)
_SIGNED_AS = re.compile(r"^\s*(?:解读(?:单位|机关|部门)|发布单位|起草单位):")
_NO_BODY = re.compile(r"[,。;:、《!?]|^(?:各|有关)|关于")  # a sentence, addressees (各部门), the line of a title
_UNITS = "省市县区旗州盟"
_NO_UNIT = re.compile(r"[域划间位别块级场]")  # 港口区|域, 合作市|场
# A headquarters of party and government together is one body: 中共衢州市委衢州市人民政府疫情防控指挥部.
_COMPOSED = re.compile(r"中共.{2,8}委.{2,8}人民政府.{2,40}(?:指挥部|领导小组|领导小组办公室)$")
_STAMPED = re.compile(r"\((?:代章|盖章|章|印章|印)\)$")  # behind a signature
# 浙江省民政厅等五部门: the lead body of several that are not named.
_AND_OTHERS = re.compile(
    r"等[0-9一二三四五六七八九十]{0,3}个?(?:省级|市级|中央)?(?:部门|单位|机关|部委|厅局|委办局|家单位)$"
)
_CENTRAL = "国务院|中共中央|最高人民|全国|国家|中华人民共和国"


@cache
def _ending() -> re.Pattern[str]:
    names = sorted((row["ending"] for row in rows("body_endings.tsv")), key=len, reverse=True)
    return re.compile(rf"(?:{'|'.join(map(re.escape, names))})$")


@cache
def _central_bodies() -> re.Pattern[str]:
    names = {row["issuer"] for row in rows("issuer_codes.tsv") if row["level"] == "0"}
    names |= {row["body"] for row in rows("central_bodies.tsv")}
    names |= {row["issuer"] for row in rows("issuer_code_patterns.tsv") if row["of"] == "国"}
    return re.compile("|".join(map(re.escape, sorted(names, key=len, reverse=True))))


@cache
def _full_names() -> dict[str, str]:
    """Usual short names of central bodies and the full name each stands for: 市场监管总局 -> 国家市场监督管理总局."""
    return {row["body"]: row["full"] for row in rows("central_bodies.tsv") if row["full"]}


def _full_name(name: str) -> str:
    """The full name of a central body or of its office: 人力资源社会保障部办公厅 -> 人力资源和社会保障部办公厅."""
    stem, office = (name[:-3], name[-3:]) if name.endswith(("办公厅", "办公室")) else (name, "")
    return _full_names().get(stem, stem) + office


def of_title(folded: str, *, year: int | None = None) -> tuple[tuple[IssuingBody, Span], ...]:
    """The bodies a title begins with, joint issuers included, with their spans.

    >>> [body.name for body, _ in of_title("娄底市人民政府办公室关于印发《要点》的通知")]
    ['娄底市人民政府办公室']
    """
    leading_year = re.match(r"(?:19|20)\d\d年(?:度)?", folded)
    start = leading_year.end() if leading_year else 0
    head_end = _head_end(folded, start)
    bodies = []
    for match in re.finditer(rf"[{_HAN}()]+", folded[start:head_end]):
        span = Span(start + match.start(), start + match.end())
        if (place := regions.resolve(match[0], year=year)) and re.match(r"\d|政府信息|信息公开", folded[head_end:]):
            bodies.append((IssuingBody(government_name(place), place.level, place), span))  # 娄底市2014年…年度报告
        if not _ending().fullmatch(match[0]) or _central_bodies().fullmatch(match[0]):  # not 政府 of 政府工作报告
            bodies += [(body, span) for body in _split_joint(folded[span.start : span.end], year=year)]
    return tuple(bodies)


def _head_end(folded: str, start: int) -> int:
    """Where the issuer at the head of a title ends: before its verb, but 人民政府|信息公开 keeps its 政府."""
    match = _TITLE_VERB.search(folded, start)
    if not match:
        ending = re.match(rf"[{_HAN}]*?人民政府(?:办公[厅室])?", folded[start:])
        return start + ending.end() if ending else start
    if match[0] == "政府信息公开" and folded[: match.start()].endswith("人民"):
        return match.start() + 2
    return match.start()


def joint(text: str, *, year: int | None = None) -> tuple[IssuingBody, ...]:
    """The bodies that a run of names without a mark between them names; none when it does not end as a body's name does.

    >>> [body.name for body in joint("财政部海关总署税务总局")]
    ['财政部', '海关总署', '国家税务总局']
    """
    return tuple(_split_joint(text, year=year))


def _split_joint(text: str, *, year: int | None) -> list[IssuingBody]:
    """One body or several written after one another: 浙江省财政厅浙江省民政厅."""
    text = _AND_OTHERS.sub("", text.strip("()"))
    if not (_ending().search(text) or _central_bodies().fullmatch(text)) or _NO_BODY.search(text):
        return []
    bodies = []
    central = list(_central_bodies().finditer(text))
    if (
        central
        and central[0].start() == 0
        and len(central) > 1
        and central[-1].end() == len(text)
        and _adjacent(central)
    ):
        return [body(match[0]) for match in central]
    if _COMPOSED.match(text):
        return [body(text, year=year)]
    starts = [0] + [
        m.span.start for m in regions.find(text, year=year) if m.span.start and _ends_a_body(text[: m.span.start])
    ]
    for begin, end in zip(starts, [*starts[1:], len(text)], strict=True):
        bodies.append(body(text[begin:end], year=year))
    return bodies


def _ends_a_body(text: str) -> bool:
    """True when a name is complete there; 国家税务总局|青岛市税务局 is one body of a vertical service."""
    return bool(_ending().search(text)) and not re.search(
        r"(?:国家税务总局|中国人民银行|国家统计局|监督管理总局|国家矿山安全监察局)$", text
    )


def _adjacent(matches: list[re.Match[str]]) -> bool:
    return all(left.end() == right.start() for left, right in pairwise(matches))


def begins_with_central(title: str) -> bool:
    """True for a title whose first words are the name of a central body: 应急管理部调拨救灾物资支持湖北.

    >>> begins_with_central("应急管理部调拨救灾物资支持湖北"), begins_with_central("北京市财政局关于…的通知")
    (True, False)
    """
    return bool(_central_bodies().match(title))


def is_body(line: str) -> bool:
    """True for a line that is nothing but the name of a body: 娄底市人民政府办公室.

    >>> is_body("财政部"), is_body("各县、市、区人民政府,"), is_body("为做好工作")
    (True, False, False)
    """
    name = re.sub(r"\s+", "", line)
    ends = _ending().search(name) or _central_bodies().fullmatch(name)
    return 3 <= len(name) <= 40 and bool(ends) and not _NO_BODY.search(name)


def body(name: str, *, year: int | None = None, within: Region | None = None) -> IssuingBody:
    """The body of that full name, with level and place as far as the name tells them.

    A bare place (衢江区 in 发布单位) stands for its people's government. A place is named as its seal names it: a district
    of a city with its city, any other without what is above it (浙江省衢州市财政局 is 衢州市财政局).

    >>> body("衢州市衢江区人民政府").region.code
    '330803'
    """
    name = re.sub(r"\s", "", name)
    mention = _leading_region(name, year)
    full = _full_name(name)
    if mention is None and (re.match(_CENTRAL, name) or full != name or _central_bodies().fullmatch(name)):
        return IssuingBody(full, Level.CENTRAL)
    region = mention.candidates[0] if mention and len(mention.candidates) == 1 else None
    if mention and region is None and within is not None:
        inside = [candidate for candidate in mention.candidates if within.contains(candidate)]
        region = inside[0] if len(inside) == 1 else None
    if region and mention and mention.span.end == len(name):
        return IssuingBody(government_name(region), region.level, region)
    if (
        region and mention and mention.text not in name[mention.span.end :]
    ):  # 大理州委大理州人民政府…指挥部 stays as it is
        name = name[: mention.span.start] + _place_name(region) + name[mention.span.end :]
    return IssuingBody(name, region.level if region else None, region)


def government_name(region: Region) -> str:
    """The normal name of a place's government: 浙江省人民政府, 衢州市人民政府, 衢州市衢江区人民政府, 安吉县人民政府."""
    return _place_name(region) + "人民政府"


def _place_name(region: Region) -> str:
    return "".join(region.names[-2:] if _is_district(region) else region.names[-1:])


def _is_district(region: Region) -> bool:
    """市辖区: GB/T 2260 gives districts of a city the county codes 01-20, counties those from 21 on."""
    lowest = region.divisions[-1]
    return lowest.level is Level.COUNTY and lowest.name.endswith("区") and lowest.code[4:] <= "20"


def _leading_region(name: str, year: int | None) -> RegionMention | None:
    """The place at the head of a name, or behind 中共 or a vertical service (国家税务总局青岛市税务局)."""
    before = re.match(r"中共|共青团|国家税务总局|中国人民银行|国家统计局", name)
    start = before.end() if before else 0
    for short in (True, False):
        first = next(iter(regions.find(name[start:], year=year, short=short)), None)
        if first and first.span.start == 0 and _says_its_kind(first):
            return replace(first, span=Span(start, start + first.span.end))
    return _worded_place(name, start, year)


def _worded_place(name: str, start: int, year: int | None) -> RegionMention | None:
    """A place whose full name is an everyday word (公安县, 平原县, 合作市): at the head of a body's name it is the place."""
    for end in range(min(len(name) - 2, start + 8), start + 1, -1):
        if name[end - 1] in _UNITS and not _NO_UNIT.match(name, end):
            region = regions.resolve(name[start:end], year=year)
            if region and region.divisions[-1].name == name[start:end]:
                return RegionMention(Span(start, end), name[start:end], (region,))
    return None


def _says_its_kind(mention: RegionMention) -> bool:
    """True of 衢州市 and 黔东南州, not of 衢州 and 广州: only a name with its kind begins the name of a body."""
    lowest = mention.candidates[0].divisions[-1]
    return mention.text.endswith((lowest.name, *regions.short_names(lowest)[1:]))


def signature(lines: list[tuple[int, str]], *, year: int | None = None) -> tuple[tuple[IssuingBody, Span], ...]:
    """The bodies that sign the text: the lines just above the closing date that are nothing but the name of a body.

    ``lines`` are (offset, folded line) pairs, the last of them the line before the date. A name set in two lines
    (四川省应对新型冠状病毒 / 肺炎疫情应急指挥部) is put together when its second line alone names no known place or body.
    """
    found: list[tuple[IssuingBody, Span]] = []
    rest = [(offset + len(line) - len(line.lstrip()), line.strip()) for offset, line in lines if line.strip()]
    while rest:
        offset, line = rest.pop()
        bare = _SIGNED_AS.sub("", _STAMPED.sub("", line))
        if not is_body(bare):
            break
        bodies = [one for name in _side_by_side(bare) for one in _split_joint(name, year=year)]
        begin = offset + line.index(bare)
        span = Span(begin, begin + len(bare))
        if rest and not found and all(one.level is None for one in bodies) and _is_first_half(rest[-1][1]):
            start, before = rest[-1]
            whole = _split_joint(re.sub(r"\s+", "", before + bare), year=year)
            if len(whole) == 1 and whole[0].level is not None:
                rest.pop()
                bodies, span = whole, Span(start, span.end)
        found += [(one, span) for one in reversed(bodies)]
    return tuple(reversed(found))


def _side_by_side(line: str) -> list[str]:
    """The names of bodies that a line has beside one another; one whose characters stand wide (财 政 部) is one."""
    names = line.split()
    each = len(names) > 1 and all(is_body(name) and not _ending().fullmatch(name) for name in names)
    return names if each and all(map(_ends_a_body, names[:-1])) else ["".join(names)]


def _is_first_half(line: str) -> bool:
    """A line that can be the beginning of a body's name: short, no punctuation, not a sentence's end."""
    return 4 <= len(line) <= 30 and not re.search(r"[,。;:、!?()《》\d|]", line)
