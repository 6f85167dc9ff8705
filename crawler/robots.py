"""What a site allows: its robots.txt (RFC 9309), read by Protego."""

from __future__ import annotations

from urllib.parse import urlsplit

from protego import Protego

from crawler import urls
from crawler.addresses import Refused
from crawler.fetching import AGENT, Failed, Fetcher

LONGEST_DELAY = 60.0
_NAME = AGENT.partition("/")[0]
_HOPS = 5
_MOST = 512_000  # bytes that are read; RFC 9309 asks for at least 500 KiB


class Rules:
    """The rules of one host: ``allows`` a URL, ``delay`` in seconds (at most a minute) or None, ``sitemaps`` it names."""

    def __init__(self, text: str | None) -> None:
        self._rules = Protego.parse(text) if text is not None else None
        delay = self._rules.crawl_delay(_NAME) if self._rules else None
        self.delay = None if delay is None else min(float(delay), LONGEST_DELAY)
        self.sitemaps = tuple(self._rules.sitemaps) if self._rules else ()

    def allows(self, url: str) -> bool:
        return self._rules is not None and bool(self._rules.can_fetch(url, _NAME))


def read(fetcher: Fetcher, url: str) -> Rules:
    """The rules of the host of a URL. No such file (4xx): all is allowed; no answer or 5xx: nothing is (RFC 9309, 2.3.1).

    Raises :class:`~crawler.addresses.Refused` when the host may not be asked at all.
    """
    parts = urlsplit(url)
    at = f"{parts.scheme}://{parts.netloc}/robots.txt"
    for _ in range(_HOPS + 1):
        try:
            answer = fetcher.get(at)
        except Failed:
            return Rules(None)
        except Refused as error:
            if error.stage == "address":
                raise
            return Rules(None)
        if answer.status in (301, 302, 303, 307, 308) and "location" in answer.headers:
            at = urls.normal(answer.headers["location"], at)
        elif answer.status == 200:
            return Rules(answer.body[:_MOST].decode("utf-8-sig", "replace"))
        else:
            return Rules("" if answer.status < 500 and answer.status != 429 else None)
    return Rules("")
