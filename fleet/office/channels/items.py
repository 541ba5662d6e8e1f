"""What kiosks get of the channels: what may be told, and the keys of presence slips. For ``fleet.office.changes``."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from fleet.office.channels.models import Channel, PresenceKey
from fleet.protocol import office as wire


def topics(office_id: str, keys: Collection[str] | None) -> Iterator[wire.Item]:
    """What may be told this office now."""
    rows = Channel.objects.filter(office_id=office_id, is_open=True)
    for each in rows if keys is None else rows.filter(code__in=keys):
        yield wire.Topic(
            code=each.code,
            name_th=each.name_th,
            name_en=each.name_en,
            owner_name=each.owner_name,
            deadline_days=each.deadline_days,
            position=each.position,
        )


def slip_keys(_office_id: str, keys: Collection[str] | None) -> Iterator[wire.Item]:
    """Every key of the nation: a slip is shown in other provinces too. One withdrawn stays, with its end."""
    rows = PresenceKey.objects.select_related("office")
    for each in rows if keys is None else rows.filter(key_id__in=keys):
        yield wire.SlipKey(
            key_id=each.key_id,
            public_key=each.public_key,
            issuer=each.kiosk_id,
            dopa_code=each.office.province_id,
            valid_from=each.made_at,
            valid_until=each.withdrawn_at,
        )
