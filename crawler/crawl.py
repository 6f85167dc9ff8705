"""A crawl: from start URLs into a corpus folder, one request at a time."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from crawler import links, robots, store, urls
from crawler.addresses import Refused
from crawler.fetching import Answer, Failed, Fetcher
from crawler.naming import file_of
from crawler.state import Page, State
from crawler.suffix import suffix_of
from gongwen.errors import InputError
from indexer import attachments, rejects
from indexer.privacy import told

_NEVER = (".jpg", ".jpeg", ".png", ".gif", ".bmp", ".ico", ".svg", ".webp", ".css", ".js", ".mp3", ".mp4", ".avi", ".flv", ".wmv", ".mov", ".swf", ".exe", ".apk", ".woff", ".woff2", ".ttf")  # fmt: skip
PAGES, DEPTH, DELAY = (
    1000,
    5,
    1.0,
)  # of a run that is told nothing else: polite, and an evening's work for a county's site
_HOPS = 5
_TRIES = 3
_VARIANTS = 1000
_LONGEST_WAIT = 120.0  # seconds of a Retry-After that are waited; a site that asks for more is left for the next run
_MANIFEST_EVERY = 50  # files
_REDIRECTS = (301, 302, 303, 307, 308)
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far a crawl goes: ``pages`` asked in a run, links from a start (``depth``), seconds between requests to a host,
    and ``domains`` that may be entered beside the starts' own hosts, with all below them."""

    pages: int = PAGES
    depth: int = DEPTH
    delay: float = DELAY
    domains: tuple[str, ...] = ()
    allow_private: bool = False


@dataclass(slots=True)
class Summary:
    """What a run did: counts of asked, new, changed, unchanged, gone, refused and failed; ``waiting`` for the next run;
    ``starts_refused``, URL and reason, are starts that were not had."""

    counts: Counter[str] = field(default_factory=Counter)
    waiting: int = 0
    resumed: bool = False
    reject_list: Path | None = None
    starts_refused: list[tuple[str, str]] = field(default_factory=list)


def crawl(
    starts: Sequence[str], folder: Path, bounds: Bounds, fetcher: Fetcher, progress: Progress, *, mask: bool = True
) -> Summary:
    """Brings the files of a folder in line with the sites; goes on where a run was interrupted. With ``mask``, the reasons
    that are told hold no personal data.

    Raises :class:`~gongwen.errors.InputError` for a start that is no URL, and :class:`~gongwen.errors.FolderNotWritten`: what
    was fetched before is kept, and the next run goes on from there.
    """
    first = addresses_of(starts)
    with closing(fetcher), store.writing(folder):
        (folder / store.FOLDER).mkdir(parents=True, exist_ok=True)
        with closing(State(folder / store.FOLDER / "state.sqlite")) as state:
            run = _Run(first, folder, bounds, fetcher=fetcher, state=state, progress=progress)
            try:
                run.all()
            finally:
                store.write_manifest(folder, state)
                refused = [
                    rejects.Reject("crawl", url, stage, told(reason, mask=mask))
                    for url, stage, reason in state.refusals()
                ]
                run.summary.starts_refused = [(one.path, one.reason) for one in refused if one.path in first]
                run.summary.reject_list = rejects.write(folder / store.FOLDER, "crawl", refused)
                run.summary.waiting = state.waiting(bounds.depth)
    return run.summary


def addresses_of(starts: Sequence[str]) -> list[str]:
    """The starts in the form in which URLs are kept; raises :class:`~gongwen.errors.InputError` for one that is no URL."""
    try:
        return [urls.normal(start) for start in starts]
    except Refused as error:
        raise InputError(f"{error}; give a whole address, for example https://www.example.gov.cn/") from error


class _Run:
    """One run under way. ``_shut`` are hosts that are left alone until the next."""

    def __init__(
        self, starts: list[str], folder: Path, bounds: Bounds, *, fetcher: Fetcher, state: State, progress: Progress
    ) -> None:
        self.summary = Summary(resumed=state.resumed)
        self._folder, self._bounds = folder, bounds
        self._fetcher, self._state, self._progress = fetcher, state, progress
        self._first = frozenset(starts)
        self._hosts = {urls.host_of(start) for start in starts}
        self._rules: dict[str, robots.Rules] = {}
        self._ready: dict[str, float] = {}
        self._shut: set[str] = set()
        self._failures: Counter[str] = Counter()
        self._conditional = state.same_bounds(f"{sorted(self._hosts)} {sorted(bounds.domains)} {bounds.depth}")
        state.add([(start, urls.host_of(start)) for start in starts], 0, start=True)

    def all(self) -> None:
        asked = self._state.asked()
        while asked < self._bounds.pages:
            page = self._state.next(self._bounds.depth, self._shut)
            if page is None:
                break
            self._progress(asked, self._state.waiting(self._bounds.depth), page.url)
            self._visit(page)
            asked = self._state.asked()
        self._state.end()

    def _visit(self, page: Page) -> None:
        self.summary.counts["asked"] += 1
        try:
            self._check(page)
            self._wait(page.host)
            answer = self._fetcher.get(page.url, self._from_here(page) | self._validators(page))
            self._failures[page.host] = 0
            self._take(page, answer)
        except Refused as error:
            self.summary.counts["refused"] += 1
            self._state.done(page, (), stage=error.stage, reason=str(error))
        except Failed as error:
            self._fail(page, str(error))
        finally:
            self._ready[page.host] = time.monotonic() + self._delay(page.host)

    def _check(self, page: Page) -> None:
        """Bounds may be narrower than when the link was found, and a start's rules are known only now."""
        if not self._inside(page.url):
            raise Refused("its host is not among those of this crawl; --domain adds it", stage="limit")
        if page.host not in self._rules:
            self._rules[page.host] = rules = robots.read(self._fetcher, page.url)
            scheme = urlsplit(page.url).scheme
            named = rules.sitemaps or (f"{scheme}://{page.host}/sitemap.xml",)
            found = links.addresses([one for one in named[:50] if one.startswith(("http", "/"))], page.url)
            self._state.add(self._wanted(found), 0, start=True)
        if not self._rules[page.host].allows(page.url):
            raise Refused("robots.txt of the site does not allow it, or cannot be had", stage="robots")

    def _delay(self, host: str) -> float:
        asked = self._rules[host].delay if host in self._rules else None
        return max(self._bounds.delay, asked or 0)

    def _wait(self, host: str) -> None:
        time.sleep(max(0.0, self._ready.get(host, 0) - time.monotonic()))

    def _from_here(self, page: Page) -> dict[str, str]:
        """What a browser says under the policy ``origin``: some sites give their lists only to who comes from a page of theirs."""
        return {} if page.url in self._first else {"Referer": f"{urlsplit(page.url).scheme}://{page.host}/"}

    def _validators(self, page: Page) -> dict[str, str]:
        if not self._conditional or (page.file and not (self._folder / page.file).exists()):
            return {}
        found = {"If-None-Match": page.etag, "If-Modified-Since": page.modified}
        return {name: value for name, value in found.items() if value}

    def _take(self, page: Page, answer: Answer) -> None:
        if answer.status == 304:
            self.summary.counts["unchanged"] += 1
            self._state.done(page, (), gone=0)
        elif answer.status in _REDIRECTS and "location" in answer.headers:
            self._redirect(page, answer)
        elif answer.status in (404, 410):
            self._gone(page, answer.status)
        elif answer.status in (429, 503):
            self._slow_down(page, answer)
        elif answer.status >= 500:
            self._fail(page, f"the site answers {answer.status}")
        elif answer.status != 200:
            raise Refused(f"the site answers {answer.status}", stage="answer")
        else:
            self._keep(page, answer)

    def _gone(self, page: Page, status: int) -> None:
        """A file goes when two runs in succession did not find its page: one answer may be a site's bad day."""
        if page.depth == 0 and page.url not in self._first:
            self._state.done(page, ())  # a site map that was only guessed
            return
        self.summary.counts["gone" if page.file else "refused"] += 1
        values: dict[str, Any] = {"gone": page.gone + 1, "stage": "answer", "reason": f"the site answers {status}"}
        if page.file and page.gone:
            (self._folder / page.file).unlink(missing_ok=True)
            values |= {"file": None, "digest": None, "etag": None, "modified": None}
        self._state.done(page, (), **values)

    def _redirect(self, page: Page, answer: Answer) -> None:
        """Where it leads is asked like any other link, so every check holds for it anew."""
        if page.hops >= _HOPS:
            raise Refused(f"more than {_HOPS} redirects", stage="limit")
        target = urls.normal(answer.headers["location"], page.url)
        if not self._inside(target):
            raise Refused(f"it leads to {target[:200]}, which is not of this crawl", stage="address")
        self._state.add([(target, urls.host_of(target))], page.depth, page.hops + 1)
        self._state.done(page, ())

    def _slow_down(self, page: Page, answer: Answer) -> None:
        said = answer.headers.get("retry-after", "")
        wait = float(said) if said.isdecimal() else 10.0
        if wait > _LONGEST_WAIT:
            self._shut.add(page.host)
        else:
            time.sleep(wait)
        self._fail(page, f"the site answers {answer.status}: too many requests")

    def _fail(self, page: Page, reason: str) -> None:
        self._failures[page.host] += 1
        if self._failures[page.host] >= 10:
            self._shut.add(page.host)
        if page.tries + 1 < _TRIES:
            self._state.again(page)
        else:
            self.summary.counts["failed"] += 1
            self._state.done(page, (), stage="answer", reason=reason)

    def _keep(self, page: Page, answer: Answer) -> None:
        digest = hashlib.sha256(answer.body).hexdigest()
        known: dict[str, Any] = {"etag": answer.headers.get("etag"), "modified": answer.headers.get("last-modified"), "digest": digest, "gone": 0}  # fmt: skip
        found = links.of_list(answer.body, page.url)
        if found:
            self._state.add(self._wanted(found.following, found.counted), page.depth)
            self._state.done(page, self._wanted(found.links), **known)
            return
        suffix = suffix_of(page.url, answer)
        is_page = suffix in attachments.PAGES
        if is_page and (twin := self._state.same_bytes(digest, page.url)):
            raise Refused(f"the same bytes as {twin}", stage="answer")
        found = links.of_page(answer.body, page.url) if is_page else links.Found()
        self._state.add(self._wanted(found.following, found.counted), page.depth)
        wanted = self._wanted(found.links)
        attached = [url for url, _ in wanted if attachments.is_file(url)]
        if not found.keep:
            self._state.done(page, wanted, **known, stage="robots", reason="the page asks to be in no index (noindex)")
            return
        changed = digest != page.digest or not page.file or not (self._folder / page.file).exists()
        values: dict[str, Any] = {**known}
        if changed:
            values |= {
                "file": self._write(page, answer, suffix),
                "fetched": datetime.now(UTC).isoformat(timespec="seconds"),
            }
        self._state.done(page, wanted, attached, **values)
        self.summary.counts["unchanged" if not changed else "changed" if page.file else "new"] += 1
        if changed and self.summary.counts["new"] % _MANIFEST_EVERY == 0:
            store.write_manifest(self._folder, self._state)

    def _write(self, page: Page, answer: Answer, suffix: str) -> str:
        name = page.file if page.file and page.file.endswith(suffix) else str(file_of(page.url, suffix))
        if self._state.owner(name) not in (None, page.url) or (page.file is None and (self._folder / name).is_dir()):
            name = str(file_of(page.url, suffix, distinct=True))
        try:
            store.write(self._folder, name, answer.body)
        except OSError as error:
            if error.errno not in store.NO_PLACE:
                raise
            name = str(file_of(page.url, suffix, flat=True))
            store.write(self._folder, name, answer.body)
        return name

    def _wanted(self, found: Iterable[str], counted: Sequence[str] = ()) -> list[tuple[str, str]]:
        """Those of the links that a crawl follows, with their hosts; of those ``counted`` a path may have any number."""
        wanted = []
        for url in found:
            if not self._inside(url) or urls.fault(url) or urlsplit(url).path.lower().endswith(_NEVER):
                continue
            path, question, _ = url.partition("?")
            known = url in counted or not question or self._state.holds(url)
            if not known and self._state.variants(path) >= _VARIANTS:
                continue
            wanted.append((url, urls.host_of(url)))
        return wanted

    def _inside(self, url: str) -> bool:
        parts = urlsplit(url)
        host = parts.hostname or ""
        below = any(host == one or host.endswith(f".{one}") for one in self._bounds.domains)
        return parts.netloc in self._hosts or (parts.port is None and (below or host in self._hosts))
