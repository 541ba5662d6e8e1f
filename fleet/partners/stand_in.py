"""All six systems played by one small HTTP server, in the reference format, with made-up answers that say ตัวอย่าง.

For demonstrations, and for whoever connects a real system: it has the habits such systems have on a bad day
(``Habit``). What it is not: a web server; one request a connection, and nothing but what ``reference`` asks.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from fleet.partners.port import System
from fleet.protocol.factory import luhn_digit
from fleet.protocol.thai import check_digit

HEAD_BYTES_MAX = 16 * 1024
BODY_BYTES_MAX = 64 * 1024


class Habit(StrEnum):
    """How a system behaves."""

    WELL = "well"
    KNOWS_NOTHING = "knows-nothing"
    SILENT = "silent"
    DRIPPING = "dripping"
    FAILING = "failing"
    REFUSING = "refusing"
    HANGS_UP = "hangs-up"
    CUT_SHORT = "cut-short"
    GARBLED = "garbled"
    ENDLESS = "endless"
    ABOUT_ANOTHER = "about-another"
    DECLINING = "declining"
    """Says no, where its answer may be one: a card that is not in order, a customer it does not take."""
    REDIRECTING = "redirecting"


def sample_tax_id(number: int) -> str:
    """A made-up company's number: 0-9999-… is nobody's."""
    twelve = f"0999900000{number:02d}"
    return twelve + str(check_digit(twelve))


PATHS = {
    System.CARD_STATUS: re.compile("POST /card-status()"),
    System.COMPANIES: re.compile("GET /companies/([^/]+)"),
    System.CUSTOMERS: re.compile("POST /customers()"),
    System.LICENCES: re.compile("GET /factories/([^/]+)/licences"),
    System.DUTIES: re.compile("GET /factories/([^/]+)/duties"),
    System.BILLS: re.compile("GET /bills/([^/]+)"),
}
"""What is asked of whom, and about what."""

COMPANIES = {
    sample_tax_id(1): ("บริษัท ตัวอย่างแปรรูปอาหาร จำกัด", "Sample Foods Co., Ltd.", "operating"),
    sample_tax_id(2): ("ห้างหุ้นส่วนจำกัด ตัวอย่างการพิมพ์", "Sample Printing Ltd., Part.", "dissolved"),
}


@dataclass(slots=True)
class StandIn:
    """The server; ``habits`` may be changed while it runs. ``asked`` counts the questions to each system."""

    habits: dict[System, Habit] = field(default_factory=dict)
    token: str = ""
    today: date = field(default_factory=date.today)
    asked: dict[System, int] = field(default_factory=dict)
    registered: dict[str, str] = field(default_factory=dict)
    customers: dict[str, str] = field(default_factory=dict)

    async def serve(self, host: str, port: int) -> asyncio.Server:
        """Begin to answer on ``host`` and ``port`` (0: any). Raises: OSError when the port is taken."""
        return await asyncio.start_server(self._talk, host, port)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._answer(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            pass  # who asked has gone, or asked nothing that is HTTP
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n"))[:HEAD_BYTES_MAX].decode("latin-1")
        request, *lines = head.split("\r\n")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = await reader.readexactly(min(int(headers.get("content-length", "0")), BODY_BYTES_MAX))
        asked = request.removesuffix(" HTTP/1.1")
        system, named = next(((each, m[1]) for each, path in PATHS.items() if (m := path.fullmatch(asked))), (None, ""))
        if system is None:
            writer.write(_response(404, b""))
            return
        self.asked[system] = self.asked.get(system, 0) + 1
        if self.token and headers.get("authorization") != f"Bearer {self.token}":
            writer.write(_response(401, b""))
            return
        await self._behave(writer, system, self._say(system, named, body))

    async def _behave(self, writer: asyncio.StreamWriter, system: System, said: dict[str, Any] | None) -> None:
        habit = self.habits.get(system, Habit.WELL)
        whole = _response(404, b"") if said is None else _response(200, json.dumps(said).encode())
        match habit:
            case Habit.SILENT:
                await asyncio.sleep(3600)
            case Habit.DRIPPING:
                head, _, body = whole.partition(b"\r\n\r\n")
                writer.write(head + b"\r\n\r\n")
                for each in body:
                    writer.write(bytes([each]))
                    await writer.drain()
                    await asyncio.sleep(0.25)
            case Habit.CUT_SHORT:
                writer.write(whole[:-3])
            case Habit.ENDLESS:
                writer.write(_head(200, 2**40))
                while True:
                    writer.write(b" " * 65536)
                    await writer.drain()
            case Habit.HANGS_UP:
                pass
            case _:
                writer.write(_plainly(habit, said, whole))
        await writer.drain()

    def _say(self, system: System, named: str, body: bytes) -> dict[str, Any] | None:
        if self.habits.get(system) is Habit.DECLINING and system in (System.CARD_STATUS, System.CUSTOMERS):
            return _no(system, json.loads(body))
        answers: dict[System, Callable[[], dict[str, Any] | None]] = {
            System.CARD_STATUS: lambda: {"normal": json.loads(body)["chip_no"] != "LOST"},
            System.COMPANIES: lambda: _company(named),
            System.CUSTOMERS: lambda: self._register(json.loads(body)),
            System.LICENCES: lambda: self._licences(named),
            System.DUTIES: lambda: self._duties(named),
            System.BILLS: lambda: _bill(named),
        }
        return answers[system]()

    def _register(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Once a person, and once a key."""
        known = asked["id_number"] in self.customers and asked["key"] not in self.registered
        number = self.customers.setdefault(asked["id_number"], f"IND-{len(self.customers) + 1:06d}")
        self.registered.setdefault(asked["key"], number)
        return {"key": asked["key"], "customer_no": number, "was_known": known}

    def _licences(self, factory_no: str) -> dict[str, Any] | None:
        if not _is_factory(factory_no):
            return None
        soon = self.today + timedelta(days=40)
        known = (
            ("ตัวอย่าง-ร.ง.4-1", "ใบอนุญาตประกอบกิจการโรงงาน (ตัวอย่าง)", "Factory licence (sample)", None),
            ("ตัวอย่าง-วอ.8-2", "ใบอนุญาตครอบครองวัตถุอันตราย (ตัวอย่าง)", "Hazardous substance licence (sample)", soon),
        )
        names = ("licence_no", "title_th", "title_en", "expires_on")
        return {
            "factory_no": factory_no,
            "licences": [
                {
                    name: value.isoformat() if isinstance(value, date) else value
                    for name, value in zip(names, each, strict=True)
                }
                for each in known
            ],
        }

    def _duties(self, factory_no: str) -> dict[str, Any] | None:
        if not _is_factory(factory_no):
            return None
        due = self.today + timedelta(days=25)
        return {
            "factory_no": factory_no,
            "duties": [
                {
                    "title_th": "รายงานชนิดและปริมาณมลพิษ รว.2 (ตัวอย่าง)",
                    "title_en": "Pollution report Ror.Wor. 2 (sample)",
                    "due_on": due.isoformat(),
                    "done_on": None,
                }
            ],
        }


def _no(system: System, asked: Mapping[str, Any]) -> dict[str, Any]:
    if system is System.CARD_STATUS:
        return {"normal": False}
    return {"key": asked["key"], "declined": "ข้อมูลไม่ตรงกับทะเบียนราษฎร (ตัวอย่าง)"}


def _company(tax_id: str) -> dict[str, Any] | None:
    if tax_id not in COMPANIES:
        return None
    name_th, name_en, state = COMPANIES[tax_id]
    return {"tax_id": tax_id, "name_th": name_th, "name_en": name_en, "state": state}


def _bill(reference: str) -> dict[str, Any] | None:
    """Every second reference is paid; one that ends in 0 is none of theirs."""
    if not reference or reference.endswith("0"):
        return None
    paid = ord(reference[-1]) % 2 == 1
    receipt = f"ตัวอย่าง-{reference}" if paid else ""
    state = "paid" if paid else "open"
    return {"reference": reference, "amount_satang": 330000, "state": state, "receipt_no": receipt}


def _is_factory(number: str) -> bool:
    """Whether it could be one: 14 digits with their check digit."""
    return len(number) == 14 and number.isdigit() and luhn_digit(number[:-1]) == int(number[-1])


def _plainly(habit: Habit, said: dict[str, Any] | None, whole: bytes) -> bytes:
    """What comes whole and at once."""
    about = next(iter(said), "") if said else ""  # an answer names first what it is about
    other = {
        name: f"{value}1" if name == about and isinstance(value, str) else value for name, value in (said or {}).items()
    }
    return {
        Habit.KNOWS_NOTHING: _response(404, b""),
        Habit.FAILING: _response(503, b""),
        Habit.REFUSING: _response(403, b""),
        Habit.GARBLED: _response(200, b"<html>" + "ขออภัย".encode("cp874")),
        Habit.REDIRECTING: b"HTTP/1.1 302 x\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n",
        Habit.ABOUT_ANOTHER: _response(200, json.dumps(other).encode()),
    }.get(habit, whole)


def _head(status: int, length: int) -> bytes:
    lines = (f"HTTP/1.1 {status} x", "Content-Type: application/json", f"Content-Length: {length}", "Connection: close")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _response(status: int, body: bytes) -> bytes:
    return _head(status, len(body)) + body
