"""`fleet user`: accounts of people. Passwords come from the environment: command lines are read by everybody."""

from __future__ import annotations

import argparse
import os

from fleet.commands.command import AddCommand, CommandError, Needs, Said

ROLES = ("technician", "officer", "provincial-admin", "national-admin", "treasury-officer", "auditor")
"""As ``fleet.people.models.Role``, which needs Django."""

PASSWORD_CHARACTERS_MIN = 10
"""As ``fleet.site.settings`` asks for on the pages."""


def add(command: AddCommand) -> None:
    """These commands."""
    what = "make an account, or change one, whose sessions and tokens end; the password comes from SALA_PASSWORD"
    user = command("user", _user, what, Needs.MIGRATED)
    user.add_argument("name")
    user.add_argument("--role", required=True, choices=ROLES)
    user.add_argument("--province", type=int, help="DOPA code; none is the whole nation")
    user.add_argument("--full-name", default="")

    reset = command(
        "second-factor-reset", _reset, "take an account's second factor away, when no admin is left to do it"
    )
    reset.add_argument("name")
    reset.add_argument("--reason", required=True, help="5 to 200 characters; its person is told")

    command("break-glass", _break_glass, "make the account for the worst day, or its password anew", Needs.MIGRATED)


def _break_glass(_arguments: argparse.Namespace) -> Said:
    from fleet.audit.models import Kind
    from fleet.audit.trail import Act, Doer, write
    from fleet.people import break_glass

    password = break_glass.make()
    write(Doer(None, "fleet break-glass"), Act(Kind.DID, "break-glass", break_glass.NAME))
    return {
        "account": break_glass.NAME,
        "password": password,
        "note": "shown once: print it, seal it, and make it anew after every use",
    }


def _reset(arguments: argparse.Namespace) -> Said:
    from django.contrib.auth.models import User

    from fleet.site.sign_on import furnish

    furnish()  # second factors are django-allauth's, which commands do not carry
    from fleet.acting.people import reset_at_the_machine
    from fleet.audit.models import Kind
    from fleet.audit.trail import Act, Doer, write
    from fleet.people.appointing import AppointError

    user = User.objects.filter(username=arguments.name).first()
    if user is None:
        raise CommandError(f"there is no account {arguments.name!r}")
    try:
        reset_at_the_machine(user, arguments.reason)
    except AppointError as err:
        raise CommandError(f"refused, nothing has changed: {err.refusal.value}") from None
    said = {"reason": arguments.reason}
    write(Doer(None, "fleet second-factor-reset"), Act(Kind.DID, "second-factor-reset", user.username, said=said))
    return {"account": user.username, "note": "its sessions and tokens have ended; it sets up another when it comes in"}


def _user(arguments: argparse.Namespace) -> None:
    from django.contrib.auth.models import User
    from django.db import transaction

    from fleet.audit.models import Kind
    from fleet.audit.trail import Act, Doer, write
    from fleet.people.models import OF_THE_NATION, Membership, Role
    from fleet.people.sessions import shut_out

    password = os.environ.get("SALA_PASSWORD", "")
    if len(password) < PASSWORD_CHARACTERS_MIN:
        raise CommandError(f"put a password of at least {PASSWORD_CHARACTERS_MIN} characters into SALA_PASSWORD")
    if arguments.province is None and arguments.role not in OF_THE_NATION:
        raise CommandError(f"{arguments.role} needs --province")
    if arguments.province is not None and arguments.role == Role.NATIONAL_ADMIN:
        raise CommandError("national-admin is for the nation, and must not have --province")
    with transaction.atomic():
        user, _ = User.objects.get_or_create(username=arguments.name)
        user.first_name = arguments.full_name
        user.set_password(password)
        user.save()
        shut_out(user, Doer(None, "fleet user"))
        Membership.objects.get_or_create(user=user, role=arguments.role, dopa_code=arguments.province)
        said = {"role": arguments.role}
        write(Doer(None, "fleet user"), Act(Kind.DID, "person", user.username, arguments.province, said))
