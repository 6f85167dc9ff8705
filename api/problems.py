"""Errors as RFC 9457 problem documents, in Chinese and in English."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from api.schemas import Fault, ParameterFault, Problem
from gongwen.errors import InputError, WenhaoError


class _Said(NamedTuple):
    """The same in both languages."""

    zh: str
    en: str


_UNKNOWN = _Said("错误", "Error")
_TITLES = {
    404: _Said("没有找到", "Not found"),
    405: _Said("不支持的方法", "Method not allowed"),
    422: _Said("参数有误", "Invalid parameters"),
    401: _Said("需要口令", "A token is needed"),
    413: _Said("请求过大", "The request is too large"),
    414: _Said("地址过长", "The address is too long"),
    429: _Said("访问过于频繁", "Too many requests"),
    503: _Said("暂时不可用", "Not available at the moment"),
    500: _Said("服务器内部错误", "Internal error"),
}
_UNDONE = _Said("请求未能完成。", "The request could not be completed.")
_LATER = _Said("请稍后再试；服务会自行恢复。", "Try again later; the service recovers by itself.")
_DETAILS = {
    404: _Said(
        "没有这个页面或文件；它可能已被撤下，或地址有误。",
        "There is no such page or document; it may have been withdrawn, or the address is wrong.",
    ),
    405: _Said("此地址不支持该请求方法。", "This address does not support the method."),
}
# pydantic's messages for the faults that our parameters can have.
_MESSAGES = {
    "extra_forbidden": _Said("没有这个参数", "there is no such parameter"),
    "missing": _Said("缺少这个参数", "this parameter is missing"),
    "int_parsing": _Said("应为整数", "must be a whole number"),
    "greater_than_equal": _Said("不能小于 {ge}", "must not be below {ge}"),
    "less_than_equal": _Said("不能大于 {le}", "must not be above {le}"),
    "literal_error": _Said("只能是 {expected}", "must be {expected}"),
    "date_from_datetime_parsing": _Said("应为日期，如 2016-08-17", "must be a date like 2016-08-17"),
    "date_parsing": _Said("应为日期，如 2016-08-17", "must be a date like 2016-08-17"),
    "too_long": _Said("最多 {max_length} 个", "at most {max_length} values"),
    "string_too_long": _Said("最多 {max_length} 个字", "at most {max_length} characters"),
    "string_pattern_mismatch": _Said("写法不对", "is not written as required"),
    "bool_parsing": _Said("应为 true 或 false", "must be true or false"),
}


def wenhao_problem(error: WenhaoError) -> Problem:
    """The problem of one of our errors; what the engine said stays in the log, not in the answer."""
    if error.status >= 500:
        return _problem(error.status, _LATER if error.status == 503 else _UNDONE)
    english = error.english if isinstance(error, InputError) else str(error)
    return _problem(error.status, _Said(str(error), english))


def http_problem(status: int) -> Problem:
    """The problem of a plain HTTP status."""
    return _problem(status, _DETAILS.get(status, _UNDONE))


def invalid_problem(errors: Sequence[Any]) -> Problem:
    """The problem that names every fault of the parameters."""
    faults = [_fault(error) for error in errors]
    detail = _Said(
        "；".join(f"{fault.parameter}：{fault.message}" for fault in faults),
        "; ".join(f"{fault.parameter}: {fault.message_en}" for fault in faults),
    )
    return _problem(422, detail).model_copy(update={"errors": faults})


def said(status: int, chinese: str, english: str) -> Problem:
    """The problem of a status with its own words."""
    return _problem(status, _Said(chinese, english))


def _problem(status: int, detail: _Said) -> Problem:
    title = _TITLES.get(status, _UNKNOWN)
    return Problem(title=title.zh, title_en=title.en, status=status, detail=detail.zh, detail_en=detail.en)


def _fault(error: Any) -> ParameterFault:
    said = _message(error)
    return ParameterFault(parameter=_parameter(error["loc"]), message=said.zh, message_en=said.en)


def _parameter(location: Sequence[Any]) -> str:
    named = [str(part) for part in location if part not in ("query", "path", "body")]
    return named[0] if named else "（整体）"


def _message(error: Any) -> _Said:
    given = error.get("input")
    context = error.get("ctx") or {}
    own = context.get("error")
    if isinstance(own, Fault):
        return _Said(str(own), own.english)
    template = _MESSAGES.get(error["type"])
    if template is None:
        text = str(error["msg"]).removeprefix("Value error, ")
        return _Said(text, text)
    values = {"expected": "", **context}
    said = _Said(template.zh.format_map(values), template.en.format_map(values))
    if error["type"] in ("extra_forbidden", "missing") or not isinstance(given, str | int):
        return said
    shown = repr(str(given)[:60])
    return _Said(f"{said.zh}（给出的是 {shown}）", f"{said.en} (given: {shown})")
