"""`fleet token`: tokens of people, for programs, without a browser.

fleet token make NAME --person suda --right kiosks:read --days 90      the text stands in the answer, and only there
fleet token list [--person suda]
fleet token end sala_AbCdEfG                                           by the beginning that `list` shows
"""

from __future__ import annotations

import argparse
from datetime import timedelta

from fleet.commands.command import AddCommand, CommandError, Said


def add(command: AddCommand) -> None:
    """This command."""
    token = command("token", _token, "tokens of people, for programs: make, list, end")
    what = token.add_subparsers(dest="what", required=True)
    make = what.add_parser("make", help="make one; its text is shown once")
    make.add_argument("name", help="of the program that will use it")
    make.add_argument("--person", required=True, help="account it stands for")
    make.add_argument("--right", action="append", required=True, help="as kiosks:read or cases:change; again for more")
    make.add_argument("--province", type=int, action="append", help="DOPA code it is narrowed to; again for more")
    make.add_argument("--days", type=int, default=90, help="how long it holds, at most 366 (default: 90)")
    what.add_parser("list", help="all that hold").add_argument("--person", default="")
    what.add_parser("end", help="take one back").add_argument("start", help="the beginning of its text")


def _token(arguments: argparse.Namespace) -> Said:
    return {"make": _make, "list": _list, "end": _end}[arguments.what](arguments)


def _make(arguments: argparse.Namespace) -> Said:
    from django.contrib.auth.models import User

    from fleet.audit.models import Kind
    from fleet.audit.trail import Act, Doer, write
    from fleet.people.tokens.keeping import TokenError, Wanted, make

    person = User.objects.filter(username=arguments.person, is_active=True).first()
    if person is None:
        raise CommandError(f"there is no account {arguments.person!r}")
    wanted = Wanted(
        name=arguments.name, rights=arguments.right, life=timedelta(days=arguments.days), provinces=arguments.province
    )
    try:
        made = make(person, wanted)
    except TokenError as err:
        raise CommandError(f"no token: {err.refusal.value}") from None
    write(
        Doer(None, "fleet token"), Act(Kind.DID, "fleet token make", made.token.start, said={"person": person.username})
    )
    return {"token": made.secret, "expires_at": made.token.expires_at.isoformat(), "rights": made.token.rights}


def _list(arguments: argparse.Namespace) -> Said:
    from django.utils import timezone

    from fleet.people.tokens.keeping import in_force

    rows = in_force(timezone.now()).select_related("person")
    if arguments.person:
        rows = rows.filter(person__username=arguments.person)
    return [
        {
            "start": each.start,
            "person": each.person.get_username(),
            "name": each.name,
            "rights": " ".join(each.rights),
            "expires_at": each.expires_at.isoformat(),
            "last_used_at": each.last_used_at.isoformat() if each.last_used_at else "",
        }
        for each in rows
    ]


def _end(arguments: argparse.Namespace) -> Said:
    from django.utils import timezone

    from fleet.audit.models import Kind
    from fleet.audit.trail import Act, Doer, write
    from fleet.people.tokens.keeping import end, in_force

    found = list(in_force(timezone.now()).filter(start=arguments.start[:12]))
    if len(found) != 1:
        raise CommandError(f"{len(found)} tokens that hold begin with {arguments.start[:12]!r}")
    end(found[0], "fleet token")
    write(Doer(None, "fleet token"), Act(Kind.DID, "fleet token end", found[0].start))
    return {"ended": found[0].start}
