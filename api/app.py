"""The web application: routes, pages, errors, headers. Built by :func:`create_app`; nothing happens at import."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api import admin_routes, figure_routes, file_routes, lookup_routes, pages, routes
from api.answer_cache import AnswerCache
from api.compat.routes import router as compat_router
from api.description import describe
from api.documents import Documents
from api.figures import Figures
from api.guard.addresses import networks
from api.guard.faults import FaultLog
from api.guard.metrics import Metrics, TimedReader
from api.guard.query_log import QueryLog
from api.guard.rates import read_keys
from api.guard.stack import Limits, guard
from api.lookup import Lookup
from api.meaning import Meaning
from api.pages.errors import error_page
from api.plan import Planner
from api.problems import http_problem, invalid_problem, wenhao_problem
from api.related import RelatedDocuments
from api.search import Searcher
from api.settings import ApiSettings
from api.term_weights import Counts, CurrentWeights
from api.walking import Walker
from api.word_lists import WordLists
from api.word_lists import read as read_lists
from engine.protocol import Reader
from gongwen import lexicon
from gongwen.errors import WenhaoError


def build_planner(settings: ApiSettings) -> Planner:
    """The planner with the word lists of the settings' folder.

    Raises :class:`~gongwen.errors.SettingsError` naming file and line of what is wrong in them.
    """
    folder = settings.synonyms_dir
    words = _words(folder / "domain_words.txt")
    lists = read_lists(folder)
    return Planner(lexicon.segmenter(words), lists.synonyms, lists.stop_words)


def _words(path: Path) -> tuple[str, ...]:
    return lexicon.parse_words(path.read_text("utf-8"), str(path)) if path.exists() else ()


def create_app(
    reader: Reader,
    planner: Planner,
    settings: ApiSettings,
    counts: Counts | None = None,
    meaning: Meaning | None = None,
    *,
    data_dir: Path | None = None,
) -> FastAPI:
    """The application that answers through the given reader, weighs words by the counts and, with ``meaning``, finds
    questions' candidates by vectors too; it closes all three when it stops. ``data_dir``: that
    of a private engine, whose disk is then watched."""
    weights = CurrentWeights(counts)
    metrics = Metrics(data_dir)
    reader = TimedReader(reader, metrics)
    limits = _limits(settings)
    query_log = QueryLog(settings.query_log) if settings.query_log else None

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        weights.begin()
        yield
        await weights.aclose()
        if meaning is not None:
            await meaning.aclose()
        await reader.aclose()
        if query_log is not None:
            query_log.close()

    app = FastAPI(
        lifespan=lifespan,
        title="Wenhao 文号",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        description="公文检索接口。",
    )
    app.state.searcher = Searcher(planner, reader, WordLists(settings.synonyms_dir), weights=weights, meaning=meaning)
    app.state.answers = AnswerCache(app.state.searcher, settings.kept_answers)
    app.state.documents = Documents(reader)
    app.state.walker = Walker(app.state.searcher)
    app.state.lookup = Lookup(reader, app.state.searcher)
    app.state.related = RelatedDocuments(reader, app.state.searcher)
    app.state.figures = Figures(reader)
    app.state.reader = reader
    app.state.settings = settings
    app.state.data_dir = data_dir
    app.state.metrics = metrics
    app.state.query_log = query_log
    app.state.faults = FaultLog()
    app.state.trusted = limits.trusted
    app.include_router(routes.router)
    app.include_router(lookup_routes.router)
    app.include_router(figure_routes.router)
    app.include_router(file_routes.router)
    app.include_router(pages.router)
    app.include_router(compat_router)
    app.include_router(admin_routes.router)
    app.mount("/static", StaticFiles(directory=str(files("api") / "static")), name="static")
    describe(app)
    app.add_exception_handler(WenhaoError, _on_wenhao_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http_error)
    guard(app, metrics, limits)
    return app


def _limits(settings: ApiSettings) -> Limits:
    return Limits(
        rate=None if settings.rate == "off" else settings.rate,
        at_once=settings.at_once,
        origins=[one.strip() for one in settings.origins.split(",")],
        trusted=networks(settings.trusted_proxies.split(",")),
        keys=read_keys(settings.keys) if settings.keys else {},
        log_texts=settings.access_log == "texts",
    )


async def _on_wenhao_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, WenhaoError)  # noqa: S101 - registered for this class only
    if error.status >= 500:
        request.app.state.faults.tell(error, str(getattr(request.state, "request_id", "-")))
    return error_page(request, wenhao_problem(error))


async def _on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    return error_page(request, invalid_problem(error.errors()))


async def _on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    return error_page(request, http_problem(error.status_code))
