"""Document numbers 发文字号: 杭政办发电〔2016〕6号.

《党政机关公文处理工作条例》 art. 9: a document number is made of 发文机关代字 (issuing code), 年份 (year) and
发文顺序号 (serial). GB/T 9704-2012 prints the year in full inside 〔 〕 and the serial in Arabic digits without leading
zeros and without 第. Three forms are read:

    bracketed  code 〔year〕 [第] serial 号        杭政办发电〔2016〕6号
    order      body 令 第 serial 号               国令第843号, 浙江省人民政府令第388号, 农业农村部公告第250号
    yearly     [body] 公告 year 年 第 serial 号    公告2020年第5号, 交通运输部令2019年第5号

and, because pages and people write so, any bracket, quotes or a space for 〔 〕, full-width digits, 第 and leading zeros
in the bracketed form, Chinese numerals, spaces and line breaks between the parts, and lists (〔2013〕73、100号;
〔2013〕73号和100号). Everything else about width, script and brackets is done before by
:func:`gongwen.normalize.normalize`.

Chinese has no word boundary, so where a code *begins* must be decided (根据国发〔2013〕39号): after a lead-in word (根据,
和, 印发 …; data/number_lead_ins.tsv), after the name of a body (湖南省民政厅湘民发), at a known code
(:mod:`gongwen.issuer_codes`), by the pattern of local codes (place + 政/府/委 + 办 + 发/函/字 …). A run that satisfies
none and is too long is no number. Before 令 and 公告 stands a body's name, where 和 is no lead-in (住房和城乡建设部令).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from gongwen import issuer_codes
from gongwen.data import rows
from gongwen.divisions import short_index
from gongwen.errors import NotADocNumber
from gongwen.normalize import fold
from gongwen.numerals import CHARS, value
from gongwen.types import DocNumber, Level, NumberForm, NumberMention, Span

_HAN = "\u3400-\u9fff"
_GAP = r"[ \n]{0,3}"
_SERIAL = rf"(?:[0-9]{{1,5}}|[{CHARS}]{{1,7}})"
_YEAR = r"(?P<year>(?:19[4-9]|20[0-4])[0-9]|[一二][○零一二三四五六七八九]{3})"
# What follows the code. The code itself is read backwards from here, so that a text is scanned once for digits and
# not once for every Chinese character (2 MB/s against 40 MB/s on the notices).
_AFTER_CODE = {
    NumberForm.BRACKETED: re.compile(
        rf"""
        (?P<open>[〔(〈《"])?{_GAP}{_YEAR}{_GAP}年?{_GAP}       # 〔2016〕 and every other bracket, or none:
        (?(open)[〕)〉》"]|(?:(?<=年)|(?=[ \n第])|(?<=[ \n])))  # 2016 6号, 2016第6号, 2016年6号
        {_GAP}第?{_GAP}(?P<serials>{_SERIAL}(?:{_GAP}号?[、,和及]{_GAP}第?{_SERIAL}(?={_GAP}[、,和及号]))*){_GAP}号
        """,
        re.VERBOSE,
    ),
    NumberForm.ORDER: re.compile(rf"(?:(?<=令)|(?<=[公通]告))[ \n]{{0,3}}[〔(]?第{_GAP}(?P<serials>{_SERIAL}){_GAP}号"),
    NumberForm.YEARLY: re.compile(rf"[〔(]?{_YEAR}{_GAP}年{_GAP}第{_GAP}(?P<serials>{_SERIAL}){_GAP}号"),
}
# A body's name before that of another one, in the number of a joint announcement: 财政部 税务总局公告2020年第9号.
_JOINT = re.compile(rf"(?<![{_HAN}])([{_HAN}]{{1,16}}(?:部|局|委|署|行|会|院|厅))[ \n]{{1,2}}$")
# Han characters before what follows the code; 24 is more than any code or body has.
_RUN = re.compile(rf"([{_HAN}]{{1,24}}){_GAP}$")
_KINDS = ("公告", "通告", "令")  # what stands between the body and the serial
_LOCAL_CODE = re.compile(
    rf"[{_HAN}]{{1,3}}(?:政|府|委|署|党|人|办|厅|局){{1,3}}(?:办|厅|党|组){{0,2}}(?:发|函|字|规|电|明电|发电|传电|通|令|告|办|复|批|秘|议|任|人|呈|报){{1,2}}"
)
# A body's name before the code: 办公室, 办公厅, 委员会 and 政府 are in no code; 厅 and 委 may be (人社厅发, 安委办通).
_BODY = re.compile(r".*(?:办公[室厅]|委员会|政府)(?=.{2,10}$)|.{3,}(?:委|局|厅|部)(?=.{2,6}$)")
_IN_NAMES = "和与及或经对"  # lead-in words that bodies' names hold: 住房和城乡建设部, 对外贸易经济合作部
_PARTICLES = "了的是在以据和与及或"  # lead-in words with which no code ends: 还出台了〔2020〕4号
_SURE_CODE = 6  # a run as short as this is a code as it stands: 甘民发 is not 甘|民发
_LONGEST_CODE = 10


def parse(text: str) -> DocNumber:
    """The document number that the whole text is, in any writing.

    >>> str(parse("杭政辦發電［2016］第06號"))
    '杭政办发电〔2016〕6号'

    Raises :class:`~gongwen.errors.NotADocNumber` when the text is not exactly one document number.
    """
    folded = fold(text).strip()
    folded = folded if folded.endswith("号") else f"{folded}号"
    found = [mention.number for mention in _scan(folded) if mention.span == (0, len(folded))]
    if len(found) != 1:
        raise NotADocNumber(
            f"{text[:60]!r} is not a document number; expected for example 杭政办发电〔2016〕6号 or 国令第843号"
        )
    return found[0]


def find(folded: str) -> tuple[NumberMention, ...]:
    """Every document number in a folded text (:attr:`Normal.folded`), in order; never raises.

    >>> [str(m.number) for m in find("根据国发〔2013〕39号和湘政办函〔2014〕19、20号文件")]
    ['国发〔2013〕39号', '湘政办函〔2014〕19号', '湘政办函〔2014〕20号']

    The mentions of a list share one span.
    """
    return tuple(sorted(_scan(folded), key=lambda mention: (mention.span, mention.number.serial)))


def _scan(folded: str) -> Iterator[NumberMention]:
    for form, pattern in _AFTER_CODE.items():
        for match in pattern.finditer(folded):
            run = _RUN.search(folded[max(0, match.start() - 28) : match.start()])
            if run is None:
                continue
            bracketed = form is NumberForm.BRACKETED
            begin = _code_start(run[1], match["open"] is not None) if bracketed else _body_start(run[1])
            year = None if form is NumberForm.ORDER else value(match["year"])
            if begin is None or (year is not None and not 1940 <= year < 2050):
                continue
            start = match.start() - len(run[0]) + begin
            end = start + len(run[1]) - begin
            while not bracketed and (other := _JOINT.search(folded, max(0, start - 20), start)):
                start = other.start() + _name_start(other[1])
            code = folded[start:end].replace(" ", "").replace("\n", "")
            code_span = Span(start, end)
            for serial in _serials(match["serials"]):
                yield NumberMention(DocNumber(code, year, serial, form), Span(start, match.end()), code_span)


def _serials(text: str) -> list[int]:
    values = [value(part) for part in re.split(r"[、,和及号第\s]+", text)]
    return [number for number in values if number]


@cache
def _lead_in() -> re.Pattern[str]:
    words = sorted((row["word"] for row in rows("number_lead_ins.tsv")), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, words)))


@cache
def _bodies() -> frozenset[str]:
    names = {row["body"] for row in rows("central_bodies.tsv")} | {row["issuer"] for row in rows("issuer_codes.tsv")}
    names |= {row["issuer"] for row in rows("issuer_code_patterns.tsv") if row["of"] == "国"}
    return frozenset(names | {"中华人民共和国"})


def _code_start(run: str, bracket: bool) -> int | None:
    """Where in a run of Han characters the issuing code begins; None when the run ends in no code.

    Without a bracket round the year (台风2016年6号) only a known code or one of local pattern is believed.
    """
    if run.endswith(_KINDS):  # 国家能源局公告〔2020〕5号
        return _body_start(run) if bracket else None
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


def _ends_in_lead_in(run: str) -> bool:
    """True of 根据〔2016〕6号 and 还出台了〔2020〕4号, where no code stands; not of 政督查, whose 查 is a lead-in elsewhere."""
    last = next(reversed(list(_lead_in().finditer(run))), None)
    return last is not None and last.end() == len(run) and (len(last[0]) > 1 or last[0] in _PARTICLES)


def _is_longer_code(rest: str, known: int) -> bool:
    """True when a known code is the end of a longer one: 甘|医保发, 银川|政发; not of 转|国发 and 有关|国办发."""
    if known == 0 or len(rest) > _SURE_CODE or rest[known] in "国中":
        return False
    # A ministry's counterparts below put their place before its code.
    ministry = issuer_codes.own_level(rest[known:]) is Level.CENTRAL
    return (ministry and (known == 1 or rest[:known] in short_index())) or rest[: known + 1] in short_index()


def _body_start(run: str) -> int | None:
    """Where the body of an order or an announcement begins, in a run that ends with its kind."""
    kind = next((kind for kind in _KINDS if run.endswith(kind)), None)
    start = None if kind is None else _name_start(run.removesuffix(kind), kind)
    return start if start is not None and len(run) - start <= 24 else None


def _name_start(name: str, kind: str = "") -> int:
    """Where in a run that ends with a body's name the name begins: known names go first, several of them when joint."""
    start = len(name)
    while (before := next((i for i in range(start) if name[i:start] in _bodies()), None)) is not None:
        start = before
    return start if start < len(name) or not name else _after_lead_in(name + kind, names=True)


def _after_lead_in(run: str, *, names: bool = False) -> int:
    """Where the run goes on after its last lead-in word; 和政发 and 原政发 keep their first character, a place's.

    With ``names``, where a body's name follows, words that names hold count only where a name can begin.
    """
    for match in reversed(list(_lead_in().finditer(run))):
        rest = run[match.end() :]
        if names and match[0] in _IN_NAMES and run[match.start() - 1 : match.start()] not in ("", "号"):
            continue
        if rest and not (len(match[0]) == 1 and rest[0] in "政府委署"):
            return match.end()
    return 0
