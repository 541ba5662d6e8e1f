"""A technician with a phone before a kiosk that is nobody yet: scans, signs in, picks the place, types the code.

It goes the way a person's browser goes, through the pages' own forms.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlsplit

import requests

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_CODE = re.compile(r"open (\S+) and type ([0-9A-Z]{6})")


@dataclass(frozen=True, slots=True)
class Shown:
    """What a kiosk shows: the QR's address and the code."""

    address: str
    code: str


def shown_in(log: str) -> Shown | None:
    """The offer a kiosk wrote into its log last, or None."""
    found = _CODE.findall(log)
    return Shown(*found[-1]) if found else None


class Technician:
    """A phone's browser. Nobody is signed in at first."""

    def __init__(self, name: str, password: str) -> None:
        self._name, self._password = name, password
        self._browser = requests.Session()
        self._browser.trust_env = False
        self.at = ""

    def open(self, address: str) -> requests.Response:
        """Open a page; a sign-in in between is filled in, and leads on to the page."""
        page = self._browser.get(address, timeout=60)
        if urlsplit(page.url).path == "/sign-in/":
            after = re.search(r'name="next" value="([^"]*)"', page.text)
            assert after is not None
            page = self._send(page, {"username": self._name, "password": self._password, "next": unescape(after[1])})
        self.at = page.url
        return page

    def _send(self, page: requests.Response, fields: dict[str, str]) -> requests.Response:
        token = _TOKEN.search(page.text)
        assert token is not None, page.text[:500]
        return self._browser.post(
            page.url, data={**fields, "csrfmiddlewaretoken": token[1]}, headers={"Referer": page.url}, timeout=60
        )

    def enrol(self, shown: Shown, place: str, name_th: str = "", name_en: str = "") -> requests.Response:
        """Scan, choose ``place`` (a kiosk id, or new:OFFICE), type the code, confirm; the page that follows."""
        page = self.open(shown.address)
        fields = {"place": place, "code": shown.code, "name_th": name_th, "name_en": name_en}
        return self._send(page, fields)

    def refuse(self, shown: Shown) -> requests.Response:
        """Scan and refuse."""
        return self._send(self.open(shown.address), {"refuse": "1"})

    def fill_in(self, at: str, **fields: str) -> requests.Response:
        """Open a page with a form and send it; the page that follows."""
        return self._send(self.open(at), fields)

    def ask(self, kiosk_page: str, kind: str) -> requests.Response:
        """Press a button of a kiosk's page; the page that follows."""
        page = self.open(kiosk_page)
        token = _TOKEN.search(page.text)
        assert token is not None, page.text[:500]
        return self._browser.post(
            f"{kiosk_page}command/",
            data={"kind": kind, "csrfmiddlewaretoken": token[1]},
            headers={"Referer": kiosk_page},
            timeout=60,
        )
