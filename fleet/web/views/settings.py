"""Settings: which layers there are, and one layer's document as a form, with what the kiosks made of it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fleet.acting.settings import (
    IN_WAVES,
    PublishError,
    Refusal,
    Spot,
    Wanted,
    is_overtaken,
    publish,
    spot_of,
    spot_seen,
)
from fleet.devices.desired import SettingsError, kiosks_of, latest_document, put_back, undo
from fleet.devices.models import Kiosk, Layer, SettingsRevision
from fleet.devices.standing import by_settings
from fleet.devices.truth import truths_of
from fleet.people.scope import Scope, scope_of
from fleet.protocol.settings import FEES_MAX
from fleet.protocol.words import SLUG_PATTERN
from fleet.web import settings_words
from fleet.web.access import is_live, kiosks_seen, offices_seen, provinces_seen, signed_in
from fleet.web.live import answer
from fleet.web.settings_changes import Change, changes
from fleet.web.settings_form import MISSING, SettingsForm, leaves, value_at
from fleet.web.settings_problems import rule

REVISIONS_SHOWN = 6

WHOLE_TREE_MAX = 200
"""Kiosks up to which the tree of layers stands open."""

KIOSKS_SHOWN = 24
"""Kiosks beside a form: those that do not yet run what they should first."""


@dataclass(frozen=True, slots=True)
class Place:
    """One layer of one branch, as pages speak of it."""

    spot: Spot
    title: str

    @property
    def layer(self) -> str:
        """As in ``Layer``."""
        return self.spot.layer

    @property
    def key(self) -> str:
        """Of the layer."""
        return self.spot.key

    @property
    def address(self) -> str:
        """Of its page."""
        return _address("layer", self.layer, self.key)

    @property
    def undo_address(self) -> str:
        """Where its last change is taken back."""
        return _address("undo", self.layer, self.key)

    def back_address(self, revision: int) -> str:
        """Where an earlier revision is put back."""
        return _address("back", self.layer, self.key, revision=revision)


def _address(name: str, layer: str, key: str, **more: int) -> str:
    place = {"layer": layer, "key": key} if key else {"layer": layer}
    return reverse(f"web:{name}", kwargs={**place, **more})


def _place(scope: Scope, layer: str, key: str) -> Place:
    """The place a page is about.

    Raises: Http404 when there is none, or none for this account.
    """
    spot = spot_seen(scope, layer, key)
    if spot is None:
        raise Http404
    return _place_of(spot)


def _place_of(spot: Spot) -> Place:
    thing = spot.thing
    if thing is None:
        title = _("ทั้งประเทศ")
    else:
        named = thing.name_en if get_language() == "en" else thing.name_th
        title = f"{thing.pk} {named}" if isinstance(thing, Kiosk) else named
    return Place(spot, title)


@require_safe
@signed_in
def layers(request: HttpRequest) -> HttpResponse:
    """Every layer this account may see, and how much each of them decides.

    Of more kiosks than a person reads, those of one province: ``province``.
    """
    scope = scope_of(request.user)
    kiosks, offices = kiosks_seen(scope), offices_seen(scope).filter(kiosks__isnull=False).distinct()
    counts = Counter(kiosks.order_by().values_list("office__province_id", flat=True))
    is_folded = counts.total() > WHOLE_TREE_MAX
    if is_folded:
        opened = _number(request.GET.get("province", ""))
        kiosks, offices = kiosks.filter(office__province_id=opened), offices.filter(province_id=opened)
    latest = _latest()
    below: defaultdict[int | str, list[Place]] = defaultdict(list)
    for office in offices:
        below[office.province_id].append(_place_of(spot_of(office)))
    for kiosk in kiosks:
        below[kiosk.office_id].append(_place_of(spot_of(kiosk)))
    rows = [_row(_place(scope, Layer.NATIONAL, ""), 0, latest)] if scope.sees else []
    for province in provinces_seen(scope).filter(pk__in=counts):
        rows.append(_row(_place_of(spot_of(province)), 1, latest) | {"folded": is_folded and counts[province.pk]})
        for place in below[province.pk]:
            rows.append(_row(place, 2, latest))
            rows += [_row(each, 3, latest) for each in below[place.key]]
    sees_partners = bool(scope.serves)
    return render(request, "web/settings.html", {"rows": rows, "sees_partners": sees_partners})


def _number(text: str) -> int:
    return int(text[:4]) if text.isascii() and text.isdigit() else 0


def _latest() -> dict[tuple[str, str], SettingsRevision]:
    """The revision in force of every layer that says something."""
    newest = SettingsRevision.objects.order_by().values("layer", "key").annotate(newest=Max("pk")).values("newest")
    return {(each.layer, each.key): each for each in SettingsRevision.objects.filter(pk__in=newest)}


def _row(place: Place, depth: int, latest: Mapping[tuple[str, str], SettingsRevision]) -> dict[str, Any]:
    held = latest.get((place.layer, place.key))
    decided = 0
    if held is not None:
        document = held.document
        decided = sum(value_at(document, leaf.path) is not MISSING for leaf in leaves(document=document))
    word = settings_words.layer_word(place.layer)
    return {"place": place, "depth": depth, "latest": held, "decided": decided, "word": word}


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def layer(request: HttpRequest, layer: str, key: str) -> HttpResponse:
    """One layer: POST publishes what was typed, or shows what is wrong with it."""
    scope = scope_of(request.user)
    place = _place(scope, layer, key)
    moving = _moving(scope, place)
    if is_live(request):
        return answer(request, "settings_layer", moving)
    latest = latest_document(layer, key)
    form = _form(place, latest, _begun(request))
    problems: tuple[str, ...] = ()
    looked: tuple[Change, ...] | None = None
    if request.method == "POST":
        if not scope.may_change(place.spot.dopa_code):
            raise Http404
        if "look" in request.POST:
            looked, problems = _look(request, form, latest)
        else:
            problems = _publish(request, place, form, latest)
            if not problems:
                is_staged = _wants_waves(request, place)
                return HttpResponseRedirect(reverse("web:rollouts") if is_staged else f"{place.address}?published=1")
    context = {
        **moving,
        "looked": looked,
        **_page_words(request, place, form, latest),
        "problems": problems,
        "may_change": scope.may_change(place.spot.dopa_code),
    }
    page = answer(request, "settings_layer", context)
    page.status_code = 422 if problems else 200
    return page


def _moving(scope: Scope, place: Place) -> dict[str, Any]:
    """What the kiosks of the layer should run and do run."""
    kiosks = scope.within(kiosks_of(place.layer, place.key).select_related("state"), "office__province_id")
    kiosks = by_settings(kiosks)
    counts = kiosks.aggregate(all=Count("pk"), settled=Count("pk", filter=Q(has_it=True)))
    # By name first: a database that sorts ten thousand rows carries all of each along.
    first = list(kiosks.order_by("has_it", "pk").values_list("pk", flat=True)[:KIOSKS_SHOWN])
    truths = truths_of(kiosks.filter(pk__in=first).order_by("pk"), timezone.now())
    return {"truths": truths, "kiosks": counts["all"], "settled": counts["settled"]}


def _begun(request: HttpRequest) -> list[str]:
    """Fees that are being filled in for the first time: asked for by address, or sent with the form."""
    sent = {".".join(name.split(".")[:2]) for name in request.POST if name.startswith("fees.")}
    asked = f"fees.{request.GET.get('fee', '')}"
    return [each for each in sorted({*sent, asked}) if _FEE.fullmatch(each)][:FEES_MAX]


_FEE = re.compile(rf"fees\.{SLUG_PATTERN}")


def _form(place: Place, latest: SettingsRevision | None, begun: Sequence[str]) -> SettingsForm:
    beneath = [(layer, latest_document(layer, key)) for layer, key in place.spot.above]
    own = latest.document if latest else {}
    return SettingsForm(place.layer, [(layer, each.document) for layer, each in beneath if each], own, begun=begun)


WRONG_FIELDS = gettext_lazy("มีค่าที่ต้องแก้ก่อน ดูที่ช่องสีแดง")
NO_REASON = gettext_lazy("บอกเหตุผลสั้น ๆ ก่อนปล่อย คนถัดไปจะได้รู้")


def _look(
    request: HttpRequest, form: SettingsForm, latest: SettingsRevision | None
) -> tuple[tuple[Change, ...] | None, tuple[str, ...]]:
    """What publishing would change; nothing is published."""
    document = form.read(request.POST)
    if document is None:
        return None, (str(WRONG_FIELDS),)
    return changes(latest.document if latest else {}, document, form.inherited), ()


def _publish(
    request: HttpRequest, place: Place, form: SettingsForm, latest: SettingsRevision | None
) -> tuple[str, ...]:
    """Put what was typed into force; the sentences for the top of the page when that cannot be."""
    document = form.read(request.POST)
    reason, base = request.POST.get("reason", "").strip(), request.POST.get("base", "0")
    base_no = int(base) if base.isascii() and base.isdigit() and len(base) < 10 else -1
    if document is None and not is_overtaken(latest, base_no):
        return (str(WRONG_FIELDS),) if reason else (str(WRONG_FIELDS), str(NO_REASON))
    change = Wanted(document=document or {}, base=base_no, reason=reason, in_waves=_wants_waves(request, place))
    try:
        publish(place.spot, change, _author(request))
    except PublishError as err:
        return _said(err)
    return ()


def _said(err: PublishError) -> tuple[str, ...]:
    """The sentences of a refusal."""
    if err.refusal is Refusal.DOES_NOT_FIT:
        said = (rule(each) or each for each in err.problems)
        return tuple(_("ตู้ใช้ค่าชุดนี้ไม่ได้ จึงยังไม่ปล่อย: %(problem)s") % {"problem": each} for each in said)
    return (
        {
            Refusal.MEANWHILE: _("มีคนปล่อยฉบับใหม่ไปแล้วระหว่างที่แก้ ตรวจค่าด้านล่างแล้วปล่อยอีกครั้ง"),
            Refusal.NO_REASON: str(NO_REASON),
            Refusal.UNCHANGED: _("ยังไม่มีค่าไหนเปลี่ยน จึงไม่มีอะไรให้ปล่อย"),
            Refusal.NOT_YOURS: _("เงินเข้าบัญชีใด เจ้าหน้าที่การเงินเป็นผู้กำหนด"),
            Refusal.NO_KIOSK: _("ยังไม่มีตู้ให้ปล่อยเป็นระลอก"),
            Refusal.BEING_ROLLED_OUT: _("ชั้นนี้มีการปล่อยเป็นระลอกอยู่ รอให้จบหรือถอยกลับก่อน"),
        }[err.refusal],
    )


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
    chain = [_place(scope, layer, key) for layer, key in place.spot.above]
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
        "kept": request.GET.get("kept") == "1",
        "reason": request.POST.get("reason", ""),
        "published": request.GET.get("published") == "1",
    }


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


@require_POST
@signed_in
def undo_last(request: HttpRequest, layer: str, key: str) -> HttpResponse:
    """Take the last change back that has not been taken back yet."""
    place = _place_to_change(request, layer, key)
    latest = latest_document(layer, key)
    if latest is None:
        raise Http404
    reason = _("ย้อนฉบับ %(revision)s") % {"revision": latest.stands_for}
    return _going_back(place, lambda: undo(layer, key, _author(request), reason))


@require_POST
@signed_in
def back(request: HttpRequest, layer: str, key: str, revision: int) -> HttpResponse:
    """Put an earlier revision into force again; 0 is the layer that says nothing."""
    place = _place_to_change(request, layer, key)
    reason = _("กลับไปใช้ฉบับ %(revision)s") % {"revision": revision} if revision else _("กลับไปตามชั้นบนทั้งหมด")
    return _going_back(place, lambda: put_back(layer, key, revision, _author(request), reason))


def _place_to_change(request: HttpRequest, layer: str, key: str) -> Place:
    scope = scope_of(request.user)
    place = _place(scope, layer, key)
    if not scope.may_change(place.spot.dopa_code):
        raise Http404
    return place


def _going_back(place: Place, go: Callable[[], object]) -> HttpResponse:
    try:
        go()
    except (LookupError, SettingsError):
        return HttpResponseRedirect(f"{place.address}?kept=1")
    return HttpResponseRedirect(f"{place.address}?published=1")
