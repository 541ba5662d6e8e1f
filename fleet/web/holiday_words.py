"""The words of the calendar's page. One place, no rule."""

from __future__ import annotations

from django.utils.translation import gettext as _

from fleet.office.holidays.reading import NAME_CHARACTERS, SOURCE_CHARACTERS, Problem


def problem(name: str) -> str:
    """Why a line, or what the form said, is no holiday."""
    return {
        Problem.NO_DATE: _("อ่านวันที่ไม่ได้ เขียนเช่น 31/12/2569"),
        Problem.NO_NAME: _("ไม่มีชื่อวันหยุดภาษาไทย"),
        Problem.NO_PROVINCE: _("ไม่รู้จักจังหวัดนี้ เว้นว่างถ้าหยุดทั้งประเทศ"),
        Problem.NOT_YOURS: _("บัญชีนี้กำหนดวันหยุดของที่นั่นไม่ได้"),
        Problem.NO_SOURCE: _("ไม่มีที่มา เช่น มติคณะรัฐมนตรีและวันที่"),
        Problem.TOO_LONG: _("ยาวเกิน ชื่อไม่เกิน %(name)s ตัวอักษร ที่มาไม่เกิน %(source)s")
        % {"name": NAME_CHARACTERS, "source": SOURCE_CHARACTERS},
        Problem.TWICE: _("วันนี้มีในไฟล์แล้ว"),
    }[Problem(name)]


def on_line(line: int, name: str) -> str:
    """The same, with the line of the file it is about."""
    return _("บรรทัด %(line)s: %(problem)s") % {"line": line, "problem": problem(name)}
