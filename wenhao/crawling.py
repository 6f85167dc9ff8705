"""`wenhao crawl`: the pages of sites into a folder, as an operator sees it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn

from crawler import store
from crawler.crawl import Bounds, Summary, addresses_of, crawl
from crawler.crawl import Progress as Report
from crawler.fetching import Fetcher
from gongwen.errors import InputError
from indexer.settings import IndexerSettings
from wenhao import lock

LOCK = "crawling.lock"

# Counts of a summary in the order in which they are told.
_TOLD = (("new", "新增"), ("changed", "改动"), ("unchanged", "未变"), ("gone", "已从网站撤下"), ("refused", "不取"), ("failed", "取不到"))  # fmt: skip


def crawl_sites(starts: Sequence[str], folder: Path, bounds: Bounds, console: Console) -> bool:
    """Fetches what is new on the sites into the folder and says what was done; True when every start was had.

    Raises :class:`~gongwen.errors.InputError` for a start that is no URL or a folder that cannot be made,
    :class:`~gongwen.errors.FolderNotWritten` when it can no longer be written,
    :class:`wenhao.lock.AlreadyIndexing` while another crawl works in the folder.
    """
    addresses_of(starts)  # before anything is made
    try:
        (folder / store.FOLDER).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: {error.strerror}; give a folder for the pages with --into") from error
    settings = IndexerSettings()
    fetcher = Fetcher(allow_private=bounds.allow_private, most_bytes=settings.max_file_bytes)
    with lock.indexing(folder / store.FOLDER, LOCK), _progress(console) as progress:
        summary = crawl(starts, folder, bounds, fetcher, progress, mask=settings.mask_personal)
    report(summary, folder, console)
    return not summary.starts_refused


def report(summary: Summary, folder: Path, console: Console) -> None:
    """Prints what a crawl did, and what to do next."""
    if summary.resumed:
        console.print("接着上次没有做完的往下取。")
    counts = "，".join(f"{label} {summary.counts[name]}" for name, label in _TOLD if summary.counts[name])
    console.print(f"问了 {summary.counts['asked']} 个地址{'：' if counts else ''}{counts}。", soft_wrap=True)
    if summary.waiting:
        console.print(f"还有 {summary.waiting} 个地址没有问：再运行一次就接着取（--max-pages 是一次的页数）。")
    for url, reason in summary.starts_refused:
        console.print(f"[yellow]起始地址没有取到[/]：{escape(url)}：{escape(reason)}", markup=True, soft_wrap=True)
    if summary.reject_list and summary.reject_list.exists() and summary.counts["refused"] + summary.counts["failed"]:
        console.print(f"没有取的和取不到的，原因见 {summary.reject_list}", soft_wrap=True)
    console.print(f"编入索引：wenhao index {folder}", soft_wrap=True)


@contextmanager
def _progress(console: Console) -> Iterator[Report]:
    with Progress(SpinnerColumn(), TextColumn("{task.description}"), transient=True, console=console) as bar:
        task = bar.add_task("")

        def show(asked: int, waiting: int, url: str) -> None:
            bar.update(task, description=f"已问 {asked}，待问 {waiting}　{url[-60:]}")

        yield show
