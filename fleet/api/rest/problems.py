"""What is said when something was not done: ``application/problem+json`` (RFC 9457), with a sentence of what to do."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Field, Schema

MEDIA_TYPE = "application/problem+json"


class Problem(Schema):
    """Why it was not done. ``code`` is for programs and stays; ``detail`` is for people and may be said better."""

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str
    errors: list[dict[str, Any]] = Field(default_factory=list)


class RefusedError(Exception):
    """Nothing was done. Rules: ``detail`` is a sentence that says what to do; it repeats nothing that was sent."""

    def __init__(self, status: int, code: str, detail: str, errors: list[dict[str, Any]] | None = None) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = errors or []


_TITLES = {
    400: "Not understood",
    401: "No token that holds",
    403: "Not this token",
    404: "Not there",
    405: "Not this way",
    409: "Not now",
    412: "Changed meanwhile",
    413: "Too large",
    422: "Does not fit",
    428: "Say what it was made from",
    429: "Too often",
}


def answer(problem: RefusedError) -> HttpResponse:
    """The refusal as it is sent."""
    said = Problem(
        title=_TITLES[problem.status],
        status=problem.status,
        code=problem.code,
        detail=problem.detail,
        errors=problem.errors,
    )
    return JsonResponse(said.model_dump(), status=problem.status, content_type=MEDIA_TYPE)


def missing() -> RefusedError:
    """There is none, or none for this token's person: who asks is not told which."""
    return RefusedError(
        404, "not-found", "There is no such thing, or none for this token. Check the address and the token's provinces."
    )


def refused(_request: HttpRequest, err: Any) -> HttpResponse:
    """As ninja's handler of ``RefusedError``, which it types as the exception or its class."""
    return answer(err)
