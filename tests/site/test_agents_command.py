"""`wenhao mcp` as agents run it: the SDK's own clients, real processes, and none that stays behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from gongwen.errors import SettingsError
from tests.site.test_command import WENHAO, environment, free_port, gone, one_line, wenhao
from tests.support import ROOT
from wenhao import agent_serving

HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}},
}
CALL = {
    "jsonrpc": "2.0",
    "id": 2,
    "method": "tools/call",
    "params": {"name": "number", "arguments": {"writing": "国办发[2021]第188号"}},
}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the sample corpus in its index, and no engine running."""
    folder = tmp_path_factory.mktemp("agents")
    done = wenhao("index", "corpus", data=folder)
    assert done.returncode == 0, done.stderr
    return folder


def below(pid: int) -> list[int]:
    return [child.pid for child in psutil.Process(pid).children(recursive=True)]


async def test_an_agent_over_standard_input_and_output(data: Path) -> None:
    variables = environment(data, WENHAO_PUBLIC_URL="https://wenhao.example")
    server = StdioServerParameters(command=WENHAO[0], args=[*WENHAO[1:], "mcp"], env=variables, cwd=ROOT)
    before = set(below(os.getpid()))
    async with Client(stdio_client(server)) as client:
        started = [pid for pid in below(os.getpid()) if pid not in before]
        found = (await client.call_tool("search", {"q": "老年助餐", "region": ["衢州市"]})).structured_content
        assert found is not None
        first = found["documents"][0]
        assert first["url"].startswith("https://wenhao.example/documents/")
        asked = {"quotation": first["title"], "document": first["id"]}
        told = (await client.call_tool("verify_quote", asked)).structured_content
        assert told is not None
        assert told["verdict"] == "exact"
    assert len(started) >= 2, "the server and its engine"
    assert gone(started)


@contextmanager
def talking(data: Path) -> Iterator[subprocess.Popen[str]]:
    """A server that has answered two messages; its input is open."""
    process = subprocess.Popen([*WENHAO, "mcp"], env=environment(data), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, start_new_session=True)  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        for message in (HELLO, {"jsonrpc": "2.0", "method": "notifications/initialized"}, CALL):
            process.stdin.write(json.dumps(message) + "\n")
            process.stdin.flush()
        answers = [json.loads(process.stdout.readline()) for _ in range(2)]
        assert answers[0]["result"]["serverInfo"]["name"] == "wenhao"
        assert answers[1]["result"]["structuredContent"]["canonical"] == "国办发〔2021〕188号"
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(10)
        for stream in (process.stdin, process.stdout, process.stderr):
            stream.close()


def test_nothing_stays_behind_when_the_input_ends(data: Path) -> None:
    with talking(data) as process:
        children = below(process.pid)
        assert children
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(10) == 0
        assert gone(children)
        assert process.stdout is not None
        assert process.stdout.read() == "", "nothing but answers on the output"


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_nothing_stays_behind_however_it_ends_with_its_input_open(data: Path, stop: signal.Signals) -> None:
    with talking(data) as process:
        children = below(process.pid)
        assert children
        process.send_signal(stop)
        process.wait(10)
        assert gone(children)


@contextmanager
def over_http(data: Path, **more: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    port = free_port()
    process = subprocess.Popen([*WENHAO, "mcp", "--http"], env=environment(data, WENHAO_AGENTS_PORT=str(port), **more), stderr=subprocess.PIPE, text=True, cwd=ROOT, start_new_session=True)  # fmt: skip
    assert process.stderr is not None
    try:
        ready = next((line for line in process.stderr if "已就绪" in line), "")
        assert f"http://127.0.0.1:{port}/mcp" in ready
        yield process, f"http://127.0.0.1:{port}/mcp"
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(10)
        process.stderr.close()


def status(address: str, **headers: str) -> int:
    """What an initialize over HTTP is answered with such headers."""
    sent = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream", **headers}
    request = urllib.request.Request(address, json.dumps(HELLO).encode(), sent)  # noqa: S310 - our own address
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


async def test_agents_over_http(data: Path) -> None:
    with over_http(data, WENHAO_PUBLIC_URL="https://wenhao.example") as (process, address):
        children = below(process.pid)
        for _ in range(2):
            async with Client(address) as client:
                assert len((await client.list_tools()).tools) == 5
                told = (await client.call_tool("number", {"writing": "国办发[2021]第188号"})).structured_content
                assert told is not None
                assert told["canonical"] == "国办发〔2021〕188号"
        assert status(address) == 200
        assert status(address, Host="wenhao.example", Origin="https://wenhao.example") == 200
        assert status(address, Host="evil.example") == 421, "a page that names our address as its own"
        assert status(address, Origin="https://evil.example") == 403
        process.send_signal(signal.SIGINT)
        process.wait(15)
        assert gone(children)


def test_a_taken_port_is_said_in_one_line(data: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert str(port) in one_line(wenhao("mcp", "--http", "--port", str(port), data=data))


def test_without_its_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agent_serving, "find_spec", lambda _name: None)
    with pytest.raises(SettingsError, match=r"pip install 'wenhao\[mcp\]'"):
        agent_serving.serve_stdio()
