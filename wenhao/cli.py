"""The `wenhao` command: index a folder, serve the site, manage the engine."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated, NoReturn

import typer
from pydantic import ValidationError
from rich.console import Console

from engine import binary
from engine.settings import EngineSettings
from engine.status import status as engine_status
from gongwen.errors import WenhaoError
from wenhao import serving
from wenhao.indexing import index_folder, report

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="文号：公文检索。Index official documents and search them.",
    pretty_exceptions_enable=False,
)
engine_app = typer.Typer(no_args_is_help=True, help="检索引擎：安装、状态。")
app.add_typer(engine_app, name="engine")
_console = Console(stderr=True, highlight=False)

Folder = Annotated[Path, typer.Argument(help="存放文件的文件夹（.txt .md .html），或一个文件。")]
Name = Annotated[str | None, typer.Option("--name", help="这批文件的名称；默认为文件夹名。")]
Host = Annotated[str | None, typer.Option(help="监听地址；默认 127.0.0.1 或 WENHAO_HOST。")]
Port = Annotated[int | None, typer.Option(help="监听端口；默认 8000 或 WENHAO_PORT。")]


@app.command()
def index(folder: Folder, name: Name = None) -> None:
    """把文件夹中的文件编入索引；只处理有变化的。"""
    with _plain_errors(), serving.engine() as connection:
        report(index_folder(folder, name, connection), _console)


@app.command()
def serve(host: Host = None, port: Port = None) -> None:
    """提供检索网站和接口。"""
    with _plain_errors():
        serving.serve(host, port, _console)


@app.command()
def run(folder: Folder, name: Name = None, host: Host = None, port: Port = None) -> None:
    """编入索引，然后提供检索：make run 用的就是它。"""
    with _plain_errors():
        serving.serve(
            host,
            port,
            _console,
            before=lambda connection: report(index_folder(folder, name, connection), _console),
        )


@engine_app.command("install")
def engine_install(quiet: Annotated[bool, typer.Option("--quiet", help="已安装时不作声。")] = False) -> None:
    """取得检索引擎（Meilisearch 1.21.0，核对 sha256）。"""
    with _plain_errors():
        settings = EngineSettings()
        if settings.meili_url:
            if not quiet:
                _console.print(f"已指定 MEILI_URL={settings.meili_url}，不需要安装。")
            return
        if binary.is_installed(binary.cache_path()):
            if not quiet:
                _console.print(f"检索引擎已安装：{binary.cache_path()}")
            return
        _console.print("正在取得检索引擎 Meilisearch 1.21.0（94 MB）… fetching the engine")
        _console.print(f"检索引擎已安装：{binary.install()}")


@engine_app.command("status")
def engine_show() -> None:
    """检索引擎的状态；不启动它。"""
    with _plain_errors():
        found = engine_status(EngineSettings())
        size = None if found.database_bytes is None else f"{found.database_bytes / 1e6:.1f} MB"
        shown = (("状态", found.found), ("版本", found.version), ("地址", found.url), ("进程", found.pid), ("程序", found.binary), ("文件数", found.documents), ("数据库", size), ("问题", found.problem))  # fmt: skip
        for label, value in shown:
            if value is not None:
                typer.echo(f"{label}：{value}")


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
    _console.print(f"[bold red]错误[/]：{message}", markup=True, soft_wrap=True)
    sys.exit(1)
