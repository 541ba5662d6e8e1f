"""`fleet call`: whatever the REST interface can do, on the server itself and on behalf of a person.

    fleet call operations people                              what there is, with what each is for
    fleet call kiosks list --province 20 --as suda --table
    fleet call alerts acknowledgement do 17 --reason "going there" --as suda
    fleet call settings set province 20 --if-match '"7"' --body @document.json --as suda
    fleet call GET letters/3/parts/1 --as suda --file letters.pdf

What it is: one request, answered in this process: the same checks, the same trail. What it is not: a way around them:
the person may do what they might on a page, and the trail has a line that says who typed nothing but this command. It
needs no token, and takes none: whoever may read the fleet's own key may use it.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import secrets
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from fleet.commands.command import AddCommand, CommandError, Said
from fleet.commands.operations import Asked, asked, matching, operations
from fleet.commands.tables import table

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.http import HttpResponse

METHODS = ("GET", "POST", "PUT", "DELETE")
NAME = "fleet call"
LIFE = timedelta(minutes=5)
"""Of the token the request brings; it is gone as soon as that was answered."""

PERSON = "SALA_AS"
"""In the environment: on whose behalf, where ``--as`` says nothing."""

HOW = """what to type:
  fleet call operations [WORD]                       all that there is, or what has a word in its name
  fleet call kiosks list --province 20 --table       a thing, what is done with it, and options
  fleet call alerts acknowledgement do 17 --reason "going there"
  fleet call GET 'alerts?state=open'                 or an address, as the description of the interface has it

Values: @FILE is what stands in a file, @- what comes in. Answers are a line of JSON; --table is for people, and
--columns kiosk_id,condition,heard_at makes it as narrow as a terminal.
Exit code 2 says that it was not done, and one sentence on standard error says why."""


def add(command: AddCommand) -> None:
    """This command."""
    call = command("call", _call, "whatever programs can do by REST, on behalf of a person")
    call.formatter_class, call.epilog = argparse.RawDescriptionHelpFormatter, HOW
    call.allow_abbrev = False  # --a could be an operation's
    call.set_defaults(takes_more=True)
    call.add_argument("words", nargs="*", help="a thing and what is done with it; or GET, POST, PUT, DELETE and a path")
    call.add_argument("--as", dest="person", default="", metavar="ACCOUNT", help=f"on whose behalf (or {PERSON})")
    call.add_argument("--body", default="", help="all of it as JSON, or @FILE; instead of options")
    call.add_argument("--if-match", default="", help="`etag` of what a change was made from")
    call.add_argument("--file", type=Path, help="to send along; or where to write an answer that is no text (a PDF)")
    call.add_argument("--table", action="store_true", help="for people")
    call.add_argument("--columns", default="", metavar="A,B", help="the table with these only: kiosk_id,condition")


def _call(arguments: argparse.Namespace) -> Said:
    words, said = [*arguments.words], [*arguments.more]
    while said and not said[0].startswith("--"):  # argparse gives up on words once an option stood between them
        words.append(said.pop(0))
    if not words or words[0] == "operations":
        return _shown(_operations(words[1] if len(words) > 1 else ""), arguments)
    wanted = _by_address(words, said) if words[0] in METHODS else _by_name(words, said, arguments)
    if arguments.body:
        wanted = replace(wanted, body=_body(arguments.body))
    person = _person(arguments.person or os.environ.get(PERSON, ""))
    answered = _answered(wanted, person, arguments.if_match)
    if answered.status_code >= 400:
        raise CommandError(_refusal(answered))
    return _shown(_said(answered, arguments.file), arguments)


def _shown(said: Any, arguments: argparse.Namespace) -> Said:
    columns = tuple(filter(None, arguments.columns.split(",")))
    if not arguments.table and not columns:
        whole: Said = said
        return whole
    return table(said, columns)


def _person(name: str) -> User:
    from django.contrib.auth.models import User

    person = User.objects.filter(username=name, is_active=True).first()
    if person is None:
        raise CommandError(f"say on whose behalf: --as ACCOUNT or {PERSON}, one that may come in")
    return person


def _by_address(words: list[str], said: list[str]) -> Asked:
    if len(words) != 2 or said:
        raise CommandError(f"after {words[0]} stands one path, and what is asked for in it: 'alerts?state=open'")
    return Asked(words[0], words[1])


def _by_name(words: list[str], said: list[str], arguments: argparse.Namespace) -> Asked:
    operation, given = matching(_known(), words)
    if operation.takes_file and arguments.file is not None:
        said = [*said, "--file", str(arguments.file)]
    return asked(operation, given, said, _read)


def _known() -> list[Any]:
    from fleet.api.door import openapi_text

    return list(operations(json.loads(openapi_text())))


def _operations(word: str) -> list[dict[str, str]]:
    """Those that have a word in their name or address."""
    return [
        {"call": each.usage, "address": f"{each.method} {each.path}", "for": each.what}
        for each in _known()
        if word in each.path or word in each.words
    ]


def _read(name: str) -> str:
    """What ``@NAME`` stands for. Raises: CommandError."""
    try:
        return sys.stdin.read() if name == "-" else Path(name).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as err:
        raise CommandError(f"@{name}: {err}") from None


def _body(said: str) -> Any:
    """What ``--body`` says. Raises: CommandError."""
    try:
        return json.loads(_read(said[1:]) if said.startswith("@") else said)
    except ValueError as err:
        raise CommandError(f"--body is no JSON: {err}") from None


def _answered(wanted: Asked, person: User, if_match: str) -> HttpResponse:
    """The answer, to a token that holds no longer than the question takes."""
    from django.core.handlers.wsgi import WSGIRequest

    from fleet.api.door import rest
    from fleet.audit.models import Kind
    from fleet.audit.trail import Act, Doer, write
    from fleet.people.tokens.keeping import TokenError, Wanted, make
    from fleet.people.tokens.rights import RIGHTS

    split = urlsplit(wanted.path)
    path = unquote(split.path).removeprefix("/").removeprefix("api/v1/")
    body, content_type = _json(wanted.body), "application/json"
    if wanted.file is not None:
        body, content_type = _form(*wanted.file, wanted.body or {})
    try:
        made = make(person, Wanted(name=NAME, rights=RIGHTS, life=LIFE))
    except TokenError as err:
        raise CommandError(f"not on this account's behalf: {err.refusal.value}") from None
    write(Doer(None, NAME), Act(Kind.DID, NAME, person.username, said={"what": f"{wanted.method} {path}"}))
    said = {
        "REQUEST_METHOD": wanted.method, "PATH_INFO": f"/api/v1/{path}", "QUERY_STRING": split.query,
        "SERVER_NAME": "localhost", "SERVER_PORT": "80", "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body), "wsgi.url_scheme": "http",
        "HTTP_AUTHORIZATION": f"Bearer {made.secret}", "HTTP_IF_MATCH": if_match,
    }  # fmt: skip
    try:
        return rest(WSGIRequest(said), path)
    finally:
        made.token.delete()  # the trail says what it was for; a list full of such would show no other


def _json(body: object) -> bytes:
    return b"" if body is None else json.dumps(body).encode()


def _form(name: str, file: Path, fields: dict[str, Any]) -> tuple[bytes, str]:
    """What a form with a file would send (RFC 7578). Raises: CommandError."""
    try:
        held = file.read_bytes()
    except OSError as err:
        raise CommandError(f"--file: {err}") from None
    edge = secrets.token_hex(16)
    parts = [
        f'--{edge}\r\nContent-Disposition: form-data; name="{each}"\r\n\r\n{value}\r\n'.encode()
        for each, value in fields.items()
    ]
    shown = file.name.replace('"', "_")
    head = f'--{edge}\r\nContent-Disposition: form-data; name="{name}"; filename="{shown}"\r\n\r\n'.encode()
    return b"".join([*parts, head, held, f"\r\n--{edge}--\r\n".encode()]), f"multipart/form-data; boundary={edge}"


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
