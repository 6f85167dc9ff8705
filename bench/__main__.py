"""``python -m bench`` (``make bench``): every bench, one after the other."""

from __future__ import annotations

import sys

from bench import extraction
from bench.quality import __main__ as quality

if __name__ == "__main__":
    sys.exit(extraction.main([]) or quality.main([]))
