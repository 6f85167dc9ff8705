"""The tools of :mod:`api.agents` over the Model Context Protocol (official SDK; optional extra ``wenhao[mcp]``).

Descriptions are written for a language model that has never heard of 公文, in both languages. Arguments that a tool does not
have are refused by name, as everywhere in this interface.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from functools import wraps
from importlib.metadata import version
from typing import Annotated, Literal, ParamSpec, TypeVar
from urllib.parse import urlsplit

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.tools import Tool
from mcp.server.transport_security import TransportSecuritySettings
from mcp.types import ToolAnnotations
from pydantic import Field, ValidationError, create_model
from starlette.applications import Starlette

from api.agent_schemas import DocumentTold, FiguresTold, QuoteTold, SearchTold
from api.agents import Agents
from api.lookup_schemas import NumberAnswer
from api.problems import invalid_problem, wenhao_problem
from gongwen.errors import WenhaoError
from gongwen.quotes import LONGEST

_INSTRUCTIONS = """中国政府公文库。步骤：search 找文件（已知文号用 number）；document 读全文和依据；引用任何一句之前用 verify_quote 核对，
只引用 found 中的原文并附 url；年度报告中的数字用 figures，不要从文中自己抄。validity 是今天的有效性：引用已废止（repealed）、
已失效（expired）的文件时要说明。结果为空就是库中没有，不要推测。
A library of Chinese official documents. Find with search (or number, for a known 文号), read with document, and verify every
sentence with verify_quote before you quote it: quote only what `found` says, with its url. Take figures of annual reports from
figures. Say so when a document is repealed or expired. An empty result means that the library has none: do not guess."""

_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_CUT = 8000  # characters of text in one answer: some 6,000 tokens

P = ParamSpec("P")
T = TypeVar("T")
DocumentName = Annotated[str, Field(max_length=200, description="文件的 id（来自 search），或任何写法的文号")]
Places = Annotated[
    list[str], Field(max_length=20, description="地区及其下级：全称、简称或六位代码，如 [浙江省, 衢州市]")
]
Years = Annotated[list[int], Field(max_length=60, description="年份，如 [2022, 2023]")]


def build_server(agents: Agents) -> MCPServer[None]:
    """The server with its five tools; it says who it is and how to use them."""
    return MCPServer(
        "wenhao",
        title="文号 · 公文检索",
        description="Chinese official documents: search, numbers, verified quotations, figures of annual reports",
        instructions=_INSTRUCTIONS,
        website_url=agents.site,
        version=version("wenhao"),
        tools=[make(agents) for make in (_search, _number, _document, _verify_quote, _figures)],
        log_level="WARNING",  # below, the SDK writes questions into the log
        subscriptions=False,
    )


def http_application(server: MCPServer[None], host: str, site: str) -> Starlette:
    """The server as a web application at ``/mcp``: without sessions, each answer one JSON document.

    Listening on this machine's own address, only requests meant for it (or for the host of ``site``, behind a proxy) are
    answered, so that no page in a browser reaches it under a name of its own.
    """
    public = urlsplit(site)
    local = TransportSecuritySettings(
        allowed_hosts=[*(f"{name}:*" for name in _LOOPBACK), public.netloc],
        allowed_origins=[*(f"http://{name}:*" for name in _LOOPBACK), f"{public.scheme}://{public.netloc}"],
    )
    everywhere = TransportSecuritySettings(enable_dns_rebinding_protection=False)
    return server.streamable_http_app(
        json_response=True,
        stateless_http=True,
        max_request_body_size=64 * 1024,
        transport_security=local if host in (*_LOOPBACK, "::1") else everywhere,
        host=host,
    )


def _search(agents: Agents) -> Tool:
    @_told
    async def search(
        *,
        q: Annotated[
            str, Field(max_length=2000, description="关键词、标题、文号或一句话；引号为短语，-词 为排除")
        ] = "",
        region: Places = [],  # noqa: B006 - never changed, and the schema shows it as the default
        year: Years = [],  # noqa: B006
        issuer: Annotated[list[str], Field(max_length=20, description="发文机关全称")] = [],  # noqa: B006
        genre: Annotated[list[str], Field(max_length=20, description="文种：通知、意见、批复、年度报告 等")] = [],  # noqa: B006
        published_from: Annotated[date | None, Field(description="发布日期不早于")] = None,
        published_to: Annotated[date | None, Field(description="发布日期不晚于")] = None,
        sort: Literal["relevance", "newest", "oldest"] = "relevance",
        page: Annotated[int, Field(ge=1, le=1000)] = 1,
        per_page: Annotated[int, Field(ge=1, le=20)] = 8,
    ) -> SearchTold:
        """检索公文，返回最相关的文件，各附一段原文和链接；notes 说明是否放宽了条件。
        Search Chinese official documents by words, title, number or a question; filters narrow. Each hit has a passage and a link.
        """
        return await agents.search(
            {
                "q": q,
                "region": region,
                "year": year,
                "issuer": issuer,
                "genre": genre,
                "published_from": published_from,
                "published_to": published_to,
                "sort": sort,
                "page": page,
                "per_page": per_page,
            }
        )

    return _tool(search, "检索公文")


def _number(agents: Agents) -> Tool:
    @_told
    async def number(
        writing: Annotated[
            str,
            Field(max_length=120, description="文号，任何写法", examples=["杭政办发电[2016]第06号"]),
        ],
    ) -> NumberAnswer:
        """文号的规范写法、各部分、发文机关、库中的文件和引用它的文件；库中没有该文件时也可用。
        What a document number says, in any writing: canonical form, issuer, the documents that have it and those that cite it.
        """
        return await agents.number(writing)

    return _tool(number, "查文号")


def _document(agents: Agents) -> Tool:
    @_told
    async def document(
        document: DocumentName,
        start: Annotated[int, Field(ge=0, description="从全文的第几个字符起")] = 0,
        length: Annotated[int, Field(ge=0, le=20_000, description="至多几个字符；0 只要各项事实")] = _CUT,
    ) -> DocumentTold:
        """一份公文：机关、文号、日期、今天的有效性，各附依据的原话；引用与被引用；全文的一段，next_start 为下一段的起点。
        One document: facts with the words that prove them, validity today, citations, and a part of its text (next_start: go on).
        """
        return await agents.document(document, start, length)

    return _tool(document, "读公文")


def _verify_quote(agents: Agents) -> Tool:
    @_told
    async def verify_quote(
        quotation: Annotated[str, Field(max_length=2 * LONGEST, description=f"要核对的一句话，至多 {LONGEST} 字")],
        document: DocumentName,
    ) -> QuoteTold:
        """这句话是否在这份文件里：exact 一字不差，near 相近而有出入（逐处列出），absent 没有；附位置、该处原文和链接。
        Is this sentence in that document? exact, near (every difference is listed: a figure, a "not") or absent, with the place.
        """
        return await agents.verify_quote(quotation, document)

    return _tool(verify_quote, "核对引文")


def _figures(agents: Agents) -> Tool:
    @_told
    async def figures(
        *,
        indicator: Annotated[str | None, Field(max_length=80, description="指标的名称或编号，如 收到申请")] = None,
        region: Places = [],  # noqa: B006
        year: Years = [],  # noqa: B006
        body: Annotated[list[str], Field(max_length=20, description="发布报告的机关全称")] = [],  # noqa: B006
        limit: Annotated[int, Field(ge=1, le=500, description="至多几份报告")] = 50,
        document: Annotated[DocumentName | None, Field(description="只看这一份报告的各项数值")] = None,
    ) -> FiguresTold:
        """政府信息公开年度报告中的数字，附所在的行。给 indicator 得各地各年的数值与合计；给 document 得一份报告的全部数值；都不给得指标表。
        Figures of annual reports with the rows they stand in: one indicator through places and years with sums, or all of one report;
        with neither, the list of indicators.
        """
        given = {"indicator": indicator, "region": region, "year": year, "body": body}
        asked = {name: value for name, value in given.items() if value}
        return await agents.figures(asked if document is not None else {**asked, "limit": limit}, document)

    return _tool(figures, "年度报告的数字")


def _tool(answer: Callable[..., Awaitable[object]], title: str) -> Tool:
    """A tool that only reads, and refuses arguments it does not have."""
    tool = Tool.from_function(
        answer,
        title=title,
        annotations=ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False),
    )
    known = tool.fn_metadata.arg_model
    strict = create_model(known.__name__, __base__=known)
    strict.model_config["extra"] = "forbid"
    strict.model_rebuild(force=True)
    tool.fn_metadata.arg_model = strict
    tool.parameters = strict.model_json_schema(by_alias=True)
    return tool


def _told(answer: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """The same with our errors as the model is to read them, in both languages; what the engine said stays here."""

    @wraps(answer)
    async def told(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await answer(*args, **kwargs)
        except ValidationError as error:
            problem = invalid_problem(error.errors())
        except WenhaoError as error:
            problem = wenhao_problem(error)
        raise ToolError(f"{problem.title}：{problem.detail}\n{problem.title_en}: {problem.detail_en}")

    return told
