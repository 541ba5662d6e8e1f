"""`fleet alerts`: what needs a person, without a browser; and the process that sends what waits to be told.

    fleet alerts list [--all]                           the open ones, or the last hundred
    fleet alerts ack 17 --reason "..."                  take one over
    fleet alerts maintenance --kiosk CBI-01 --hours 4 --reason "..."    or --office, --province; --end 3 ends one
    fleet alerts address suda mail suda@example         where an account is told; a webhook's secret is shown once
    fleet alerts send                                   send what waits, then end; conduct starts it

What it is: options in, one line of JSON out. The rules stand in ``fleet.alerts``. What is done here stands in the trail
like what is done on the pages.
"""

from __future__ import annotations

import argparse
import signal
from datetime import timedelta
from typing import TYPE_CHECKING

from fleet.commands.command import AddCommand, CommandError, Said

if TYPE_CHECKING:
    from fleet.alerts.findings import Place
    from fleet.alerts.sending import Carriers

LISTED_MAX = 100


def add(command: AddCommand) -> None:
    """These commands."""
    parser = command("alerts", _alerts, "what needs a person; take over, announce maintenance, send")
    parser.add_argument("deed", choices=["list", "ack", "maintenance", "address", "send"])
    parser.add_argument("words", nargs="*", help="ack: the number; address: account, channel and address")
    parser.add_argument("--all", action="store_true", help="list: closed ones, too")
    parser.add_argument("--reason", default="", help="for those who read the history")
    where = parser.add_argument_group("maintenance")
    where.add_argument("--kiosk", default="")
    where.add_argument("--office", default="")
    where.add_argument("--province", type=int, help="DOPA code")
    where.add_argument("--hours", type=float, default=4.0, help="until it ends by itself (default: 4)")
    where.add_argument("--end", type=int, help="number of a maintenance to end now")


def _alerts(arguments: argparse.Namespace) -> Said:
    match arguments.deed:
        case "list":
            return _list(everything=arguments.all)
        case "ack":
            return _ack(arguments)
        case "maintenance":
            return _maintenance(arguments)
        case "address":
            return _address(arguments)
    return _send()


def _list(*, everything: bool) -> Said:
    from fleet.alerts import words
    from fleet.alerts.models import Alert

    rows = Alert.objects.all() if everything else Alert.objects.filter(closed_at__isnull=True)
    return [
        {
            "number": str(each.pk),
            "rule": each.rule,
            "where": each.place.name,
            "says": words.sentence(each.rule, each.part, each.facts).en,
            "opened_at": each.opened_at.isoformat(),
            "state": "closed" if each.closed_at else "acked" if each.acked_at else "open",
        }
        for each in rows[:LISTED_MAX]
    ]


def _write_down(word: str, about: str, dopa_code: int | None, **said: str) -> None:
    """A line of the trail; in the transaction of what was done."""
    from fleet.audit.models import Kind
    from fleet.audit.trail import Act, Doer, write

    write(Doer(None, "fleet alerts"), Act(Kind.DID, f"fleet alerts {word}", about, dopa_code, said))


def _ack(arguments: argparse.Namespace) -> Said:
    from django.db import transaction

    from fleet.alerts.deeds import DeedError, acknowledge
    from fleet.alerts.models import Alert

    number = arguments.words[0] if arguments.words else ""
    try:
        with transaction.atomic():
            alert = acknowledge(int(number) if number.isdecimal() else 0, None, arguments.reason)
            _write_down("ack", str(alert.pk), alert.dopa_code, reason=alert.acked_why)
    except Alert.DoesNotExist:
        raise CommandError(f"there is no alert {number or '(name one)'}; see `fleet alerts list`") from None
    except DeedError as err:
        raise CommandError(f"refused, nothing has changed: {err}") from err
    return {"number": alert.pk, "state": "acked"}


def _maintenance(arguments: argparse.Namespace) -> Said:
    from django.db import transaction
    from django.utils import timezone

    from fleet.alerts.deeds import MAINTENANCE_MAX, DeedError, begin_maintenance, end_maintenance
    from fleet.alerts.models import Maintenance

    if arguments.end is not None:
        found = Maintenance.objects.filter(pk=arguments.end).first()
        with transaction.atomic():
            if found is None or not end_maintenance(found, None):
                raise CommandError(f"no maintenance {arguments.end} is under way")
            _write_down("maintenance", found.place.name, found.dopa_code, deed="end")
        return {"number": found.pk, "ended": True}
    if not 0 < arguments.hours <= MAINTENANCE_MAX / timedelta(hours=1):  # nor is "nan" or "inf" a time
        raise CommandError(f"--hours: more than 0, and {MAINTENANCE_MAX.days * 24} at most")
    now = timezone.now()
    try:
        with transaction.atomic():
            begun = begin_maintenance(
                _place(arguments), now, now + timedelta(hours=arguments.hours), None, arguments.reason
            )
            until = begun.ends_at.isoformat(timespec="seconds")
            _write_down("maintenance", begun.place.name, begun.dopa_code, reason=begun.reason, until=until)
    except DeedError as err:
        raise CommandError(f"refused, nothing has changed: {err}") from err
    return {"number": begun.pk, "where": begun.place.name, "ends_at": begun.ends_at.isoformat()}


def _place(arguments: argparse.Namespace) -> Place:
    from fleet.alerts.findings import Place
    from fleet.devices.models import Kiosk
    from fleet.office.models import Office, Province

    if [bool(arguments.kiosk), bool(arguments.office), arguments.province is not None].count(True) != 1:
        raise CommandError("name one: --kiosk, --office or --province")
    if arguments.kiosk and (kiosk := Kiosk.objects.select_related("office").filter(pk=arguments.kiosk).first()):
        return Place(kiosk.office.province_id, kiosk.office_id, kiosk.pk)
    if arguments.office and (office := Office.objects.filter(pk=arguments.office).first()):
        return Place(office.province_id, office.pk)
    if arguments.province and Province.objects.filter(pk=arguments.province).exists():
        return Place(arguments.province)
    raise CommandError("name a kiosk, an office or a province that is there: --kiosk, --office, --province")


def _address(arguments: argparse.Namespace) -> Said:
    from django.contrib.auth.models import User
    from django.db import transaction

    from fleet.alerts.deeds import DeedError, add_address
    from fleet.alerts.models import Channel

    if len(arguments.words) != 3 or arguments.words[1] not in Channel.values:
        raise CommandError(f"say account, channel ({', '.join(Channel.values)}) and address")
    name, channel, address = arguments.words
    person = User.objects.filter(username=name).first()
    if person is None:
        raise CommandError(f"there is no account {name}")
    try:
        with transaction.atomic():
            added = add_address(person, Channel(channel), address)
            _write_down("address", name, None, channel=channel)  # not the address: it is somebody's own
    except DeedError as err:
        raise CommandError(f"refused, nothing has changed: {err}") from err
    return {"account": name, "channel": channel, **({"secret": added.secret} if added.secret else {})}


def _send() -> Said:
    from django.utils import timezone

    from fleet.alerts import sending

    asked: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _frame: asked.append(received))
    return {"tries": sending.send_all(_carriers(), timezone.now, lambda: bool(asked))}


def _carriers() -> Carriers:
    """The carriers, as the environment names them; the pages' address is what kiosks print unless it is said."""
    from django.conf import settings

    from fleet.alerts.sending import Carriers
    from fleet.devices.desired import latest_document

    named = {"mail": settings.ALERTS_MAIL, "line": settings.ALERTS_LINE}
    nation = latest_document("national", "")
    printed = str(nation.document.get("tracking_address", "")) if nation else ""
    return Carriers(
        {channel: address for channel, address in named.items() if address}, settings.PAGES_ADDRESS or printed
    )
