"""A policy of the office as layers of one form, the nation's and one place's over it: what its pages share.

Reads what was typed, decides, goes back to an earlier document, and tells the history. Which policy it is, whose it is
and what may not be said stands in the ``Layered`` that a view hands in. Not here: who may change it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from fleet.audit.turns import in_turn
from fleet.web import document_words
from fleet.web.settings_form import Field, SettingsForm
from fleet.web.views.fee_rules import REASON_MIN, reason_of

REVISIONS_SHOWN = 20


class Revision(Protocol):
    """A document that was decided."""

    pk: int
    reason: str
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Layered:
    """One layer of one policy. ``revisions``: its own only, the newest first.

    ``decide``: puts a document with its reason into force; raises ``error`` when somebody could not live with it, which
    pages tell as ``misfit``. ``title``: of a section of the form.
    """

    form: SettingsForm
    revisions: QuerySet[Any]
    decide: Callable[[Mapping[str, Any], str], object]
    error: type[ValueError]
    misfit: str
    title: Callable[[str], str]

    def answered(self, request: HttpRequest) -> list[str]:
        """Do what the page sent; what is wrong when that cannot be done.

        Raises: Http404 for an earlier document that is not there.
        """
        return self._back(request.POST["back"]) if "back" in request.POST else self._decided(request)

    def context(self, request: HttpRequest, wrong: list[str]) -> dict[str, Any]:
        """What every such page shows."""
        return {
            "sections": self._sections(),
            "base": self._base(),
            "history": self._history(),
            "own_count": self.form.own_count,
            "wrong": wrong,
            "reason": reason_of(request),
        }

    def _base(self) -> int:
        newest = self.revisions.first()
        return newest.pk if newest else 0

    def _sections(self) -> list[tuple[str, list[Field]]]:
        fields = self.form.fields
        tops = dict.fromkeys(each.leaf.path[0] for each in fields)
        return [(self.title(top), [each for each in fields if each.leaf.path[0] == top]) for top in tops]

    def _decided(self, request: HttpRequest) -> list[str]:
        document, reason = self.form.read(request.POST), reason_of(request)
        with in_turn(self.revisions.model._meta.label):
            if request.POST.get("base", "0") != str(self._base()):
                return [_("มีคนบันทึกไปแล้วระหว่างที่แก้ ตรวจค่าด้านล่างแล้วบันทึกอีกครั้ง")]
            return self._checked(document, reason)

    def _checked(self, document: Mapping[str, Any] | None, reason: str) -> list[str]:
        problems = [] if len(reason) >= REASON_MIN else [_("บอกเหตุผลอย่างน้อย 5 ตัวอักษร")]
        if document is None:
            return [_("มีค่าที่ต้องแก้ก่อน ดูที่ช่องสีแดง"), *problems]
        return problems or self._tried(document, reason)

    def _tried(self, document: Mapping[str, Any], reason: str) -> list[str]:
        try:
            self.decide(document, reason)
        except self.error:
            return [self.misfit]
        return []

    def _back(self, said: str) -> list[str]:
        is_number = said.isascii() and said.isdigit() and len(said) < 19  # what a database's number holds
        found: Revision | None = self.revisions.filter(pk=int(said)).first() if is_number else None
        if found is None:
            raise Http404
        return self._tried(found.document, _("กลับไปใช้ของ %(reason)s") % {"reason": found.reason})

    def _history(self) -> list[PastRevision]:
        rows = list(self.revisions.select_related("author")[: REVISIONS_SHOWN + 1])
        before = [*(each.document for each in rows[1:]), {}]
        return [
            PastRevision(each, document_words.changes(before[index], each.document), index == 0)
            for index, each in enumerate(rows[:REVISIONS_SHOWN])
        ]


@dataclass(frozen=True, slots=True)
class PastRevision:
    """A line of the history."""

    revision: Revision
    changed: list[Any]
    is_latest: bool
