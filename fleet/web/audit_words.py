"""The trail in words: what a line tells of, and which page it is of. What else it tells: ``audit_values``."""

from __future__ import annotations

from django.utils.translation import gettext as _

from fleet.audit.models import Kind
from fleet.web.audit_pages import CALLED

ICONS = {Kind.SAW: "eye", Kind.DID: "circle-check", Kind.REFUSED: "lock", Kind.CAME: "log-out"}


def kind(name: str) -> str:
    """What a line tells of."""
    return {
        Kind.SAW: _("เปิดดู"),
        Kind.DID: _("ทำ"),
        Kind.REFUSED: _("ถูกปฏิเสธ"),
        Kind.CAME: _("เข้าออกระบบ"),
    }[Kind(name)]


def what(name: str) -> str:
    """The page or command a line is of; a name nobody has words for stands as it is."""
    plain = name.removeprefix("web:")
    return str(CALLED.get(plain, plain))
