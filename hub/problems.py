"""Error answers of the API: problem details (RFC 9457), never with anything a resident gave."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

import structlog
from django.core.exceptions import RequestDataTooBig
from django.db import DataError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from hub.data_keys import DataKeyError
from kiosk.wire import FieldProblem, Problem

log = structlog.get_logger(__name__)


NOT_STORABLE: Final = "It holds U+0000"
"""Why PostgreSQL refuses what it refuses with ``DataError``: it has no such character, not even in JSON."""


class ProblemError(Exception):
    """Raised anywhere below the API to answer with a problem."""

    def __init__(
        self,
        status: HTTPStatus,
        title: str,
        detail: str = "",
        kind: str = "about:blank",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(title)
        self.problem = Problem(type=kind, title=title, status=status, detail=detail)
        self.headers = dict(headers or {})


def problem_answer(problem: Problem, headers: dict[str, str] | None = None) -> HttpResponse:
    """The HTTP answer for a problem."""
    return HttpResponse(
        problem.model_dump_json(),
        status=problem.status,
        content_type="application/problem+json",
        headers=headers,
    )


def install_problem_handlers(api: NinjaAPI) -> None:
    """Make every error of ``api`` a problem."""

    @api.exception_handler(ProblemError)
    def _problem(_request: HttpRequest, error: ProblemError) -> HttpResponse:
        return problem_answer(error.problem, error.headers)

    @api.exception_handler(ValidationError)
    def _invalid(_request: HttpRequest, error: ValidationError) -> HttpResponse:
        places = tuple(
            FieldProblem(place=".".join(map(str, one.get("loc", ()))), message=str(one.get("msg", "")))
            for one in error.errors
        )
        return problem_answer(Problem(title="The request is not understood", status=422, errors=places))

    @api.exception_handler(HttpError)
    def _http(_request: HttpRequest, error: HttpError) -> HttpResponse:
        title = HTTPStatus(error.status_code).phrase
        unknown = error.status_code == HTTPStatus.UNAUTHORIZED
        headers = {"WWW-Authenticate": "Bearer"} if unknown else None  # RFC 6750, 3
        return problem_answer(Problem(title=title, status=error.status_code, detail=str(error)), headers)

    @api.exception_handler(Http404)
    def _missing(_request: HttpRequest, _error: Http404) -> HttpResponse:
        return problem_answer(Problem(title="Not found", status=404))

    @api.exception_handler(RequestDataTooBig)
    def _too_big(_request: HttpRequest, _error: RequestDataTooBig) -> HttpResponse:
        return problem_answer(Problem(title="The request is too large", status=413))

    @api.exception_handler(OperationalError)
    def _database_busy(_request: HttpRequest, _error: OperationalError) -> HttpResponse:
        problem = Problem(title="The database does not take it now", status=503)
        return problem_answer(problem, {"Retry-After": "5"})

    @api.exception_handler(DataError)
    def _not_storable(_request: HttpRequest, _error: DataError) -> HttpResponse:
        return problem_answer(Problem(title="The request is not understood", status=422, detail=NOT_STORABLE))

    @api.exception_handler(DataKeyError)
    def _keys_missing(_request: HttpRequest, error: DataKeyError) -> HttpResponse:
        log.critical("hub_data_key_missing", why=str(error))
        problem = Problem(title="The hub cannot read its own data now", status=503)
        return problem_answer(problem, {"Retry-After": "60"})

    @api.exception_handler(Exception)
    def _unexpected(request: HttpRequest, error: Exception) -> HttpResponse:
        # The message of an exception may quote what a resident gave; where it happened does not.
        where = [f"{f.name} {f.filename}:{f.lineno}" for f in traceback.extract_tb(error.__traceback__)[-4:]]
        log.critical("hub_unexpected_error", path=request.path, error=type(error).__name__, where=where)
        return problem_answer(Problem(title="The hub failed", status=500))
