"""Where the issuing code of a document number, or the body of an order, begins in the run of Han characters before it.

Chinese has no word boundary, so the beginning must be decided (根据国发〔2013〕39号): after a lead-in word (根据, 和, 印发 …;
data/number_lead_ins.tsv), after the name of a body (湖南省民政厅湘民发), at a known code (:mod:`gongwen.issuer_codes`), by the
pattern of local codes (place + 政/府/委 + 办 + 发/函/字 …). A run that satisfies none and is too long is no code. Before 令 and
公告 stands a body's name, where 和 is no lead-in (住房和城乡建设部令).
"""

from __future__ import annotations

import re
from functools import cache

from gongwen import issuer_codes, regions
from gongwen.data import rows
from gongwen.divisions import short_index
from gongwen.numerals import CHARS
from gongwen.types import Level

_HAN = "\u3400-\u9fff"
KINDS = ("公告", "通告", "令")  # what stands between the body and the serial
_IS_BODY = re.compile(r"(?:国务院|主席|政府|部|局|委员会|委|署|会)$")
_LOCAL_CODE = re.compile(
    rf"[{_HAN}]{{1,3}}(?:政|府|委|署|党|人|办|厅|局){{1,3}}(?:办|厅|党|组){{0,2}}(?:发|函|字|规|电|明电|发电|传电|通|令|告|办|复|批|秘|议|任|人|呈|报){{1,2}}"
)
# A body's name before the code: 办公室, 办公厅, 委员会 and 政府 are in no code; 厅 and 委 may be (人社厅发, 安委办通).
_BODY = re.compile(r".*(?:办公[室厅]|委员会|政府)(?=.{2,10}$)|.{3,}(?:委|局|厅|部)(?=.{2,6}$)")
_IN_NAMES = "和与及或经对"  # lead-in words that bodies' names hold: 住房和城乡建设部, 对外贸易经济合作部
_PARTICLES = "了的是在以据和与及或"  # lead-in words with which no code ends: 还出台了〔2020〕4号
_SURE_CODE = 6  # a run as short as this is a code as it stands: 甘民发 is not 甘|民发
_LONGEST_CODE = 10
_LONGEST_PLACE = 4  # characters of a code before one that is a lead-in word elsewhere: 黔东南州|经信


def of_code(run: str, *, bracket: bool) -> int | None:
    """Where in a run of Han characters the issuing code begins; None when the run ends in no code.

    Without a bracket round the year (台风2016年6号) only a known code or one of local pattern is believed.

    >>> of_code("根据国发", bracket=True), of_code("台风", bracket=False)
    (2, None)
    """
    if run.endswith(KINDS):  # 国家能源局公告〔2020〕5号
        return of_body(run) if bracket else None
    if _ends_in_lead_in(run):
        return None
    start = _after_lead_in(run)
    body = _BODY.match(run, start) if len(run) - start > _SURE_CODE else None
    start = body.end() if body else start
    rest = run[start:]
    known = next((i for i in range(len(rest)) if issuer_codes.own_level(rest[i:]) is not None), None)
    if known is not None and not (bracket and _is_longer_code(rest, known)):
        return start + known
    if bracket and 2 <= len(rest) <= _SURE_CODE:
        return start
    local = _LOCAL_CODE.search(rest)
    if local and local.end() == len(rest):
        return start + local.start()
    return start if bracket and 2 <= len(rest) <= _LONGEST_CODE else None


def is_branched(run: str, branch: str, rest: str) -> bool:
    """True when a code can go on behind a run with a branch in brackets and a rest: a place, or one character for it.

    >>> is_branched("台环建", "仙", ""), is_branched("京规自", "朝", "初审函"), is_branched("通知", "试行", "国发")
    (True, True, False)
    """
    place = branch in short_index() if len(branch) > 1 else branch not in CHARS
    return place and not _ends_in_lead_in(run) and not (rest and issuer_codes.is_known(rest))


def _ends_in_lead_in(run: str) -> bool:
    """True of 根据〔2016〕6号 and 还出台了〔2020〕4号, where no code stands; not of 政督查, whose 查 is a lead-in elsewhere."""
    last = next(reversed(_lead_ins(run)), None)
    return last is not None and last.end() == len(run) and (len(last[0]) > 1 or last[0] in _PARTICLES)


def _is_longer_code(rest: str, known: int) -> bool:
    """True when a known code is the end of a longer one: 甘|医保发, 银川|政发; not of 转|国发 and 有关|国办发."""
    if known == 0 or len(rest) > _SURE_CODE or rest[known] in "国中":
        return False
    # A ministry's counterparts below put their place before its code.
    ministry = issuer_codes.own_level(rest[known:]) is Level.CENTRAL
    return (ministry and (known == 1 or rest[:known] in short_index())) or rest[: known + 1] in short_index()


def of_body(run: str) -> int | None:
    """Where the body of an order or an announcement begins, in a run that ends with its kind; None when it has no kind.

    >>> of_body("根据住房和城乡建设部令")
    2
    """
    kind = next((kind for kind in KINDS if run.endswith(kind)), None)
    start = None if kind is None else of_name(run.removesuffix(kind), kind)
    return start if start is not None and len(run) - start <= 24 else None


def of_reversed_body(run: str) -> int | None:
    """Where the body begins in a run before 第711号令: a known body, or one that begins with its place; None: no body.

    >>> of_reversed_body("根据国务院"), of_reversed_body("有关部门")
    (2, None)
    """
    known = next((i for i in range(len(run)) if run[i:] in _bodies()), None)
    if known is not None or not _IS_BODY.search(run):
        return known
    place = next(iter(regions.find(run)), None)
    return place.span.start if place and place.span.end < len(run) else None


def of_name(name: str, kind: str = "") -> int:
    """Where in a run that ends with a body's name the name begins: known names go first, several of them when joint."""
    start = len(name)
    while (before := next((i for i in range(start) if name[i:start] in _bodies()), None)) is not None:
        start = before
    return start if start < len(name) or not name else _after_lead_in(name + kind, names=True)


def _after_lead_in(run: str, *, names: bool = False) -> int:
    """Where the run goes on after its last lead-in word; 和政发 and 原政发 keep their first character, a place's.

    With ``names``, where a body's name follows, words that names hold count only where a name can begin.
    """
    for match in reversed(_lead_ins(run)):
        rest = run[match.end() :]
        if names and match[0] in _IN_NAMES and run[match.start() - 1 : match.start()] not in ("", "号"):
            continue
        if not names and _is_in_code(run, match):
            continue
        if rest and not (len(match[0]) == 1 and rest[0] in "政府委署"):
            return match.end()
    return 0


def _is_in_code(run: str, match: re.Match[str]) -> bool:
    """True when a lead-in of one character is part of a place (云和|人社发, 和平|教发) or of a known code (浙经信, 国经贸)."""
    begin, end = match.span()
    if end - begin > 1:
        return False
    places = short_index()
    joins = match[0] in "和与及或" and (begin == 0 or run[begin - 1] == "号")  # 39号和平政发: between two numbers
    if (begin and run[begin - 1 : end] in places) or (not joins and run[begin : end + 1] in places):
        return True
    if issuer_codes.own_level(run[end:]) is not None:  # 会议研究和国发
        return False
    return any(issuer_codes.is_known(run[i:]) for i in range(max(0, begin - _LONGEST_PLACE), begin))


def _lead_ins(run: str) -> list[re.Match[str]]:
    """The lead-in words of a run, in order; none in a word that holds one's character (数据, 督查)."""
    return [match for match in _lead_in().finditer(run) if match["word"]]


@cache
def _lead_in() -> re.Pattern[str]:
    table = rows("number_lead_ins.tsv")
    words = sorted((row["word"] for row in table), key=len, reverse=True)
    within = "|".join(row["within"] for row in table if row["within"])
    return re.compile(f"{within}|(?P<word>{'|'.join(map(re.escape, words))})")


@cache
def _bodies() -> frozenset[str]:
    names = {row["body"] for row in rows("central_bodies.tsv")} | {row["issuer"] for row in rows("issuer_codes.tsv")}
    names |= {row["issuer"] for row in rows("issuer_code_patterns.tsv") if row["of"] == "国"}
    return frozenset(names | {"中华人民共和国"})
