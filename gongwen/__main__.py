"""``python -m gongwen FILE``: everything the core finds in a text file, each fact with the rule and the words it rests on."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from unicodedata import east_asian_width

from gongwen import document, layout
from gongwen.types import Document, Evidence, Fact, IssuingBody, Region, Where

USAGE = "usage: python -m gongwen FILE [FILE …]   (UTF-8 text; - reads standard input)\n"
_FACTS = (
    ("doc_number", "发文字号"), ("issuers", "发文机关"), ("region", "地区"), ("year", "年份"), ("signed", "成文日期"),
    ("published", "发布日期"), ("genre", "文种"), ("category", "主题分类"), ("site_category", "网站分类"), ("validity", "有效性"),
    ("in_force_from", "施行日期"), ("expires", "有效期至"), ("index_number", "索引号"), ("unified_number", "统一编号"),
    ("openness", "公开方式"),
)  # fmt: skip
_WHERE = {Where.METADATA: "信息栏", Where.TITLE: "标题", Where.TEXT: "正文", Where.SOURCE: "来源"}
_KINDS = {
    "basis": "依据", "implements": "落实", "forwards": "转发", "amends": "修改", "repeals": "废止", "replaces": "代替",
    "explains": "解读", "mentions": "提及",
}  # fmt: skip
_MOST_BROKEN = 0.01  # above one character in a hundred it is no UTF-8 text
_NAME, _VALUE = 12, 44  # columns; a Chinese character takes two


def main(arguments: list[str]) -> int:
    """Prints the documents of each file; 0 when every file held one, 1 otherwise, 2 for wrong usage."""
    if not arguments or arguments[0] in ("-h", "--help"):
        sys.stderr.write(USAGE)
        return 0 if arguments else 2
    status = 0
    for name in arguments:
        try:
            text = sys.stdin.read() if name == "-" else Path(name).read_text("utf-8", errors="replace")
        except OSError as error:
            sys.stderr.write(f"{name}: {error.strerror}\n")
            status = 1
            continue
        if "\0" in text or text.count("\ufffd") > max(2, _MOST_BROKEN * len(text)):
            sys.stderr.write(
                f"{name}: 不是 UTF-8 文本，读不了；PDF、Word 等文件由 wenhao index 文件夹 读取，其他编码的请先存为 UTF-8\n"
            )
            status = 1
            continue
        pages, fragments = layout.read(text)
        for number, page in enumerate(pages, 1):
            sys.stdout.write(f"{name} 第 {number} 件，共 {len(pages)} 件\n")
            sys.stdout.write("\n".join(shown(document.read(page))) + "\n\n")
        for fragment in fragments:
            sys.stdout.write(f"（{name} 未计入：{fragment.reason}：{fragment.text[:40]}…）\n")
        if not pages:
            sys.stderr.write(f"{name}: 没有读出公文\n")
        status = status if pages else 1
    return status


def shown(found: Document) -> Iterator[str]:
    """The lines that show a document: title, facts with evidence, citations, figures, contradictions, personal data."""
    yield f"《{found.title}》"
    for name, label in _FACTS:
        value = getattr(found, name)
        for fact in value if isinstance(value, tuple) else (value,):
            yield (
                f"  {_padded(label, _NAME)}{_padded(_value(fact), _VALUE)}{_why(fact.evidence)}"
                if fact
                else (f"  {_padded(label, _NAME)}—")
            )
    yield from _rest(found)


def _rest(found: Document) -> Iterator[str]:
    if found.cites:
        yield f"  引用 {len(found.cites)} 处"
    for cite in found.cites:
        title = f"《{cite.title}》" if cite.title else ""
        short = f"（简称《{cite.short}》）" if cite.short else ""
        yield f"    {_KINDS[cite.kind.value]}  {cite.number or ''}{title}{short}    ← {_WHERE[cite.where]}第 {cite.span.start + 1} 字"
    if found.figures:
        yield f"  统计数据 {len(found.figures)} 项"
    for figure in found.figures:
        party = f" / {figure.party}" if figure.party else ""
        yield f"    {' > '.join(figure.indicator)}{party} = {figure.value:g}{figure.unit or ''}    ← 正文第 {figure.span.start + 1} 字"
    for wrong in found.contradictions:
        row = found.text[slice(*wrong.span)][:60]
        yield f"  数据矛盾  {wrong.rule}：应为 {wrong.expected:g}，表中为 {wrong.found:g}    ← “{row}”"
    for mention in found.personal:
        yield f"  个人信息  {mention.kind.value}    ← 正文第 {mention.span.start + 1}–{mention.span.end} 字"
    for span in found.unreadable:
        around = found.text[max(0, span.start - 6) : span.end + 6].replace("\n", " ")
        yield f"  不能辨认的字  “{around}”    ← 正文第 {span.start + 1} 字"


def _value(fact: Fact[object]) -> str:
    if isinstance(fact.value, IssuingBody):
        return fact.value.name
    return " / ".join(fact.value.names) if isinstance(fact.value, Region) else str(fact.value)


def _why(evidence: Evidence) -> str:
    quote = evidence.quote[:60].replace("\n", " ")
    where = f"{_WHERE[evidence.where]}第 {evidence.span.start + 1} 字" if evidence.span else _WHERE[evidence.where]
    return f" ← {evidence.rule}：“{quote}”（{where}）"


def _padded(text: str, columns: int) -> str:
    """The text with spaces behind it up to so many columns of a terminal."""
    width = sum(2 if east_asian_width(char) in "WF" else 1 for char in text)
    return text + " " * max(1, columns - width)


if __name__ == "__main__":
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # … | head ends it quietly
    sys.exit(main(sys.argv[1:]))
