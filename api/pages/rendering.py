"""Templates, the names they show, and what a visitor chose for the look of the pages."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.schemas import GENRE_NAMES, VALIDITY_NAMES

LARGE = "large"
"""The look for those who see badly 大字版 (《政府网站适老化改造要求》): larger type and targets, one column, more contrast."""
VIEW_COOKIE = "view"

_FACT_NAMES = {"doc_number": "发文字号", "issuer": "发文机关", "region": "地区", "year": "年份", "signed": "成文日期", "published": "发布日期", "genre": "文种", "category": "主题分类", "validity": "有效性", "in_force_from": "施行日期", "expires": "有效期至", "index_number": "索引号", "unified_number": "统一编号", "openness": "公开方式"}  # fmt: skip
_FILTER_NAMES = {"year": "年份", "region": "地区", "issuer": "机关", "genre": "文种", "category": "主题", "validity": "有效性", "doc_number": "文号", "title": "标题"}  # fmt: skip
_KIND_NAMES = {"basis": "依据", "implements": "落实", "forwards": "转发印发", "amends": "修改", "repeals": "废止", "replaces": "代替", "explains": "解读", "mentions": "提及"}  # fmt: skip
_CITING_NAMES = {"basis": "以此为依据", "implements": "落实此件", "forwards": "转发此件", "amends": "修改此件", "repeals": "废止此件", "replaces": "代替此件", "explains": "解读此件", "mentions": "提及"}  # fmt: skip
_LEVEL_NAMES = {"nation": "国家", "province": "省级", "prefecture": "市级", "county": "县级"}


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(str(files("api") / "templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        genre_names=GENRE_NAMES,
        validity_names=VALIDITY_NAMES,
        fact_names=_FACT_NAMES,
        filter_names=_FILTER_NAMES,
        kind_names=_KIND_NAMES,
        citing_names=_CITING_NAMES,
        level_names=_LEVEL_NAMES,
    )
    environment.filters["amount"] = amount
    return environment


def amount(value: float) -> str:
    """A number as tables print it, with thousands separated: 27042.62 -> 27,042.62, 169.0 -> 169."""
    return f"{value:,.6f}".rstrip("0").rstrip(".")


def render(request: Request, name: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page from a template; every page knows the site's name, where it is, and the look that was chosen."""
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    page = (
        _templates()
        .get_template(name)
        .render(
            site_name=request.app.state.settings.site_name,
            large=request.cookies.get(VIEW_COOKIE) == LARGE,
            here=here,
            **values,
        )
    )
    return HTMLResponse(page, status, headers={"Vary": "Cookie"})
