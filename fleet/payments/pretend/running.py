"""The pretend bank's day over real HTTP: it calls the fleet, calls again when not answered, and answers inquiries.

One process, one event loop, because the fleet asks back while it is being called. Times of the day are said, not
waited for; only the wait before a call is repeated is real.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import uvicorn

from fleet.payments.banks.port import BankWord, Kind, business_day
from fleet.payments.pretend.day import Day, Said
from fleet.payments.pretend.forms import inquiry_answer, ktb_request, scb_callback

TRIES = 4
"""The first and up to 3 more, as SCB documents."""

RETRY_S = 12.0
"""Between them, as SCB documents."""

CALL_TIMEOUT_S = 10.0
AT_ONCE = 4
"""Calls under way at a time."""

INQUIRY = "/v1/payment/billpayment/inquiry"


@dataclass(frozen=True, slots=True)
class Line:
    """Where the fleet is, where we answer inquiries, KTB's secret, and how patient we are."""

    fleet: str
    host: str
    port: int
    secret: str = field(default="", repr=False)
    retry_s: float = RETRY_S


@dataclass(slots=True)
class Outcome:
    """How the calls went; ``gave_up`` were never answered, and only the file tells of them."""

    calls: int = 0
    answered: int = 0
    gave_up: int = 0
    inquiries: int = 0


class PretendBank:
    """One bank on one day."""

    def __init__(self, day: Day, line: Line) -> None:
        self._day, self._line = day, line
        self._happened: dict[str, list[BankWord]] = {}
        self.outcome = Outcome()

    async def run(self, on_called: Callable[[int], None] | None = None) -> Outcome:
        """Play the whole day; ``on_called`` hears how many words have been said so far."""
        config = uvicorn.Config(
            self._application,
            self._line.host,
            self._line.port,
            interface="asgi3",  # it cannot tell from a method
            log_level="error",
            lifespan="off",
            http="h11",
        )
        server = uvicorn.Server(config)
        answering = asyncio.create_task(server.serve())
        try:
            await self._call_all(on_called)
        finally:
            server.should_exit = True
            await answering
        return self.outcome

    async def _call_all(self, on_called: Callable[[int], None] | None) -> None:
        gate = asyncio.Semaphore(AT_ONCE)
        said = 0

        async def one(each: Said) -> None:
            nonlocal said
            async with gate:
                await self._say(each)
            said += 1
            if on_called is not None:
                on_called(said)

        # A bill's second payment must not overtake its first: words about one reference go one after another.
        by_reference: dict[str, list[Said]] = {}
        for each in self._day.said:
            by_reference.setdefault(each.word.ref1, []).append(each)

        async def in_turn(words: list[Said]) -> None:
            for each in words:
                await one(each)

        await asyncio.gather(*(in_turn(words) for words in by_reference.values()))

    async def _say(self, said: Said) -> None:
        if said.word.kind is Kind.PAYMENT:
            self._happened.setdefault(said.word.ref1, []).append(said.word)
        for _ in range(said.calls):
            for tried in range(TRIES):
                if tried:
                    await asyncio.sleep(self._line.retry_s)
                if await self._call(said.word):
                    self.outcome.answered += 1
                    break
            else:
                self.outcome.gave_up += 1

    async def _call(self, word: BankWord) -> bool:
        self.outcome.calls += 1
        if word.bank == "KTB":
            headers = {"Content-Type": "text/xml; charset=utf-8", "Authorization": f"Bearer {self._line.secret}"}
            route, body, kept = "/bank/v1/ktb", ktb_request(word), b"<respcode>0000</respcode>"
        else:
            headers = {"Content-Type": "application/json"}
            route, body, kept = "/bank/v1/scb", scb_callback(word), b'"resCode":"00"'
        try:
            async with asyncio.timeout(CALL_TIMEOUT_S):
                return kept in await _post(self._line.fleet + route, body, headers)
        except (OSError, TimeoutError):
            return False

    async def _application(self, scope: Any, _receive: Any, send: Callable[[Any], Awaitable[None]]) -> None:
        """The inquiry: payments of a reference that this bank counts to the day asked about."""
        question = parse_qs(scope.get("query_string", b"").decode())
        asked = question.get("transactionDate", [""])[0]
        words = self._happened.get(question.get("reference1", [""])[0], [])
        found = [each for each in words if business_day(each.bank, each.paid_at).isoformat() == asked]
        status = 200 if scope["type"] == "http" and scope["path"] == INQUIRY else 404
        self.outcome.inquiries += 1
        # Taken back is what the file will say: at the time of the call it has not happened yet.
        body = inquiry_answer(found, frozenset())
        await send(
            {"type": "http.response.start", "status": status, "headers": [(b"content-type", b"application/json")]}
        )
        await send({"type": "http.response.body", "body": body})


async def _post(address: str, body: bytes, headers: dict[str, str]) -> bytes:
    """The body of the answer, over plain HTTP: a pretend bank has no business anywhere but on loopback."""
    parts = urlsplit(address)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        all_headers = {"Host": parts.netloc, "Connection": "close", "Content-Length": str(len(body)), **headers}
        head = f"POST {parts.path} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in all_headers.items())
        writer.write(head.encode() + b"\r\n" + body)
        await writer.drain()
        answer = await reader.read()
    finally:
        writer.close()
    return answer.partition(b"\r\n\r\n")[2]
