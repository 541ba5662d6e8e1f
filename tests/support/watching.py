"""People who watch pages: sessions without a sign-in, and the stream of one open page as a browser reads it."""

from __future__ import annotations

import http.client
import json
import re
import secrets
import subprocess
import sys
import zlib
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from urllib.parse import quote

from tests.support.broker import PATIENCE_S, Fleet

_SIGN_IN = """
import json, sys
import django
django.setup()
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from fleet.people.models import Membership
keys = {}
for name, (role, dopa_code) in json.loads(sys.argv[1]).items():
    user, _ = User.objects.get_or_create(username=name)
    Membership.objects.get_or_create(user=user, role=role, dopa_code=dopa_code)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    keys[name] = session.session_key
print(json.dumps(keys))
"""

_END = """
import sys
import django
django.setup()
from django.contrib.sessions.models import Session
Session.objects.get(session_key=sys.argv[1]).delete()
"""


class Event(NamedTuple):
    """One server-sent event."""

    name: str
    data: str


def sign_in(made: Fleet, people: Mapping[str, tuple[str, int | None]]) -> dict[str, str]:
    """Make accounts, each with a role and its province or None, and a session of each; the sessions' keys by name.

    Before ``serve`` is started, which must have the same key to sign with.
    """
    made.environment.setdefault("SALA_SECRET_KEY", secrets.token_urlsafe(32))
    return dict(json.loads(_django(made, _SIGN_IN, json.dumps(people))))


def end_session(made: Fleet, session_key: str) -> None:
    """As somebody ends it on the page of their account."""
    _django(made, _END, session_key)


def _django(made: Fleet, program: str, *arguments: str) -> str:
    environment = {**made.environment, "DJANGO_SETTINGS_MODULE": "fleet.site.settings"}
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout


def open_page(port: int, session_key: str, path: str) -> tuple[str, str]:
    """A page as it is opened, and the address its moving part names."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    line.request("GET", path, headers={"Cookie": f"sessionid={session_key}"})
    answer = line.getresponse()
    text = answer.read().decode()
    line.close()
    found = re.search(r'id="live" hx-get="([^"]+)"', text)
    assert answer.status == 200, (path, answer.status)
    assert found is not None, text
    return text, found[1].replace("&amp;", "&")


class Stream:
    """The stream of one open page. Iterating gives its events, until the server ends it."""

    def __init__(self, port: int, session_key: str, page: str, **headers: str) -> None:
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        cookie = {"Cookie": f"sessionid={session_key}"} if session_key else {}
        self._line.request("GET", f"/live?page={quote(page, safe='')}", headers={**cookie, **headers})
        self.answer = self._line.getresponse()
        self.status = self.answer.status
        is_packed = self.answer.headers.get("Content-Encoding") == "gzip"
        self._unpack = zlib.decompressobj(31).decompress if is_packed else bytes

    def __iter__(self) -> Iterator[Event]:
        text = b""
        while data := self.answer.read1(65_536):
            text += self._unpack(data)
            while b"\n\n" in text:
                event, _, text = text.partition(b"\n\n")
                yield _event(event.decode())

    def until(self, name: str, holds: str = "") -> list[Event]:
        """Read until an event of this name that holds this text; everything up to it. Fails when the stream ends."""
        got = []
        for event in self:
            got.append(event)
            if event.name == name and holds in event.data:
                return got
        raise AssertionError(f"the stream ended after {[each.name for each in got]}")

    def close(self) -> None:
        """Go away."""
        self.answer.close()
        self._line.close()


class Watchers:
    """Opens streams, and closes them all in the end."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._streams: list[Stream] = []

    def __enter__(self) -> Watchers:
        return self

    def __exit__(self, *_: object) -> None:
        for stream in self._streams:
            stream.close()

    def ask(self, session_key: str, page: str, **headers: str) -> Stream:
        """A stream for the address that a moving part names."""
        self._streams.append(Stream(self.port, session_key, page, **headers))
        return self._streams[-1]

    def watch(self, session_key: str, path: str, **headers: str) -> Stream:
        """Open a page and then its stream."""
        return self.ask(session_key, open_page(self.port, session_key, path)[1], **headers)


def _event(text: str) -> Event:
    lines = [line.partition(": ") for line in text.split("\n")]
    data = "\n".join(value for field, _, value in lines if field == "data")
    return Event(next(value for field, _, value in lines if field == "event"), data)
