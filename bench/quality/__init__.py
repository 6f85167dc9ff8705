"""How good the search is: judged questions through the real API, beside peers in the same run. See ``--help``."""
