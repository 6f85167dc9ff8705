"""Personal data 个人信息 in published documents: identity card numbers, mobile numbers, bank cards, home addresses.

《个人信息保护法》 protects what identifies a natural person. A document published by an office should not carry it, and
what it carries must not become searchable: the indexer masks it. What an office publishes to be called is not personal,
even when it is a clerk's mobile number (联系人：李某，联系电话：…), nor is the account of a charity. So numbers that every
person has (mobile, card) are judged by the words beside them (data/personal_cues.tsv), identity card numbers by themselves:

* identity card (GB 11643-1999): six digits of place, eight of birth, three of order and a check character by ISO 7064
  MOD 11-2 (``X`` is ten); the old form has 15 digits, a two-digit year and no check, and counts only beside 身份证 or 姓名;
* mobile: ``1[3-9]`` and nine digits, when the nearest word before it makes it a private person's;
* bank card: 16 to 19 digits that begin with 62, 4 or 5 and pass Luhn's check, when the account is a person's;
* home address: a label (家庭住址 …; data/personal_addresses.tsv) and an address down to a house number.

Masked numbers (330***********1234) are not personal any more. Offsets are character offsets into the folded text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache

from gongwen.data import rows
from gongwen.types import PersonalKind, PersonalMention, Span

MASK = "*"
_PROVINCES = frozenset(
    map(
        str,
        (
            *range(11, 16),
            *range(21, 24),
            *range(31, 38),
            *range(41, 47),
            *range(50, 55),
            *range(61, 66),
            71,
            81,
            82,
            83,
        ),
    )
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
# The lookbehinds stand behind the first digit, so that the scan can jump from digit to digit.
_ALONE = r"(?<![0-9A-Za-z.*].)"
_END = r"(?![0-9A-Za-z*]|\.[0-9])"
_ID = re.compile(
    rf"[1-8]{_ALONE}[0-9](?:[0-9]{{4}}[ -]?(?:18|19|20)[0-9]{{2}}[ -]?[0-9]{{2}}[ -]?[0-9]{{2}}[ -]?[0-9]{{3}}[ -]?[0-9Xx]"
    rf"|[0-9]{{2}}(?:[ -][0-9]{{4}}){{3}}[ -]?[0-9][0-9Xx]){_END}",
    re.DOTALL,
)
_OLD_ID = re.compile(rf"[1-8]{_ALONE}[0-9]{{14}}{_END}", re.DOTALL)
_MOBILE = re.compile(rf"1{_ALONE}[3-9][0-9][ -]?[0-9]{{4}}[ -]?[0-9]{{4}}{_END}", re.DOTALL)
_CARD = re.compile(rf"[456]{_ALONE}[0-9]{{3}}[ -]?(?:[0-9]{{4}}[ -]?){{3}}[0-9]{{0,3}}(?<=[0-9]){_END}", re.DOTALL)
_REACH = 80  # characters in which a cue counts; the longest needed in the 104 mobile numbers of the notices is 62
_TABLE_REACH = 240  # in a table: header and first row
_HAN = "\u3400-\u9fff"
_HOLDER = re.compile(
    rf"(?:户名|户主|账户名称?|账号名称|收款人|领款人|持卡人|姓名)[^\n{_HAN}]{{0,4}}([{_HAN}·()]{{2,40}})"
)
_BODY = re.compile(
    r"[会局厅部委院校所站社队厂店团库处府司行]$|公司|中心|基金|财政|单位|慈善|红十字|专户|医院|学校|学院|大学|政府"
)
_ACCOUNT = re.compile(r"卡号|账号|帐号|账户|帐户|户名|开户|银行|存折|一卡通|信用社")
_OFFICE_ACCOUNT = re.compile(r"对公|捐赠|捐款|专户|保证金|基本户|缴款|财政|慈善|红十字|基金会|有限公司|单位名称|非税")
_HOUSE = re.compile(r"(?:[0-9]+|[一二三四五六七八九十百]+|[0-9A-Za-z]+)(?:-[0-9]+)*(?:号|室|栋|幢|单元|弄|组|座|楼|户)")
_PERSON_BESIDE = re.compile(
    rf"姓名|身份证|身份号码|出生|[,、 |(][男女](?=[,、 |)])|申请人|当事人|被处罚人|原告|被告|户主|汉族|(?:^|[,;:。\n 、])[{_HAN}](?:某+|[×*○xX]+)"
)
_STREET = re.compile(r"^.*?(?:街道|[镇乡])|^.*?(?:大道|[路街巷])|^.*?(?:[^小社校园]区|[县旗])|^.*?市")


def find(folded: str) -> tuple[PersonalMention, ...]:
    """Every piece of personal data of a folded text (:attr:`Normal.folded`), in order and disjoint; never raises.

    >>> text = "申请人:张三,身份证号:11010519491231002X,电话:13800001111。咨询电话:13900002222"
    >>> [(m.kind.value, text[m.span.start : m.span.end]) for m in find(text)]
    [('id_card', '11010519491231002X'), ('mobile', '13800001111')]
    """
    found: list[PersonalMention] = []
    end = 0
    for mention in sorted([*_ids(folded), *_cards(folded), *_mobiles(folded), *_addresses(folded)], key=_order):
        if mention.span.start >= end:
            found.append(mention)
            end = mention.span.end
    return tuple(found)


def mask(text: str, mentions: Iterable[PersonalMention]) -> str:
    """The text with the mentions made unreadable, of the same length, so that other spans stay true.

    Of a number the first three and the last two characters stay; of an address what leads to the street or the town.

    >>> text = "姓名:李四 电话:13800001111 家庭住址:衢江区樟潭街道府前路12号"
    >>> mask(text, find(text))
    '姓名:李四 电话:138******11 家庭住址:衢江区樟潭街道******'
    """
    parts, end = [], 0
    for mention in mentions:
        start, stop = mention.span
        parts += [text[end:start], _masked(text[start:stop], mention.kind)]
        end = stop
    return "".join([*parts, text[end:]])


def is_id_card(digits: str) -> bool:
    """True for an 18-character identity number whose province, date of birth and check character are right.

    >>> is_id_card("11010519491231002X"), is_id_card("110105194912310021")
    (True, False)
    """
    if not re.fullmatch(r"[1-8][0-9]{16}[0-9X]", digits) or digits[:2] not in _PROVINCES or not _is_date(digits[6:14]):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(digits[:17], _WEIGHTS, strict=True))
    return _CHECKS[total % 11] == digits[17]


def is_bank_card(digits: str) -> bool:
    """True for 16 to 19 digits of a known beginning that pass Luhn's check (ISO/IEC 7812-1).

    >>> is_bank_card("6217001234567890122"), is_bank_card("6217001234567890123")
    (True, False)
    """
    if not re.fullmatch(r"(?:62|4|5)[0-9]{14,18}", digits) or not 16 <= len(digits) <= 19:
        return False
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 * (value > 9) for value in doubled) % 10 == 0


def _order(mention: PersonalMention) -> tuple[int, int]:
    return mention.span.start, -mention.span.end


def _masked(piece: str, kind: PersonalKind) -> str:
    if kind is PersonalKind.HOME_ADDRESS:
        street = _STREET.match(piece)
        kept = street.end() if street else 0
        return piece[:kept] + re.sub(r"\S", MASK, piece[kept:])
    places = [place for place, char in enumerate(piece) if char.isalnum()]
    hidden = set(places[3:-2])
    return "".join(MASK if place in hidden else char for place, char in enumerate(piece))


def _bare(number: str) -> str:
    return number.replace(" ", "").replace("-", "").upper()


def _is_date(digits: str) -> bool:
    try:
        return 1850 <= date(int(digits[:4]), int(digits[4:6]), int(digits[6:])).year < 2050
    except ValueError:
        return False


def _ids(folded: str) -> Iterator[PersonalMention]:
    for match in _ID.finditer(folded):
        if is_id_card(_bare(match[0])):
            yield PersonalMention(PersonalKind.ID_CARD, Span(*match.span()))
    for match in _OLD_ID.finditer(folded):
        number = match[0]
        before = folded[_reach(folded, match.start()) : match.start()].rpartition("。")[2]
        if number[:2] in _PROVINCES and _is_date(f"19{number[6:12]}") and re.search(r"身份|姓名|公民", before):
            yield PersonalMention(PersonalKind.ID_CARD, Span(*match.span()))


@cache
def _cues() -> tuple[re.Pattern[str], dict[str, str]]:
    classes = {row["cue"]: row["class"] for row in rows("personal_cues.tsv")}
    return re.compile("|".join(map(re.escape, sorted(classes, key=len, reverse=True)))), classes


def _mobiles(folded: str) -> Iterator[PersonalMention]:
    """A number without a cue of its own belongs to whom the number before it belongs, in a list or a table."""
    end, personal = -_TABLE_REACH, False
    for match in _MOBILE.finditer(folded):
        near = _reach(folded, match.start())
        personal = _verdict(folded[max(near, end, 0) : match.start()], inherited=personal and near <= end)
        if personal and re.match(r"[)、,]?(?:咨询|反映|报名|联系)", folded[match.end() : match.end() + 4]):
            personal = False
        end = match.end()
        if personal:
            yield PersonalMention(PersonalKind.MOBILE, Span(*match.span()))


def _reach(folded: str, start: int) -> int:
    """From where on words count for what stands at ``start``: further in a table than in prose."""
    line = folded.rfind("\n", max(0, start - _TABLE_REACH), start) + 1
    return max(0, start - (_TABLE_REACH if folded.startswith("|", line) else _REACH))


def _verdict(before: str, *, inherited: bool) -> bool:
    """True when the words before a number make it a private person's."""
    pattern, classes = _cues()
    found = [(classes[match[0]], match.start()) for match in pattern.finditer(before)]
    sentence = before.rfind("。")
    found = [(kind, at) for kind, at in found if at > sentence or kind in ("office", "staff")]
    strong = [kind for kind, _ in found if kind in ("person", "office")]
    if strong:
        return strong[-1] == "person"
    weak = {kind for kind, _ in found} - {"none"}
    if weak:
        return "staff" not in weak
    return inherited and sentence < 0


def _cards(folded: str) -> Iterator[PersonalMention]:
    end, personal = -_TABLE_REACH, False
    for match in _CARD.finditer(folded):
        near = _reach(folded, match.start())
        inherited = personal and near <= end
        personal = is_bank_card(_bare(match[0])) and _account_of_person(
            folded[max(near, end, 0) : match.start()], folded[match.end() : match.end() + 60], inherited=inherited
        )
        end = match.end()
        if personal:
            yield PersonalMention(PersonalKind.BANK_CARD, Span(*match.span()))


def _account_of_person(before: str, after: str, *, inherited: bool) -> bool:
    """By the name of the holder when one stands there, else by the words beside the number."""
    after = re.split(r"[。\n]\s*[^\n。]{0,6}(?:账号|卡号)", after)[0]
    holders = [*_HOLDER.findall(before)[-1:], *_HOLDER.findall(after.partition("。")[0])[:1]]
    for holder in holders:
        if _BODY.search(holder):
            return False
        if len(holder) <= 4:
            return not _OFFICE_ACCOUNT.search(before)
    if _OFFICE_ACCOUNT.search(before) or _OFFICE_ACCOUNT.search(after[:20]):
        return False
    if _ACCOUNT.search(before):
        return "卡号" in before or _verdict(before, inherited=False)
    return inherited


@cache
def _address_labels() -> tuple[re.Pattern[str], dict[str, str]]:
    classes = {row["label"]: row["class"] for row in rows("personal_addresses.tsv")}
    labels = "|".join(map(re.escape, sorted(classes, key=len, reverse=True)))
    # 住 alone is a verb: only behind a comma (王某,男,住衢江区…); a label is followed by its value, at once or after a mark
    return re.compile(rf"(?P<label>{labels})(?P<gap>(?:在|于|为)?[ :|]{{0,4}})(?P<value>[^,。;\n|:]{{4,60}})"), classes


def _addresses(folded: str) -> Iterator[PersonalMention]:
    if "住" not in folded and "户籍" not in folded and "家庭地址" not in folded:
        return
    pattern, classes = _address_labels()
    for match in pattern.finditer(folded):
        before = folded[max(0, match.start() - _REACH) : match.start()].rpartition("。")[2]
        sure = classes[match["label"]] == "sure"
        if match["label"] == "住" and not (before.endswith((",", " ")) or ":" in match["gap"]):
            continue
        if _of_company(before) or not (sure or _PERSON_BESIDE.search(before)):
            continue
        yield from _house(match["value"], match.start("value"))
    yield from _column_addresses(folded)


def _of_company(before: str) -> bool:
    person = max((m.end() for m in _PERSON_BESIDE.finditer(before)), default=-1)
    company = max((m.end() for m in re.finditer(r"公司|企业|单位|合作社|经营部|商行", before)), default=-1)
    return company > person


def _house(value: str, start: int) -> Iterator[PersonalMention]:
    """The address, up to its last house number."""
    ends = [house.end() for house in _HOUSE.finditer(value)]
    if ends:
        skip = len(value) - len(value.lstrip())
        yield PersonalMention(PersonalKind.HOME_ADDRESS, Span(start + skip, start + ends[-1]))


def _column_addresses(folded: str) -> Iterator[PersonalMention]:
    """The cells under 家庭住址 in a table of lines ``| … | … |``."""
    column, start, in_table = None, 0, False
    pattern = re.compile(r"家庭(?:住址|地址)|户籍地址|现?住址")
    for line in folded.split("\n"):
        if not line.startswith("|"):
            column, in_table = None, False
        elif not in_table:
            in_table = True
            column = next((i for i, cell in enumerate(line.split("|")) if pattern.search(cell)), None)
        elif column is not None and len(cells := line.split("|")) > column:
            at = start + sum(len(cell) + 1 for cell in cells[:column])
            yield from _house(cells[column], at)
        start += len(line) + 1
