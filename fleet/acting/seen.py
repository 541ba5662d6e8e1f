"""Which rows exist for an account. Every query of the pages and of the REST interface starts here.

What an account may not see does not exist for it. Who that is, ``fleet.people.scope`` decides; here stands only where
a row's province is written.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from fleet.devices.models import Kiosk
from fleet.office.cases.models import Case, Permit
from fleet.office.channels.models import Registration, Ticket
from fleet.office.holidays.keeping import in_force
from fleet.office.holidays.models import Holiday
from fleet.office.models import Factory, Folder, Notice, Office, Province
from fleet.office.register.models import Run
from fleet.payments.matching import Match
from fleet.payments.models import Confirmation, Intent
from fleet.people.scope import Scope
from fleet.rollouts.models import Member, Rollout


def kiosks_seen(scope: Scope) -> QuerySet[Kiosk]:
    """The kiosks that exist for this account, with all that ``truth_of`` looks at."""
    kiosks = Kiosk.objects.select_related("state", "office__province")
    return scope.within(kiosks, "office__province_id")


def offices_seen(scope: Scope) -> QuerySet[Office]:
    """The offices that exist for this account."""
    return scope.within(Office.objects.select_related("province"), "province_id").order_by("province_id", "pk")


def offices_to_install_in(scope: Scope) -> QuerySet[Office]:
    """The offices in which this account may let a kiosk in."""
    return scope.installs.of(Office.objects.select_related("province"), "province_id").order_by("province_id", "pk")


def offices_served(scope: Scope) -> QuerySet[Office]:
    """The offices whose own work this account does."""
    return scope.served(Office.objects.select_related("province"), "province_id").order_by("province_id", "pk")


def offices_of_fees(scope: Scope) -> QuerySet[Office]:
    """Those of them that look after factories, so that yearly fees are owed there."""
    return offices_served(scope).filter(Exists(Factory.objects.filter(office=OuterRef("pk"))))


def provinces_seen(scope: Scope) -> QuerySet[Province]:
    """The provinces that exist for this account."""
    return scope.within(Province.objects.all(), "dopa_code")


def intents_seen(scope: Scope) -> QuerySet[Intent]:
    """Payments shown on kiosks of the offices whose money this account looks after."""
    intents = Intent.objects.select_related("kiosk__office", "notice__factory")
    return scope.settled(intents, "kiosk__office__province_id")


def intents_waiting(scope: Scope) -> QuerySet[Intent]:
    """Those of them that nothing has paid, as far as no person had to decide."""
    unpaid = intents_seen(scope).filter(notice__paid_at__isnull=True)
    return unpaid.exclude(notice=None, confirmations__match=Match.EXACT)


def confirmations_seen(scope: Scope) -> QuerySet[Confirmation]:
    """Confirmations for offices whose money this account looks after; those that name nobody's are the nation's."""
    return scope.settled(Confirmation.objects.select_related("office"), "office__province_id")


def rollouts_seen(scope: Scope) -> QuerySet[Rollout]:
    """The roll-outs that exist for this account: its provinces' own, and those their kiosks are in."""
    rollouts = Rollout.objects.select_related("firmware", "author", "staged")
    if scope.sees.nation:
        return rollouts
    in_them = members_seen(scope).values("rollout_id")
    return rollouts.filter(province__in=scope.sees.provinces) | rollouts.filter(pk__in=in_them)


def members_seen(scope: Scope) -> QuerySet[Member]:
    """The kiosks in roll-outs that exist for this account."""
    return scope.within(Member.objects.select_related("kiosk__office"), "kiosk__office__province_id")


def factories_served(scope: Scope) -> QuerySet[Factory]:
    """The factories of the offices this account serves in."""
    return scope.served(Factory.objects.select_related("office__province", "company"), "office__province_id")


def notices_served(scope: Scope) -> QuerySet[Notice]:
    """Their notices to pay."""
    return scope.served(Notice.objects.select_related("factory__office"), "factory__office__province_id")


def folders_served(scope: Scope) -> QuerySet[Folder]:
    """Their paper folders.

    Provinces are fetched apart: joined, SQLite begins with them, and sorts every folder of the nation for a page's.
    """
    rows = Folder.objects.select_related("factory__office").order_by("pk")
    rows = rows.prefetch_related("factory__office__province")
    return scope.served(rows, "factory__office__province_id")


def cases_served(scope: Scope) -> QuerySet[Case]:
    """The cases of the offices this account serves in."""
    rows = Case.objects.select_related("office", "factory").prefetch_related("steps")
    return scope.served(rows, "office__province_id")


def permits_served(scope: Scope) -> QuerySet[Permit]:
    """Permits of the factories of the offices this account serves in."""
    return scope.served(Permit.objects.select_related("factory__office"), "factory__office__province_id")


def tickets_served(scope: Scope) -> QuerySet[Ticket]:
    """What people told the offices this account serves in: that is not for technicians."""
    return scope.served(Ticket.objects.select_related("channel", "office__province"), "office__province_id")


def registrations_served(scope: Scope) -> QuerySet[Registration]:
    """Who asked these offices to be registered: masked, for nobody here can open it."""
    return scope.served(Registration.objects.select_related("office"), "office__province_id")


def register_runs_served(scope: Scope) -> QuerySet[Run]:
    """The imports of offices in which this account serves; the nation's are for those who see all."""
    return scope.served(Run.objects.select_related("office__province"), "office__province_id")


def holidays_seen(scope: Scope) -> QuerySet[Holiday]:
    """The nation's days off, and those of the provinces this account sees."""
    rows = in_force().select_related("province", "added_by")
    if scope.sees.nation:
        return rows
    return rows.filter(Q(province__isnull=True) | Q(province_id__in=scope.sees.provinces))
