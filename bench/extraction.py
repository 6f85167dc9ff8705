"""How well facts are read: precision and recall of every fact over labelled documents, beside a naive reading.

python -m bench.extraction                        all sets that are on this machine
python -m bench.extraction --gold FILE [--pages DIR]   a set of the shape of state_council/gold.jsonl
python -m bench.extraction --errors               every wrong or missed fact, document by document
python -m bench.extraction --gate | --update      compare with, or raise, the floors of bench/extraction_baseline.json
python -m bench.extraction --speed                 how fast a text becomes facts, part by part
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bench import reading_speed
from bench.facts import Score, Values, comparable, count, of_document, one
from bench.gold_sets import GATED, SETS, Labelled, from_jsonl
from gongwen import dates, regions
from gongwen.normalize import fold

BASELINE = Path(__file__).parent / "extraction_baseline.json"
_FIRST_NUMBER = re.compile(r"[\u4e00-\u9fff]{2,8}〔\d{4}〕\d+号")


def naive(text: str) -> Values:
    """What the plainest program reads: the first 〔year〕n号, the first division's name, the first and the last date."""
    folded = fold(text)
    number = _FIRST_NUMBER.search(folded)
    place = next((m.candidates[0] for m in regions.find(folded) if m.candidates), None)
    found = dates.find(folded)
    names = {"province": frozenset[str](), "prefecture": frozenset[str](), "county": frozenset[str]()}
    if place:
        levels = {1: "province", 2: "prefecture", 3: "county"}
        names |= {levels[int(division.level)]: one(division.name) for division in place.divisions}
    return names | {
        "doc_number": one(number and number[0]),
        "year": one(found[0].date.year if found else None),
        "signed": one(found[-1].date if found else None),
        "published": one(found[0].date if found else None),
        "cites": frozenset(_FIRST_NUMBER.findall(folded)),
    }


def main(arguments: list[str]) -> int:
    """Prints the table; with ``--gate`` returns 1 when a field of a set fell below its floor."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.extraction", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--gold", type=Path)
    parser.add_argument("--pages", type=Path)
    parser.add_argument("--set", action="append", choices=list(SETS), help="only this set")
    parser.add_argument("--json", type=Path, help="write the figures there")
    parser.add_argument("--errors", action="store_true")
    parser.add_argument("--gate", action="store_true")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--speed", action="store_true")
    options = parser.parse_args(arguments)
    if options.speed:
        print(reading_speed.table())
        return 0
    report: dict[str, dict[str, Score]] = {}
    sizes: dict[str, int] = {}
    for name, labelled in _sets(options):
        documents = list(labelled)
        report[name] = count((one.name, one.gold, of_document(one.document)) for one in documents)
        sizes[name] = len(documents)
        plain = count((one.name, one.gold, naive(one.text)) for one in documents)
        print(f"\n{name}: {len(documents)} documents")
        print(_table(report[name], plain))
        if options.errors:
            print("\n".join(_errors(documents)))
    if options.json:
        options.json.write_text(json.dumps(_figures(report, sizes), ensure_ascii=False, indent=1) + "\n", "utf-8")
    return judge(_figures(report, sizes), update=options.update) if options.gate or options.update else 0


def _sets(options: argparse.Namespace) -> Iterable[tuple[str, Iterable[Labelled]]]:
    if options.gold:
        yield options.gold.stem, from_jsonl(options.gold, options.pages)
        return
    wanted = options.set or (
        GATED if options.gate or options.update else [name for name in SETS if name != "laws_eighth"]
    )
    for name in wanted:
        needed, read = SETS[name]
        if needed.exists():
            yield name, read()
        else:
            print(f"\n{name}: not on this machine ({needed} is absent)")


def _table(scores: dict[str, Score], plain: dict[str, Score]) -> str:
    lines = [f"{'fact':14}{'said':>6}{'right':>7}{'wrong':>7}{'missed':>8}{'precision':>11}{'recall':>8}   naive P / R"]
    for name, score in scores.items():
        other = plain[name]
        lines.append(f"{name:14}{score.right + score.missed:6}{score.right:7}{score.wrong:7}{score.missed:8}{score.precision:11.3f}{score.recall:8.3f}   {other.precision:.3f} / {other.recall:.3f}")  # fmt: skip
    return "\n".join(lines)


def _errors(documents: list[Labelled]) -> Iterable[str]:
    for labelled in documents:
        found = of_document(labelled.document)
        for name, gold in labelled.gold.items():
            read = comparable(name, labelled.gold, found)
            if gold != read:
                yield f"  {labelled.name}  {name}: gold {sorted(gold)}  read {sorted(read)}"


Figures = dict[str, dict[str, dict[str, Any]]]
"""Set -> fact -> precision, recall, how many documents, and which of them have something wrong or missed."""


def _figures(report: dict[str, dict[str, Score]], sizes: dict[str, int]) -> Figures:
    return {
        name: {
            fact: {
                "precision": round(score.precision, 4),
                "recall": round(score.recall, 4),
                "documents": sizes[name],
                "faulty": sorted(score.faulty),
            }
            for fact, score in scores.items()
        }
        for name, scores in report.items()
    }


def judge(now: Figures, *, update: bool = False, baseline: Path = BASELINE) -> int:
    """Compares figures with their floors, prints what was gained and lost by document; 1 when one fell, else 0.

    With ``update`` the floors become these figures, unless one fell. A set over other documents is not compared.
    """
    before: Figures = json.loads(baseline.read_text("utf-8")) if baseline.exists() else {}
    complaints = [line for name, facts in now.items() for line in _complaints(name, facts, before.get(name, {}))]
    print("".join(f"{line}\n" for line in complaints), end="")
    failed = any(not line.startswith(("+", "-")) for line in complaints)
    if update and not failed:
        baseline.write_text(json.dumps({**before, **now}, ensure_ascii=False, indent=1) + "\n", "utf-8")
        print(f"floors written to {baseline}")
    return int(failed)


def _complaints(name: str, facts: dict[str, dict[str, Any]], floors: dict[str, dict[str, Any]]) -> Iterable[str]:
    """One line a document gained (+) or lost (-), one a figure below its floor."""
    for fact, floor in floors.items():
        figures = facts.get(fact)
        if figures is None or figures["documents"] != floor["documents"]:
            yield f"OTHER DOCUMENTS THAN THE FLOOR'S: {name} {fact}; if they are meant to be, delete the set from the baseline and --update"
            continue
        yield from (f"+ {name} {fact} {one}" for one in sorted(set(floor["faulty"]) - set(figures["faulty"])))
        yield from (f"- {name} {fact} {one}" for one in sorted(set(figures["faulty"]) - set(floor["faulty"])))
        for kind in ("precision", "recall"):
            if figures[kind] < floor[kind]:
                yield f"BELOW THE FLOOR: {name} {fact} {kind} {figures[kind]} < {floor[kind]}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
