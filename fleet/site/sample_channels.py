"""Sample channels: what may be told an office, and made-up owners. Every name says ตัวอย่าง; so do the deadlines."""

from __future__ import annotations

from fleet.office.channels.models import Channel
from fleet.office.models import Office

CHANNELS = (
    ("smell-smoke", "กลิ่น ควัน ฝุ่น", "Smell, smoke, dust", "กลุ่มโรงงาน (ตัวอย่าง)", 15),
    ("water", "น้ำเสีย", "Waste water", "กลุ่มโรงงาน (ตัวอย่าง)", 15),
    ("noise", "เสียงดัง", "Noise", "กลุ่มโรงงาน (ตัวอย่าง)", 15),
    ("service", "บริการของสำนักงาน", "The office's service", "ฝ่ายบริหาร (ตัวอย่าง)", 7),
    ("question", "ถามเรื่องอื่น", "Another question", "ฝ่ายบริหาร (ตัวอย่าง)", 5),
)
"""Code, names, owner, days. Samples: the offices name their own channels, owners and deadlines."""


def make_channels(office: Office) -> None:
    """The sample channels of an office; made twice, they are there once."""
    for position, (code, name_th, name_en, owner_name, days) in enumerate(CHANNELS):
        Channel.objects.get_or_create(
            office=office,
            code=code,
            defaults={
                "name_th": name_th,
                "name_en": name_en,
                "owner_name": owner_name,
                "deadline_days": days,
                "position": position,
            },
        )
