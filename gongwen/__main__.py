"""``python -m gongwen FILE``: what the core finds in a text file, with the evidence."""

from __future__ import annotations

import sys
from pathlib import Path

from gongwen import document, layout
from gongwen.types import Document, Fact

_FACTS = (
    "doc_number", "region", "year", "signed", "published", "genre", "category", "validity", "in_force_from", "expires",
    "index_number", "unified_number", "openness",
)  # fmt: skip


def main(arguments: list[str]) -> int:
    """Prints the documents of each file; 0 when every file held one, 1 otherwise, 2 for wrong usage."""
    if not arguments:
        sys.stderr.write("usage: python -m gongwen FILE [FILE …]   (UTF-8 text)\n")
        return 2
    status = 0
    for name in arguments:
        try:
            text = sys.stdin.read() if name == "-" else Path(name).read_text("utf-8", errors="replace")
        except OSError as error:
            sys.stderr.write(f"{name}: {error.strerror}\n")
            status = 1
            continue
        pages, fragments = layout.read(text)
        for page in pages:
            sys.stdout.write("\n".join(_lines(document.read(page))) + "\n\n")
        for fragment in fragments:
            sys.stdout.write(f"（未计入：{fragment.reason}：{fragment.text[:40]}…）\n")
        status = status if pages else 1
    return status


def _lines(found: Document) -> list[str]:
    lines = [f"标题  {found.title}"]
    named: list[tuple[str, Fact[object]]] = [("issuer", fact) for fact in found.issuers]  # type: ignore[misc]
    named += [(name, fact) for name in _FACTS if (fact := getattr(found, name))]
    for name, fact in named:
        value = getattr(fact.value, "name", None) if name == "issuer" else fact.value
        lines.append(f"{name:15} {value}    ← {fact.evidence.rule}：“{fact.evidence.quote[:60]}”")
    lines += [
        f"{'cites':15} {cite.kind.value}: {cite.number or ''} {'《' + cite.title + '》' if cite.title else ''}"
        f"{'（简称' + cite.short + '）' if cite.short else ''}"
        for cite in found.cites
    ]
    lines += [
        f"{'figure':15} {' > '.join(figure.indicator)}{' / ' + figure.party if figure.party else ''} = "
        f"{figure.value:g}{figure.unit or ''}"
        for figure in found.figures
    ]
    lines += [
        f"{'contradiction':15} {wrong.rule}：应为 {wrong.expected:g}，表中为 {wrong.found:g}    ← “{found.text[slice(*wrong.span)][:60]}”"
        for wrong in found.contradictions
    ]
    lines += [
        f"{'personal':15} {mention.kind.value} @ {mention.span.start}-{mention.span.end}" for mention in found.personal
    ]
    return lines


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
