"""The line to the fleet's signed files: ranges of one of them, over HTTPS by this kiosk's certificate.

Rules: never more bytes than were paid for, whatever the server sends; any 4xx but "too fast" and "too slow" is final.
"""

from __future__ import annotations

import re
import time
from collections.abc import Generator
from types import TracebackType

import requests

from kiosk.agent.updates.order import SignedFile
from kiosk.agent.updates.states import FetchOutcome
from kiosk.config import Link

TIMEOUT_S = (5.0, 30.0)
"""To connect, and for the next piece: a line that stalls for longer is as good as cut."""

PIECE_BYTES = 64 * 1024

_NOT_FINAL = frozenset({408, 429})
_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


class EndedError(Exception):
    """This piece of fetching is over, and how."""

    def __init__(self, outcome: FetchOutcome, detail: str) -> None:
        super().__init__(detail)
        self.outcome, self.detail = outcome, detail


class Paid:
    """The allowance as it is used, no faster than allowed."""

    def __init__(self, allowance_bytes: int, bytes_per_s_max: int) -> None:
        self.left_bytes = allowance_bytes
        self._bytes_per_s_max = bytes_per_s_max
        self._due_s = 0.0

    def use(self, count: int) -> None:
        """``count`` bytes came; waits where they came too fast. Time in which nothing came is not made up for."""
        self.left_bytes -= count
        if self._bytes_per_s_max:
            now_s = time.monotonic()
            self._due_s = max(self._due_s, now_s) + count / self._bytes_per_s_max
            time.sleep(self._due_s - now_s)


class Line:
    """Nothing is connected before it is read from; one connection serves every range."""

    def __init__(self, link: Link, paid: Paid) -> None:
        self._link, self.paid = link, paid
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy of somebody's shell between us and the fleet
        self._session.verify = link.ca_file
        self._session.cert = (link.certificate_file, link.key_file)

    def __enter__(self) -> Line:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.close()

    def read(self, file: SignedFile, first: int, last: int) -> Generator[tuple[int, bytes], None, None]:
        """The bytes from ``first`` to ``last``, or as many as are paid for: where each piece lies, and the piece.

        A server that knows no ranges begins at 0.

        Raises: EndedError, and what ``requests`` raises where the line fails.
        """
        last = min(last, first + self.paid.left_bytes - 1)
        with self._session.get(
            f"{self._link.fleet_api.rstrip('/')}/kiosk/v1/trust/targets/{_name_of(file)}",
            headers={"Accept-Encoding": "identity", "Range": f"bytes={first}-{last}"},
            timeout=TIMEOUT_S,
            allow_redirects=False,
            stream=True,
        ) as answer:
            at, end = _brought(answer, (first, last + 1), file.length)
            while (most := min(PIECE_BYTES, end - at, self.paid.left_bytes)) > 0:
                piece = answer.raw.read1(most)
                if not piece:
                    raise EndedError(FetchOutcome.NETWORK, "the line was cut")
                self.paid.use(len(piece))
                yield at, piece
                at += len(piece)


def _name_of(file: SignedFile) -> str:
    """A target's file carries its hash in its name (TUF's consistent snapshots), so that another is another file."""
    folder, _, name = file.target.rpartition("/")
    return f"{folder}/{file.sha256}.{name}"


def _brought(answer: requests.Response, asked: tuple[int, int], length: int) -> tuple[int, int]:
    """Where the answer begins in the file, and where it ends.

    Raises: EndedError for one that brings nothing.
    """
    status = answer.status_code
    if status == requests.codes.ok:
        return 0, length
    if status == requests.codes.partial_content:
        said = _CONTENT_RANGE.fullmatch(answer.headers.get("Content-Range", ""))
        if said is None or int(said[1]) != asked[0] or int(said[3]) != length:
            raise EndedError(FetchOutcome.NOT_FOUND, "the server has another file under this name")
        return asked
    if 400 <= status < 500 and status not in _NOT_FINAL:
        raise EndedError(FetchOutcome.NOT_FOUND, f"the server answered {status}")
    raise EndedError(FetchOutcome.NETWORK, f"the server answered {status}")
