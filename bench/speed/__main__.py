"""``python -m bench.speed ingest|search``: how fast documents become searchable, and how fast searches are answered."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bench.speed import ingest, search


def main(arguments: list[str]) -> int:
    """Runs what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench.speed", description=__doc__)
    commands = parser.add_subparsers(required=True)
    first = commands.add_parser("ingest", help=str(ingest.__doc__).split("\n")[0])
    first.add_argument("--docs", type=Path, required=True)
    first.add_argument("--n", type=int, default=10_000)
    first.add_argument("--json", type=Path)
    first.add_argument("--ways", default=",".join(ingest.WAYS), help="which of them, with commas")
    first.set_defaults(run=ingest.run)
    second = commands.add_parser("search", help=str(search.__doc__).split("\n")[0])
    second.add_argument("--docs", type=Path, required=True, action="append")
    second.add_argument("--n", type=int, default=100_000)
    second.add_argument("--seconds", type=float, default=5.0, help="of each load")
    second.add_argument("--json", type=Path)
    second.set_defaults(run=search.run)
    given = parser.parse_args(arguments)
    return int(given.run(given))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
