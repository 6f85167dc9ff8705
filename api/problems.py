"""Errors as RFC 9457 problem documents, in Chinese."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from api.schemas import Problem
from gongwen.errors import WenhaoError

_TITLES = {404: "没有找到", 405: "不支持的方法", 422: "参数有误", 503: "检索引擎暂时不可用", 500: "服务器内部错误"}
_DETAILS = {404: "没有这个页面或文件；它可能已被撤下，或地址有误。", 405: "此地址不支持该请求方法。"}
# pydantic's messages for the faults that our parameters can have, in Chinese.
_MESSAGES = {
    "extra_forbidden": "没有这个参数",
    "int_parsing": "应为整数",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
    "literal_error": "只能是 {expected}",
    "date_from_datetime_parsing": "应为日期，如 2016-08-17",
    "date_parsing": "应为日期，如 2016-08-17",
    "too_long": "最多 {max_length} 个",
    "string_too_long": "最多 {max_length} 个字",
    "bool_parsing": "应为 true 或 false",
}


def wenhao_problem(error: WenhaoError) -> Problem:
    """The problem of one of our errors; what the engine said stays in the log, not in the answer."""
    detail = (
        str(error)
        if error.status < 500
        else "请稍后再试；服务会自行恢复。"
        if error.status == 503
        else "请求未能完成。"
    )
    return Problem(title=_TITLES.get(error.status, "错误"), status=error.status, detail=detail)


def http_problem(status: int) -> Problem:
    """The problem of a plain HTTP status."""
    return Problem(title=_TITLES.get(status, "错误"), status=status, detail=_DETAILS.get(status, "请求未能完成。"))


def invalid_problem(errors: Sequence[Any]) -> Problem:
    """The problem that names every fault of the parameters."""
    faults = [{"parameter": _parameter(error["loc"]), "message": _message(error)} for error in errors]
    named = "；".join(f"{fault['parameter']}：{fault['message']}" for fault in faults)
    return Problem(title=_TITLES[422], status=422, detail=named, errors=faults)


def _parameter(location: Sequence[Any]) -> str:
    named = [str(part) for part in location if part not in ("query", "path", "body")]
    return named[0] if named else "（整体）"


def _message(error: Any) -> str:
    given = error.get("input")
    context = error.get("ctx") or {}
    template = _MESSAGES.get(error["type"])
    text = (
        template.format_map({"expected": "", **context})
        if template
        else str(error["msg"]).removeprefix("Value error, ")
    )
    shown = isinstance(given, str | int) and template and error["type"] != "extra_forbidden"
    return f"{text}（给出的是 {str(given)[:60]!r}）" if shown else text
