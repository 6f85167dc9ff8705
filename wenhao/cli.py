"""The `wenhao` command: index a folder, serve the site, manage the engine.

What a command takes is imported when it is called: what serves the site loads for .8 seconds and takes 70 MB, and a sync needs
nothing of it.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Annotated, NoReturn

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape

from crawler.crawl import DELAY, DEPTH, PAGES, Bounds
from engine.client import Connection
from engine.settings import EngineSettings
from gongwen.errors import WenhaoError

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="文号：公文检索。Index official documents and search them.",
    pretty_exceptions_enable=False,
)
engine_app = typer.Typer(no_args_is_help=True, help="检索引擎：安装、状态。")
app.add_typer(engine_app, name="engine")
synonyms_app = typer.Typer(no_args_is_help=True, help="词表：检查、建议。")
app.add_typer(synonyms_app, name="synonyms")
report_app = typer.Typer(no_args_is_help=True, help="报告：访问者所问。")
app.add_typer(report_app, name="report")
_console = Console(stderr=True, highlight=False)

Folder = Annotated[Path, typer.Argument(help="存放文件的文件夹，或一个文件。")]
Name = Annotated[str | None, typer.Option("--name", help="这批文件的名称；默认为文件夹名。")]
Host = Annotated[str | None, typer.Option(help="监听地址；默认 127.0.0.1 或 WENHAO_HOST。")]
Port = Annotated[int | None, typer.Option(help="监听端口；默认 8000 或 WENHAO_PORT。")]


@app.command()
def index(folder: Folder, name: Name = None) -> None:
    """把文件夹中的文件编入索引；只处理有变化的。"""
    from wenhao.indexing import index_folder
    from wenhao.reporting import report

    with _plain_errors(), _engine() as connection:
        report(index_folder(folder, name, connection), _console)


@app.command()
def sync(
    folders: Annotated[list[Path] | None, typer.Argument(help="要核对的文件夹；不写则为全部。")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只说会做什么，不改动任何东西。")] = False,
) -> None:
    """让索引与已编入的各文件夹一致；可以随时重复运行。有文件夹找不到时退出码为 1。"""
    from wenhao.indexing import plan_folders, sync_folders
    from wenhao.reporting import report, show_plan

    with _plain_errors(), _engine() as connection:
        if dry_run:
            show_plan(plan_folders(folders or [], connection), typer.echo)
            return
        indexed = sync_folders(folders or [], connection)
        report(indexed, _console)
    if indexed.missing:
        sys.exit(1)


@app.command()
def watch(folders: Annotated[list[Path], typer.Argument(help="要跟着编入的文件夹。")]) -> None:
    """跟着文件夹：文件一变就编入，直到停止。"""
    from wenhao import watching

    with _plain_errors(), _engine() as connection:
        watching.watch(folders, connection, _console)


@app.command()
def crawl(
    starts: Annotated[list[str], typer.Argument(metavar="URL...", help="从哪些地址取起。")],
    *,
    into: Annotated[Path, typer.Option("--into", help="放到哪个文件夹。")] = Path("corpus"),
    most: Annotated[int, typer.Option("--max-pages", min=1, help="一次最多问多少个地址。")] = PAGES,
    depth: Annotated[int, typer.Option("--depth", min=0, help="离起始地址最多几层链接。")] = DEPTH,
    delay: Annotated[float, typer.Option("--delay", min=0, help="同一网站两次之间的秒数；robots.txt 要求更长时从之。")] = DELAY,
    domain: Annotated[list[str] | None, typer.Option("--domain", help="还可以进入的域名（连同下级），可写多次。")] = None,
    private: Annotated[bool, typer.Option("--allow-private", help="可以连接内网和本机的地址。")] = False,
) -> None:  # fmt: skip
    """把网站上的公文取到文件夹，可以随时中断、重复运行；起始地址有取不到的，退出码为 1。"""
    from wenhao import crawling

    with _plain_errors():
        bounds = Bounds(most, depth, delay, tuple(one.lower().strip(".") for one in domain or ()), private)
        if not crawling.crawl_sites(starts, into, bounds, _console):
            raise typer.Exit(1)


@app.command("doctor")
def examine() -> None:
    """检查这一套是否都好，不改动任何东西；有问题时退出码为 1。"""
    from wenhao import doctor

    well = True
    with _plain_errors(), _engine() as connection:
        for found in doctor.examine(connection):
            typer.echo(f"{'好' if found.well else '问题'}  {found.name}：{found.said}")
            well = well and found.well
    typer.echo("都好。" if well else "有问题，见上。")
    if not well:
        sys.exit(1)


@app.command("backup")
def back_up(
    folder: Annotated[Path | None, typer.Argument(help="备份放在哪个文件夹；默认为数据文件夹中的 backups。")] = None,
    keep: Annotated[int | None, typer.Option("--keep", min=1, help="只留最近几份；不写则全留。")] = None,
    mounted: Annotated[
        Path | None, typer.Option("--snapshots", help="另行运行的引擎的快照文件夹（挂载在此）。")
    ] = None,
) -> None:
    """备份索引：引擎快照和说明（件数、抽样问题、SHA-256）；其间检索照常。"""
    from wenhao import backup

    with _plain_errors(), _engine() as connection:
        made = backup.back_up(connection, folder, keep, mounted)
        size = (
            f"{made.manifest.bytes / 1e6:.1f} MB，已核对" if made.manifest.snapshot else "快照在引擎自己的快照文件夹里"
        )
        _console.print(f"已备份到 {made.folder}：{sum(made.manifest.counts.values())} 条记录，{size}。", soft_wrap=True)
        for removed in made.removed:
            _console.print(f"去掉了旧的 {removed.name}。")


@app.command()
def restore(
    folder: Annotated[Path, typer.Argument(metavar="BACKUP", help="一份备份的文件夹。")],
    replace: Annotated[bool, typer.Option("--replace", help="换掉已有的索引。")] = False,
) -> None:
    """从备份恢复索引；件数和抽样问题与备份时一致才换上，否则原样不动。须先停下网站。"""
    from wenhao import backup

    with _plain_errors():
        told = backup.restore(folder, replace=replace)
        _console.print(f"已恢复 {told.made} 的备份：{told.counts.get(told.index, 0)} 件，{len(told.questions)} 个抽样问题的答复一致。", soft_wrap=True)  # fmt: skip


@app.command()
def upgrade() -> None:
    """把旧版本引擎的数据升级为本版本的；在副本上做，原数据留着。须先停下网站。"""
    from engine import binary
    from wenhao import backup

    with _plain_errors():
        done = backup.upgrade()
        if done is None:
            _console.print(f"不需要升级：数据已是引擎 {binary.VERSION} 的，或者还没有数据。")
            return
        version, kept, counts = done
        said = "，".join(f"{name} {count}" for name, count in counts.items())
        _console.print(f"已由 {version} 升级到 {binary.VERSION}：{said}。旧数据留在 {kept}，确认无误后可以删去。", soft_wrap=True)  # fmt: skip


@app.command("forget")
def forget_collection(name: Annotated[str, typer.Argument(help="这批文件的名称。")]) -> None:
    """把一批文件从索引中去掉；文件夹本身不动。"""
    from wenhao.indexing import forget

    with _plain_errors(), _engine() as connection:
        _console.print(f"已从索引去掉 {name}：{forget(name, connection)} 件。")


@app.command()
def serve(host: Host = None, port: Port = None) -> None:
    """提供检索网站和接口。"""
    from wenhao import serving

    with _plain_errors():
        serving.serve(host, port, _console)


@app.command()
def run(folder: Folder, name: Name = None, host: Host = None, port: Port = None) -> None:
    """编入索引，然后提供检索：make run 用的就是它。"""
    from wenhao import serving
    from wenhao.indexing import index_folder
    from wenhao.reporting import report

    with _plain_errors():
        serving.serve(
            host,
            port,
            _console,
            before=lambda connection: report(index_folder(folder, name, connection), _console),
        )


@app.command()
def mcp(
    http: Annotated[bool, typer.Option("--http", help="由 HTTP 提供（/mcp）；不写则由标准输入输出。")] = False,
    host: Host = None,
    port: Annotated[int | None, typer.Option(help="--http 的端口；默认 8001 或 WENHAO_AGENTS_PORT。")] = None,
) -> None:
    """供智能体检索、核对引文（MCP；须安装 wenhao[mcp]）。"""
    from wenhao import agent_serving

    with _plain_errors():
        if http:
            agent_serving.serve_http(host, port, _console)
        else:
            agent_serving.serve_stdio()


@app.command()
def embed() -> None:
    """为尚无语义向量的文件制作向量（须安装 wenhao[semantic]）；检索照常。"""
    from wenhao import embedding

    with _plain_errors(), _engine() as connection:
        made, gone = embedding.embed_documents(connection)
        _console.print(f"制作了 {made} 件的向量，去掉了 {gone} 件的。")


@engine_app.command("install")
def engine_install(quiet: Annotated[bool, typer.Option("--quiet", help="已安装时不作声。")] = False) -> None:
    """取得检索引擎（Meilisearch 1.21.0，核对 sha256）。"""
    from engine import binary

    with _plain_errors():
        settings = EngineSettings()
        if not settings.private:
            if not quiet:
                _console.print(f"已指定引擎 {settings.meili_url or settings.opensearch_url}，不需要安装。")
            return
        if binary.is_installed(binary.cache_path()):
            if not quiet:
                _console.print(f"检索引擎已安装：{binary.cache_path()}")
            return
        _console.print("正在取得检索引擎 Meilisearch 1.21.0（94 MB）… fetching the engine")
        _console.print(f"检索引擎已安装：{binary.install()}")


@engine_app.command("search-key")
def engine_search_key(file: Annotated[Path, typer.Argument(help="写到哪个文件（0600）。")]) -> None:
    """把只能检索的密钥写到文件，供网站用（MEILI_SEARCH_KEY_FILE）；须有主密钥。"""
    from wenhao import serving

    with _plain_errors():
        serving.hand_out_search_key(file)
        _console.print(f"检索密钥已写到 {file}。")


@engine_app.command("status")
def engine_show() -> None:
    """检索引擎的状态；不启动它。"""
    from engine.status import status

    with _plain_errors():
        found = status(EngineSettings())
        size = None if found.database_bytes is None else f"{found.database_bytes / 1e6:.1f} MB"
        shown = (("状态", found.found), ("版本", found.version), ("地址", found.url), ("进程", found.pid), ("程序", found.binary), ("文件数", found.documents), ("数据库", size), ("问题", found.problem))  # fmt: skip
        for label, value in shown:
            if value is not None:
                typer.echo(f"{label}：{value}")


@synonyms_app.command("check")
def synonyms_check() -> None:
    """检查词表：重复、自指、循环、没有用处的词，置顶；有错时退出码为 1。"""
    from api.settings import ApiSettings
    from gongwen import dates
    from wenhao import list_check

    with _plain_errors():
        checked = list_check.check(ApiSettings().synonyms_dir, datetime.now(dates.CHINA).date())
    for line in (*checked.faults, *(f"{note}（提示）" for note in checked.notes)):
        typer.echo(line)
    typer.echo("，".join(f"{name} {count}" for name, count in checked.counts))
    typer.echo(f"{len(checked.faults)} 处有错。" if checked.faults else "没有错误。")
    if checked.faults:
        sys.exit(1)


@synonyms_app.command("suggest")
def synonyms_suggest(folder: Folder) -> None:
    """从文件中找出可加入词表的写法，按词表的格式输出，由人审定后再加入。"""
    from api.settings import ApiSettings
    from wenhao import list_suggestions

    with _plain_errors():
        suggestions, unread = list_suggestions.suggest(folder.resolve(), ApiSettings().synonyms_dir)
    typer.echo(
        "# 建议，须由人审定。依据：文中“以下简称”，中央机构的简称，更名的行政区划。网站不记录问题，故没有零结果问题可供参考。"
    )
    if unread:
        typer.echo(f"# {unread} 个文件未能读入。")
    for line in list_suggestions.written(suggestions):
        typer.echo(line)


@report_app.command("queries")
def report_queries(
    files: Annotated[list[Path], typer.Argument(help="WENHAO_QUERY_LOG 所记的文件，旧的在前。")],
    shown: Annotated[int, typer.Option("--most", min=1, max=1000, help="每项至多列几条。")] = 20,
) -> None:
    """最常问的、没有结果的、换过说法的，以及由此提出的同义词。"""
    from wenhao import query_report

    with _plain_errors():
        for line in query_report.written(query_report.report(query_report.read(files), shown)):
            typer.echo(line)


@contextmanager
def _engine() -> Iterator[Connection]:
    """The engine of the environment's settings, started if need be and then stopped with us."""
    from engine.server import running_engine

    with running_engine(EngineSettings()) as connection:
        yield connection


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Errors as one clear line and exit status 1; SIGTERM like Ctrl-C, so that everything started is stopped."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    except WenhaoError as error:
        _fail(str(error))
    except ValidationError as error:
        _fail(
            "设置有误：" + "；".join(f"{'.'.join(map(str, fault['loc']))}：{fault['msg']}" for fault in error.errors())
        )
    except KeyboardInterrupt:
        _console.print("已停止。")
        sys.exit(130)


def _interrupt(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _fail(message: str) -> NoReturn:
    _console.print(f"[bold red]错误[/]：{escape(message)}", markup=True, soft_wrap=True)
    sys.exit(1)
