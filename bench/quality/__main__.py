"""How good the search is: judged questions through the real pipeline, engine and site, beside peers in the same run.

python -m bench.quality                                      every set that is on this machine, with all peers
python -m bench.quality --set notices --half even --peers none    one half of one set, our side only: to tune by
python -m bench.quality --docs DOCS.jsonl --queries QUESTIONS.jsonl    documents {id, title?, text}, questions {qid, query, gold: [id]}

The first run of a set indexes its documents, under data/bench. Later runs take that index as long as the reading
rules (gongwen, indexer, dictionary) are the same, and always the API's code as it is now in this working tree.
--keep-index takes the index in any case; --quick asks for page one only (44 instead of 96 s for half of notices). To
tune ranking: --half even, look with --losses 20, judge with --half odd.

--check compares full runs with the floors of bench/quality_baseline.json; --update makes them the pinned run, unless a
figure fell; --write docs/quality.md puts their tables there.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from contextlib import ExitStack
from pathlib import Path

from bench import opensearch
from bench.opensearch_plugins import KNN, program_with
from bench.quality import baseline, page, peers, sets
from bench.quality.run import How, Outcome, run
from bench.quality.sets import SETS, QuestionSet
from gongwen.errors import WenhaoError


def main(arguments: list[str]) -> int:
    """Runs the sets asked for and prints their tables; 1 when something failed or fell below its floor."""
    options, how = _options(arguments)
    # The environment's own engine and folders are not what is measured.
    for name in [name for name in os.environ if name.startswith(("MEILI_", "OPENSEARCH_", "WENHAO_"))]:
        if name != "MEILI_BIN":
            del os.environ[name]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the site and the engine end with us
    pinned = baseline.load()
    report: dict[str, object] = {}
    wrong: list[str] = []
    stack = ExitStack()
    try:
        if options.engine == "opensearch":
            # All settings that follow are read from here, the site's too.
            program = program_with(KNN) if options.semantic else None
            os.environ["OPENSEARCH_URL"] = stack.enter_context(opensearch.running(heap="1g", program=program))[0].url
        for one in _wanted(options):
            found = run(one, how)
            report[one.name] = found.report
            wrong += baseline.complaints(one.name, found.result, pinned)
            _keep(one, found, options)  # at once, since a later set may fail or be stopped
    except (WenhaoError, opensearch.NotHere) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    finally:
        stack.close()
    if options.json:
        options.json.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", "utf-8")
    if options.check:
        print("\n".join(["", *wrong]) if wrong else "\nall floors hold")
    return int(options.check and bool(wrong))


def _keep(one: QuestionSet, found: Outcome, options: argparse.Namespace) -> None:
    """Writes the page and pins the run, as far as asked for."""
    if options.write:
        page.write(options.write, {one.name: page.section(one.name, one.about, found.lines, found.note)})
    if options.update and (low := baseline.falls(one.name, found.result, baseline.load())):
        print("not pinned:", *low, sep="\n")
    elif options.update:
        baseline.pin(one.name, found.result, one.gates, one.noise)
        print(f"pinned in {baseline.PATH}")


def _options(arguments: list[str]) -> tuple[argparse.Namespace, How]:
    parser = argparse.ArgumentParser(
        prog="python -m bench.quality", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--set", action="append", choices=list(SETS), help="only this set; may be repeated")
    parser.add_argument("--docs", type=Path, help="a set of your own: its documents")
    parser.add_argument("--queries", type=Path, help="and its questions")
    parser.add_argument("--peers", default="all", help=f"all, none, or some of {','.join(peers.NAMES)}")
    parser.add_argument("--engine", choices=("meilisearch", "opensearch"), default="meilisearch", help="what the site stands on; a cluster is started and filled anew at each run")  # fmt: skip
    parser.add_argument("--half", choices=("even", "odd", "all"), default="all", help="every second question")
    parser.add_argument("--limit", type=int, help="only the first N questions of a set")
    parser.add_argument("--losses", type=int, default=0, metavar="N", help="print the N questions we answer worst")
    parser.add_argument("--against", metavar="PEER", help="compare questions with this peer, not with the pinned run")
    parser.add_argument("--json", type=Path, help="write figures and ranks of every question there")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="put the tables into this page (docs/quality.md)")
    parser.add_argument("--check", action="store_true", help="exit status 1 when a figure is below its floor")
    parser.add_argument("--update", action="store_true", help="make this run the pinned one")
    parser.add_argument("--fresh", action="store_true", help="index again in any case")
    parser.add_argument("--keep-index", action="store_true", help="take the index whatever rules it was read with")
    parser.add_argument("--quick", action="store_true", help="page one only and no times: R@100 says nothing then")
    parser.add_argument("--semantic", action="store_true", help="candidates by meaning too; makes vectors that lack")
    options = parser.parse_args(arguments)
    if bool(options.docs) != bool(options.queries):
        parser.error("--docs and --queries belong together")
    try:
        asked = peers.named(options.peers)
    except ValueError as error:
        parser.error(str(error))
    if options.against and options.against not in asked:
        parser.error(f"--against {options.against} needs --peers {options.against}")
    how = How(
        asked,
        options.half,
        options.limit,
        options.losses,
        options.against,
        options.fresh,
        options.keep_index,
        options.semantic,
        options.quick,
    )
    if (options.check or options.update or options.write) and (not how.whole or options.docs):
        parser.error("--check, --update and --write need whole sets: no --half, --limit, --quick, --docs")
    if options.engine != "meilisearch" and options.update:
        parser.error("what is pinned is of --engine meilisearch")
    return options, how


def _wanted(options: argparse.Namespace) -> list[QuestionSet]:
    if options.docs:
        return [sets.given(options.docs, options.queries)]
    found = [SETS[name] for name in options.set or SETS]
    for one in found:
        if one.absent:
            print(f"\n{one.name}: not on this machine ({one.absent} is absent)")
    return [one for one in found if not one.absent]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
