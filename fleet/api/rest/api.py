"""All of the interface put together, its one way of reading JSON and of refusing, and its description (OpenAPI)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import msgspec
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.parser import Parser
from ninja.renderers import JSONRenderer
from ninja.types import DictStrAny

from fleet.api.door import OUTSIDE
from fleet.api.rest import (
    alert_addresses,
    alert_letters,
    alerts,
    audit,
    bank_files,
    brought,
    cases,
    channels,
    factories,
    fee_rules,
    fee_years,
    fees,
    figures,
    folders,
    holidays,
    identities,
    kiosk_days,
    kiosks,
    letters,
    maintenance,
    manuals,
    officers,
    overview,
    partners,
    payments,
    people,
    places,
    planned_settings,
    register,
    rollout_new,
    rollouts,
    rounds,
    settings,
    settings_layers,
    shown_payments,
    tags,
    tickets,
    tokens,
    webhooks,
)
from fleet.api.rest.bearer import no_token
from fleet.api.rest.problems import MEDIA_TYPE, Problem, RefusedError, answer, missing, refused
from fleet.people.tokens.keeping import OverError

PREFIX = "api/v1/"
VERSION = "1.0.0"
DESCRIPTION = """The fleet of kiosks, for programs: what the pages are for people.

Every request brings a token (`Authorization: Bearer sala_…`) that a person has made on the page of tokens. It may do
what that person may do, in the parts and provinces it names. What it may not see does not exist for it (404).

Lists come a page at a time: give `after` the `next` of the page before. Amounts are whole satang. Dates are C.E.,
times have an offset. Who sends `Idempotency-Key` with a POST may send it again: it is done once. Errors are
`application/problem+json` with a `code` for programs and a sentence for people. Fields are only ever added."""

COMMON = {
    400: "Not understood",
    401: "No token that holds",
    403: "Not this token",
    404: "Not there, or not for this token",
    422: "Does not fit",
    429: "Too often",
}
WITH_BODY = {409: "Not now", 413: "Too large"}


class StrictJson(Parser):
    """JSON as the wire has it: no text that a database could not hold."""

    def parse_body(self, request: HttpRequest) -> DictStrAny:
        """The body. Raises: HttpError."""
        try:
            said: DictStrAny = msgspec.json.decode(request.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise HttpError(400, "no JSON") from None
        if b"\\u0000" in request.body:
            raise HttpError(400, "a NUL in a text")
        return said


class ReadableJson(JSONRenderer):
    """Thai as Thai: half the bytes, and legible where somebody looks."""

    json_dumps_params: Mapping[str, Any] = MappingProxyType({"ensure_ascii": False})


class Interface(NinjaAPI):
    """The interface, whose description says what every operation may answer."""

    def get_openapi_schema(self, **_asked: Any) -> OpenAPISchema:
        """The description."""
        schema = super().get_openapi_schema(path_prefix=PREFIX)
        schema["components"]["schemas"]["Problem"] = Problem.model_json_schema(mode="serialization")
        schema["components"]["securitySchemes"]["Bearer"]["description"] = "A token of the page of tokens"
        for path, operations in schema["paths"].items():
            for method, operation in operations.items():
                _describe(path, method, operation)
        return schema


def _describe(path: str, method: str, operation: dict[str, Any]) -> None:
    """Add what every operation may answer, and what every POST may bring."""
    responses = operation["responses"]
    for status, words in (COMMON | (WITH_BODY if method != "get" else {})).items():
        responses.setdefault(status, {"description": words})
    for status, response in responses.items():
        if status >= 400:
            response["content"] = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    is_file = "multipart/form-data" in operation.get("requestBody", {}).get("content", {})
    if method == "post" and not is_file and not path.endswith(("/secret", OUTSIDE)):
        operation.setdefault("parameters", []).append(
            {
                "in": "header",
                "name": "Idempotency-Key",
                "required": False,
                "schema": {"type": "string", "minLength": 8, "maxLength": 64, "pattern": "^[A-Za-z0-9_-]{8,64}$"},
                "description": "Sent again within a day, the same answer comes, and nothing is done twice.",
            }
        )


def interface() -> NinjaAPI:
    """The interface, with all its parts."""
    api = Interface(
        title="Sala", version=VERSION, description=DESCRIPTION, docs_url=None, openapi_url=None, parser=StrictJson(),
        renderer=ReadableJson(),
        urls_namespace="rest",
    )  # fmt: skip
    for part in (
        overview, brought, identities,
        places, kiosks, kiosk_days, settings, rollouts, payments, shown_payments, factories, folders, cases, fees,
        tickets, channels,
        fee_years, manuals,
        holidays, register, figures, webhooks, planned_settings,
        alert_letters, maintenance, tokens,
        bank_files, tags, officers, fee_rules, letters, alerts, alert_addresses, partners, people, audit, rounds,
        settings_layers, rollout_new,
    ):  # fmt: skip
        api.add_router("", part.router)
    api.add_exception_handler(RefusedError, refused)
    api.add_exception_handler(OverError, lambda _request, _err: answer(no_token()))
    api.add_exception_handler(Http404, lambda _request, _err: answer(missing()))
    api.add_exception_handler(HttpError, _not_understood)
    api.add_exception_handler(ValidationError, _does_not_fit)
    api.add_exception_handler(RequestDataTooBig, _too_large)
    return api


def _not_understood(_request: HttpRequest, _err: Any) -> HttpResponse:
    return answer(RefusedError(400, "not-understood", "Send JSON as the description says, without NUL characters."))


def _too_large(_request: HttpRequest, _err: Any) -> HttpResponse:
    return answer(RefusedError(413, "too-large", "Send less at once."))


def _does_not_fit(_request: HttpRequest, err: Any) -> HttpResponse:
    errors = [{"where": [str(each) for each in one["loc"]], "why": one["msg"]} for one in err.errors]
    return answer(RefusedError(422, "does-not-fit", "Correct what `errors` names, and send it again.", errors))
