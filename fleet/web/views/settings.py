"""Settings: which layers there are, and one layer's document as a form, with what the kiosks made of it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from fleet.acting.planning import planned_seen, waiting
from fleet.acting.settings import (
    IN_WAVES,
    LOCKED,
    PublishError,
    Refusal,
    Wanted,
    is_overtaken,
    publish,
    spot_of,
)
from fleet.acting.settings_layers import (
    Latest,
    documents_beneath,
    kiosks_beneath,
    latest_of,
    offices_with_kiosks,
    provinces_with_kiosks,
    settled_of,
)
from fleet.acting.settings_values import decided_in
from fleet.devices.desired import latest_document
from fleet.devices.models import Layer, PlannedSettings, SettingsRevision
from fleet.devices.truth import truths_of
from fleet.people.scope import Scope, scope_of
from fleet.protocol.settings import FEES_MAX, KioskSettings
from fleet.protocol.words import SLUG_PATTERN
from fleet.web import planned_words, settings_words
from fleet.web.access import is_live, kiosks_seen, signed_in
from fleet.web.live import answer
from fleet.web.settings_changes import changes
from fleet.web.settings_form import SettingsForm
from fleet.web.settings_look import Looked, look
from fleet.web.settings_place import Place, place_of, place_seen
from fleet.web.views.settings_planned import led_to, line

REVISIONS_SHOWN = 6

WHOLE_TREE_MAX = 200
"""Kiosks up to which the tree of layers stands open."""

KIOSKS_SHOWN = 24
"""Kiosks beside a form: those that do not yet run what they should first."""


@require_safe
@signed_in
def layers(request: HttpRequest) -> HttpResponse:
    """Every layer this account may see, and how much each of them decides.

    Of more kiosks than a person reads, those of one province: ``province``.
    """
    scope = scope_of(request.user)
    kiosks, offices = kiosks_seen(scope), offices_with_kiosks(scope)
    counts = Counter(kiosks.order_by().values_list("office__province_id", flat=True))
    is_folded = counts.total() > WHOLE_TREE_MAX
    if is_folded:
        opened = _number(request.GET.get("province", ""))
        kiosks, offices = kiosks.filter(office__province_id=opened), offices.filter(province_id=opened)
    latest = latest_of()
    below: defaultdict[int | str, list[Place]] = defaultdict(list)
    for office in offices:
        below[office.province_id].append(place_of(spot_of(office)))
    for kiosk in kiosks:
        below[kiosk.office_id].append(place_of(spot_of(kiosk)))
    rows = [_row(place_seen(scope, Layer.NATIONAL, ""), 0, latest)] if scope.sees else []
    for province in provinces_with_kiosks(scope):
        rows.append(_row(place_of(spot_of(province)), 1, latest) | {"folded": is_folded and counts[province.pk]})
        for place in below[province.pk]:
            rows.append(_row(place, 2, latest))
            rows += [_row(each, 3, latest) for each in below[place.key]]
    context = {
        "rows": rows,
        "sees_partners": bool(scope.serves),
        "waiting": sum(1 for _each in waiting(planned_seen(scope), timezone.now())),
    }
    return render(request, "web/settings.html", context)


def _number(text: str) -> int:
    return int(text[:4]) if text.isascii() and text.isdigit() else 0


def _row(place: Place, depth: int, latest: Latest) -> dict[str, Any]:
    held = latest.get((place.layer, place.key))
    decided = decided_in(held.document) if held is not None else 0
    word = settings_words.layer_word(place.layer)
    return {"place": place, "depth": depth, "latest": held, "decided": decided, "word": word}


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def layer(request: HttpRequest, layer: str, key: str) -> HttpResponse:
    """One layer: POST publishes what was typed or plans it, shows what it would change, or what is wrong with it."""
    scope = scope_of(request.user)
    place = place_seen(scope, layer, key)
    moving = _moving(scope, place)
    if is_live(request):
        return answer(request, "settings_layer", moving)
    latest, rights = latest_document(layer, key), _rights(scope, place)
    form = _form(place, latest, request, rights)
    looked, problems = Looked(), tuple[str, ...]()
    if request.method == "POST":
        if not rights.any:
            raise Http404
        if "look" in request.POST:
            looked, problems = look(request, place, form, latest)
        else:
            problems, address = _publish(request, place, form, latest)
            if address:
                return HttpResponseRedirect(address)
    context = {
        **moving,
        "looked": looked,
        **_page_words(request, place, form, latest),
        "problems": problems,
        "may_change": rights.any,
        "rights": rights,
    }
    page = answer(request, "settings_layer", context)
    page.status_code = 422 if problems else 200
    return page


@dataclass(frozen=True, slots=True)
class Rights:
    """Which values of a layer an account has a say in: those of admins, and whose account money goes to."""

    admin: bool
    treasury: bool

    @property
    def any(self) -> bool:
        """Whether there is anything for it to decide."""
        return self.admin or self.treasury

    @property
    def locked(self) -> frozenset[str]:
        """What the form only shows."""
        shown = frozenset() if self.admin else frozenset(KioskSettings.__struct_fields__) - LOCKED
        return shown if self.treasury else shown | LOCKED


def _rights(scope: Scope, place: Place) -> Rights:
    code = place.spot.dopa_code
    return Rights(scope.may_change(code), scope.may_name_payees(code))


def _moving(scope: Scope, place: Place) -> dict[str, Any]:
    """What the kiosks of the layer should run and do run."""
    kiosks = kiosks_beneath(scope, place.spot)
    count, settled = settled_of(kiosks)
    # By name first: a database that sorts ten thousand rows carries all of each along.
    first = list(kiosks.order_by("has_it", "pk").values_list("pk", flat=True)[:KIOSKS_SHOWN])
    truths = truths_of(kiosks.filter(pk__in=first).order_by("pk"), timezone.now())
    return {"truths": truths, "kiosks": count, "settled": settled}


def _begun(request: HttpRequest) -> list[str]:
    """Fees and payees that are being filled in for the first time: asked for by address, or sent with the form."""
    sent = {".".join(name.split(".")[:2]) for name in request.POST if name.startswith(("fees.", "payees."))}
    asked = {f"fees.{request.GET.get('fee', '')}", f"payees.{request.GET.get('payee', '')}"}
    return [each for each in sorted(sent | asked) if _ENTRY.fullmatch(each)][: 2 * FEES_MAX]


_ENTRY = re.compile(rf"(fees|payees)\.{SLUG_PATTERN}")


def _form(place: Place, latest: SettingsRevision | None, request: HttpRequest, rights: Rights) -> SettingsForm:
    own = latest.document if latest else {}
    begun = [each for each in _begun(request) if each.partition(".")[0] not in rights.locked]
    return SettingsForm(place.layer, documents_beneath(place.spot), own, begun=begun, locked=rights.locked)


WRONG_FIELDS = gettext_lazy("มีค่าที่ต้องแก้ก่อน ดูที่ช่องสีแดง")
NO_REASON = gettext_lazy("บอกเหตุผลสั้น ๆ ก่อนปล่อย คนถัดไปจะได้รู้")
NO_TIME = gettext_lazy("เวลาที่มีผลอ่านไม่ได้ เลือกวันและเวลาใหม่")


def _publish(
    request: HttpRequest, place: Place, form: SettingsForm, latest: SettingsRevision | None
) -> tuple[tuple[str, ...], str]:
    """Put what was typed into force, or plan it; the sentences when that cannot be, or where it is to be seen."""
    document = form.read(request.POST)
    reason, base = request.POST.get("reason", "").strip(), request.POST.get("base", "0")
    base_no = int(base) if base.isascii() and base.isdigit() and len(base) < 10 else -1
    if document is None and not is_overtaken(latest, base_no):
        return ((str(WRONG_FIELDS),) if reason else (str(WRONG_FIELDS), str(NO_REASON))), ""
    try:
        at = _time(request.POST.get("at", ""))
    except ValueError:
        return (str(NO_TIME),), ""
    rights = _rights(scope_of(request.user), place)
    change = Wanted(
        document=document or {}, base=base_no, reason=reason, in_waves=_wants_waves(request, place),
        takes_effect_at=at, as_admin=rights.admin, as_treasury=rights.treasury,
    )  # fmt: skip
    try:
        return (), led_to(place, publish(place.spot, change, _author(request)))
    except PublishError as err:
        return planned_words.publish_refusal(err), ""


def _time(typed: str) -> datetime | None:
    """A time as the browser sends it, in the fleet's zone; None for none. Raises: ValueError."""
    return timezone.make_aware(datetime.fromisoformat(typed[:16])) if typed.strip() else None


def _wants_waves(request: HttpRequest, place: Place) -> bool:
    """Whether the change is to reach kiosks a wave at a time; an office's few have it at once."""
    return "waves" in request.POST and place.layer in IN_WAVES


def _author(request: HttpRequest) -> Any:
    return request.user


def _page_words(
    request: HttpRequest, place: Place, form: SettingsForm, latest: SettingsRevision | None
) -> dict[str, Any]:
    """What stands around the form."""
    past = SettingsRevision.objects.select_related("author").filter(layer=place.layer, key=place.key)
    is_whole = request.GET.get("history") == "all"
    revisions = list(past if is_whole else past[: REVISIONS_SHOWN + 1])
    shown = len(revisions) if is_whole else min(len(revisions), REVISIONS_SHOWN)
    scope = scope_of(request.user)
    chain = [place_seen(scope, layer, key) for layer, key in place.spot.above]
    return {
        "place": place,
        "may_waves": place.layer in IN_WAVES,
        "word": settings_words.layer_word(place.layer),
        "bar": _bar([*chain, place]),
        "sections": settings_words.sections(form.fields),
        "form": form,
        "latest": latest,
        "history": [_change(place, revisions, index, form.inherited) for index in range(shown)],
        "has_more": shown < len(revisions),
        "first_back": place.back_address(0) if shown == len(revisions) and latest and latest.stands_for else "",
        "may_undo": latest is not None and latest.stands_for > 0,
        "kept": _kept(request.GET.get("kept", "")),
        "waiting": [line(each, scope, timezone.now()) for each in _waiting(scope, place)],
        "at": request.POST.get("at", ""),
        "reason": request.POST.get("reason", ""),
        "published": request.GET.get("published") == "1",
    }


def _waiting(scope: Scope, place: Place) -> Iterator[PlannedSettings]:
    """What is planned for this layer."""
    rows = planned_seen(scope).filter(layer=place.layer, key=place.key)
    return waiting(rows, timezone.now())


def _kept(said: str) -> str:
    """Why nothing was taken back; empty where nobody asked."""
    if said in {each.value for each in Refusal}:
        return planned_words.publish_refusal(PublishError(Refusal(said)))[0]
    return _("ย้อนไม่ได้ ค่าชุดนั้นไม่ครบสำหรับตู้ หรือไม่มีอะไรให้ย้อนแล้ว") if said else ""


def _bar(chain: list[Place]) -> list[dict[str, Any]]:
    """The four layers; those below this one are still to be chosen."""
    icons = {Layer.NATIONAL: "flag", Layer.PROVINCE: "map-pin", Layer.OFFICE: "building-2", Layer.KIOSK: "monitor"}
    reached = {each.layer: each for each in chain}
    return [
        {
            "icon": icon,
            "word": settings_words.layer_word(each),
            "place": reached.get(each),
            "on": each == chain[-1].layer,
        }
        for each, icon in icons.items()
    ]


def _change(place: Place, revisions: list[SettingsRevision], index: int, beneath: dict[str, Any]) -> dict[str, Any]:
    """One line of the history: which values a revision changed, and how."""
    revision = revisions[index]
    before = revisions[index + 1].document if index + 1 < len(revisions) else {}
    return {
        "revision": revision,
        "changed": changes(before, revision.document, beneath),
        "back": place.back_address(revision.revision) if index else "",
    }
