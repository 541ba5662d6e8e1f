"""`fleet call`: whatever the REST interface can do, on the server itself and on behalf of a person.

    fleet call operations people                              what there is, with what each is for
    fleet call GET 'alerts?state=open' --as suda
    fleet call POST alerts/17/acknowledgement --as suda --body '{"reason": "going there"}'
    fleet call PUT settings/province/20 --as suda --if-match '"7"' --body @document.json
    fleet call GET letters/3/parts/1 --as suda --file letters.pdf

What it is: one request, answered in this process: the same checks, the same trail. What it is not: a way around them:
the person may do what they might on a page, and the trail has a line that says who typed nothing but this command.
"""

from __future__ import annotations

import argparse
import io
import json
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from fleet.commands.command import AddCommand, CommandError, Said

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.http import HttpResponse

METHODS = ("GET", "POST", "PUT", "DELETE")
NAME = "fleet call"
LIFE = timedelta(minutes=5)
"""Of the token the request brings; it is taken back as soon as it was answered."""


def add(command: AddCommand) -> None:
    """This command."""
    call = command("call", _call, "whatever programs can do by REST, on behalf of a person")
    call.add_argument("method", choices=[*METHODS, "operations"], help="or `operations`: list them")
    call.add_argument("path", nargs="?", default="", help="as in the description, without /api/v1/; operations: a word")
    call.add_argument("--as", dest="person", default="", metavar="ACCOUNT", help="on whose behalf")
    call.add_argument("--body", default="", help="JSON, or @FILE")
    call.add_argument("--if-match", default="", help="ETag of what a change was made from")
    call.add_argument("--file", type=Path, help="where to write an answer that is no text (a PDF)")


def _call(arguments: argparse.Namespace) -> Said:
    if arguments.method == "operations":
        return _operations(arguments.path)
    from django.contrib.auth.models import User

    person = User.objects.filter(username=arguments.person, is_active=True).first()
    if person is None:
        raise CommandError("say on whose behalf: --as ACCOUNT, one that may come in")
    answered = _answered(arguments, person, _body(arguments.body))
    if answered.status_code >= 400:
        raise CommandError(_refusal(answered))
    return _said(answered, arguments.file)


def _operations(word: str) -> Said:
    """Those that have a word in their address."""
    from fleet.api.door import openapi_text

    paths: dict[str, dict[str, Any]] = json.loads(openapi_text())["paths"]
    return [
        {"call": f"{method.upper()} {path.removeprefix('/api/v1/')}", "for": str(operation.get("description", ""))}
        for path, operations in paths.items()
        for method, operation in operations.items()
        if word in path
    ]


def _body(said: str) -> bytes:
    try:
        text = Path(said[1:]).read_text("utf-8") if said.startswith("@") else said
        return json.dumps(json.loads(text)).encode() if text else b""
    except OSError as err:
        raise CommandError(f"--body: {err}") from None
    except ValueError as err:
        raise CommandError(f"--body is no JSON: {err}") from None


def _answered(arguments: argparse.Namespace, person: User, body: bytes) -> HttpResponse:
    """The answer, to a token that holds no longer than the question takes."""
    from django.core.handlers.wsgi import WSGIRequest

    from fleet.api.door import rest
    from fleet.audit.models import Kind
    from fleet.audit.trail import Act, Doer, write
    from fleet.people.tokens.keeping import TokenError, Wanted, end, make
    from fleet.people.tokens.rights import RIGHTS

    asked = urlsplit(arguments.path)
    path = asked.path.removeprefix("/").removeprefix("api/v1/")
    try:
        made = make(person, Wanted(name=NAME, rights=RIGHTS, life=LIFE))
    except TokenError as err:
        raise CommandError(f"not on this account's behalf: {err.refusal.value}") from None
    write(Doer(None, NAME), Act(Kind.DID, NAME, person.username, said={"what": f"{arguments.method} {path}"}))
    said = {
        "REQUEST_METHOD": arguments.method, "PATH_INFO": f"/api/v1/{path}", "QUERY_STRING": asked.query,
        "SERVER_NAME": "localhost", "SERVER_PORT": "80", "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body), "wsgi.url_scheme": "http",
        "HTTP_AUTHORIZATION": f"Bearer {made.secret}", "HTTP_IF_MATCH": arguments.if_match,
    }  # fmt: skip
    try:
        return rest(WSGIRequest(said), path)
    finally:
        end(made.token, NAME)


def _refusal(answered: HttpResponse) -> str:
    told = json.loads(answered.content)
    more = "; ".join(f"{'.'.join(each['where'])}: {each['why']}" for each in told.get("errors", []))
    return f"{answered.status_code} {told.get('code', '')}: {told.get('detail', '')}{f' ({more})' if more else ''}"


def _said(answered: HttpResponse, file: Path | None) -> Said:
    if answered.headers.get("Content-Type", "").startswith("application/json"):
        found: dict[str, Any] = json.loads(answered.content)
        etag = answered.headers.get("ETag")
        return {**found, "etag": etag} if etag else found
    if file is None:
        raise CommandError("the answer is no text: say where to write it, with --file")
    file.write_bytes(answered.content)
    return {"file": str(file), "bytes": len(answered.content)}
