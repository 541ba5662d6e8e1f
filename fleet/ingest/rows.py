"""The latest-state table in the database's own words: the few statements that a message costs are written out here.

PostgreSQL gets each column as one text with a line for each kiosk: neither an id nor JSON of ours holds a line break,
and a list as the driver writes it costs ten times as much.

Everything else goes through Django's models. These do not, because a status is what arrives most: as models they cost
forty times what they cost as one statement a batch. Both databases do the same; only how many rows are handed over at
once is said differently. Rules: inside a transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from fleet.devices.models import Kiosk, KioskState


class StatusRow(NamedTuple):
    """The latest status of one kiosk. ``no`` counts within the session; 0 from a release that does not count.

    ``rank``: of what it says (``fleet.devices.truth``).
    """

    kiosk_id: str
    session_no: int
    no: int
    rank: int
    status: str


_TABLE = KioskState._meta.db_table

_SQLITE_WRITE = f"""
UPDATE {_TABLE} SET status = %s, said_rank = %s, status_session_no = %s, status_no = %s, heard_at = %s
WHERE kiosk_id = %s
AND (NOT alive OR session_no = %s OR session_no_max < %s)
AND ((status_session_no = %s AND (%s = 0 OR status_no < %s)) OR status_session_no < %s
OR (NOT alive AND status_session_no <> %s))
"""  # noqa: S608 - a table's name of ours

_POSTGRESQL_WRITE = f"""
UPDATE {_TABLE} AS held
SET status = said.status::jsonb, said_rank = said.rank, status_session_no = said.session_no,
status_no = said.no, heard_at = %s
FROM unnest(string_to_array(%s, E'\\n'), string_to_array(%s, E'\\n')::bigint[], string_to_array(%s, E'\\n')::bigint[],
string_to_array(%s, E'\\n')::smallint[], string_to_array(%s, E'\\n')) AS said (kiosk_id, session_no, no, rank, status)
WHERE held.kiosk_id = said.kiosk_id
AND (NOT held.alive OR held.session_no = said.session_no OR held.session_no_max < said.session_no)
AND ((held.status_session_no = said.session_no AND (said.no = 0 OR held.status_no < said.no))
OR held.status_session_no < said.session_no OR (NOT held.alive AND held.status_session_no <> said.session_no))
"""  # noqa: S608 - a table's name of ours

_POSTGRESQL_LOCK = f"""
SELECT 1 FROM {_TABLE} WHERE kiosk_id = ANY(string_to_array(%s, E'\\n')) ORDER BY kiosk_id FOR NO KEY UPDATE
"""  # noqa: S608 - a table's name of ours


_OTHER_FIELDS = [
    field
    for field in KioskState._meta.concrete_fields
    if not field.primary_key and field.name not in ("status", "said_rank")
]
_WRITE_OTHERS = f"""
UPDATE {_TABLE} SET {", ".join(f"{field.column} = %s" for field in _OTHER_FIELDS)} WHERE kiosk_id = %s
"""  # noqa: S608 - names of ours


def make_rows_for_all() -> frozenset[str]:
    """Give every kiosk that is known a row for its state; the ids of all kiosks."""
    kiosk_ids = frozenset(Kiosk.objects.values_list("pk", flat=True))
    missing = kiosk_ids - frozenset(KioskState.objects.values_list("pk", flat=True))
    KioskState.objects.bulk_create((KioskState(kiosk_id=each) for each in sorted(missing)), ignore_conflicts=True)
    return kiosk_ids


def lock(kiosk_ids: Iterable[str]) -> None:
    """Hold these rows until the end of the transaction; in one order, so that two workers never wait for each other.

    SQLite has one writer, which we are.
    """
    if connection.vendor != "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(_POSTGRESQL_LOCK, ["\n".join(kiosk_ids)])


def write_statuses(rows: Collection[StatusRow], heard_at: datetime) -> None:
    """Keep the statuses that do not come late: those of the present session in order, and those of newer ones.

    One that overtakes the birth of its session (another worker has that) is kept, and is not put back by what was said
    before it: a number that was never heard is of a session to come. Of a kiosk that is not alive any other session
    may be the next, because it may have lost its count.
    """
    if not rows:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            at = connection.ops.adapt_datetimefield_value(heard_at)
            cursor.executemany(_SQLITE_WRITE, [_of_sqlite(row, at) for row in rows])
        else:
            columns = ("\n".join(map(str, column)) for column in zip(*rows, strict=True))
            cursor.execute(_POSTGRESQL_WRITE, [heard_at, *columns])


def _of_sqlite(row: StatusRow, at: str | None) -> list[str | int | None]:
    kiosk_id, session_no, no, rank, status = row
    return [status, rank, session_no, no, at, kiosk_id, *2 * [session_no], session_no, no, no, *2 * [session_no]]


def read_states(kiosk_ids: Iterable[str]) -> dict[str, KioskState]:
    """The rows of these kiosks, without their statuses."""
    return KioskState.objects.defer("status", "said_rank").in_bulk(list(kiosk_ids))


def write_states(states: Iterable[KioskState]) -> None:
    """Keep all but the statuses; the rows are there."""
    with connection.cursor() as cursor:
        cursor.executemany(
            _WRITE_OTHERS,
            [
                [
                    *(field.get_db_prep_save(getattr(state, field.attname), connection) for field in _OTHER_FIELDS),
                    state.kiosk_id,
                ]
                for state in states
            ],
        )
