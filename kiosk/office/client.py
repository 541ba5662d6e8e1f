"""Fetches the office's records from the fleet over HTTPS, proving who we are by the kiosk's own certificate."""

from __future__ import annotations

import msgspec
import requests

from fleet.protocol.office import OfficeRecords
from kiosk.config import Link

TIMEOUT_S = (5, 30)
"""To connect, and between two bytes; a line that is slower than that is a line that is down."""

RECORDS_BYTES_MAX = 64 * 1024 * 1024
"""An office of 5,000 folders is about 5 MB."""


class OfficeUnreachableError(Exception):
    """The fleet could not be asked, or its answer not be used; keep what there is and ask again later."""


class OfficeClient:
    """One connection to the fleet's kiosk interface."""

    def __init__(self, link: Link) -> None:
        self._url = f"{link.fleet_api}/kiosk/v1/office"
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy of somebody's shell between us and the fleet
        self._session.verify = link.ca_file
        self._session.cert = (link.certificate_file, link.key_file)

    def fetch(self, known_revision: int) -> OfficeRecords | None:
        """The records, or None when the fleet has nothing newer than ``known_revision``.

        Raises: OfficeUnreachableError with the reason.
        """
        try:
            answer = self._session.get(
                self._url, headers={"If-None-Match": f'"{known_revision}"'}, timeout=TIMEOUT_S, allow_redirects=False
            )
            if answer.status_code == requests.codes.not_modified:
                return None
            if answer.status_code != requests.codes.ok:
                raise OfficeUnreachableError(f"the fleet answered {answer.status_code}")
            if len(answer.content) > RECORDS_BYTES_MAX:
                raise OfficeUnreachableError("the fleet's answer is too large")
            return msgspec.json.decode(answer.content, type=OfficeRecords)
        except (requests.RequestException, OSError) as err:
            raise OfficeUnreachableError(type(err).__name__) from err
        except msgspec.DecodeError as err:
            raise OfficeUnreachableError(f"the fleet's answer cannot be read: {err}") from err

    def close(self) -> None:
        """Close the connection."""
        self._session.close()
