"""`fleet trust`: whose word counts for accounts and firmware. For people with keys: ``fleet/trust/ceremony.md``.

    fleet trust key somchai --out somchai.key       on a machine without a network: a key, under a passphrase
    fleet trust init --custodian A.pub ...          draft the first version of everything
    fleet trust show | sign DRAFT --key KEY         read a draft; sign it (needs neither fleet nor network)
    fleet trust publish                             what is signed goes out to the kiosks
    fleet trust add payee | customer-key | firmware | settings; withdraw; renew; rotate; verify

What it is: options in, sentences out; the rules stand in ``fleet.trust``. A passphrase is typed, or comes from
SALA_PASSPHRASE; what is to be signed is shown first, on standard error, because it must be read before.
"""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fleet.commands.command import AddCommand, CommandError, Needs, Said, provide
from fleet.protocol.updates import COMPATIBLE

_Act = Callable[[argparse.Namespace], Said]


def add(command: AddCommand) -> None:
    """This command."""
    what = "whose word counts for accounts, firmware and settings: offline keys, signatures, expiry"
    actions = command("trust", _trust, what, Needs.NOTHING).add_subparsers(required=True, metavar="ACTION")

    def action(name: str, act: _Act, what: str) -> argparse.ArgumentParser:
        made = actions.add_parser(name, help=what, description=what)
        made.set_defaults(act=act)
        return made

    key = action("key", _key, "make a key: KEY for its holder's stick, and .pub beside it to hand around")
    key.add_argument("name", help="its holder's: small letters, digits, dot, hyphen")
    key.add_argument("--out", type=Path, required=True, metavar="KEY")
    init = action("init", _init, "draft the first version of everything")
    init.add_argument("--custodian", type=Path, action="append", required=True, metavar="PUB", help="three at least")
    for role in ("firmware", "payees"):
        init.add_argument(f"--{role}", type=Path, action="append", required=True, metavar="PUB", help="two at least")
    init.add_argument(
        "--settings", action="append", default=[], metavar="WHERE=PUB", help="WHERE: national, or a DOPA code"
    )
    _add_saying(action)
    for name, act, said in (
        ("show", _show, "what a draft says, and who has signed it"),
        ("sign", _sign, "read a draft, and sign it"),
    ):
        action(name, act, said).add_argument("draft", type=Path)
    actions.choices["sign"].add_argument("--key", type=Path, required=True)
    action("publish", _publish, "all drafts, when all are signed")
    action("verify", _verify, "how every role stands, and until when; exit 1 when something is wrong")


def _add_saying(action: Callable[[str, _Act, str], argparse.ArgumentParser]) -> None:
    kinds = action("add", _add_nothing, "draft something new").add_subparsers(required=True, metavar="WHAT")
    payee = kinds.add_parser("payee", help="an account money may go to")
    payee.set_defaults(act=_add_payee)
    payee.add_argument("biller_id", help="15 digits, as in the QR")
    payee.add_argument("--th", required=True, help="its Thai name")
    payee.add_argument("--en", required=True, help="its English name")
    payee.add_argument("--other-name", action="append", default=[], metavar="TH=EN", help="of an office that shares it")
    payee.add_argument("--province", type=int, action="append", default=[], help="DOPA code where; default: everywhere")
    payee.add_argument("--sample", action="store_true", help="whatever shows it says ตัวอย่าง")
    customer = kinds.add_parser("customer-key", help="what registrations may be sealed to")
    customer.set_defaults(act=_add_customer_key)
    customer.add_argument("hex")
    firmware = kinds.add_parser("firmware", help="a bundle")
    firmware.set_defaults(act=_add_firmware)
    firmware.add_argument("bundle", type=Path)
    firmware.add_argument("--compatible", default=COMPATIBLE)
    for option in ("version", "manifest-hash"):
        firmware.add_argument(f"--{option}", required=True)
    layers = kinds.add_parser("settings", help="the settings in force, of a role that signs them")
    layers.set_defaults(act=_add_settings)
    layers.add_argument("role", help="settings-national, or settings-<DOPA code>")
    withdraw = action("withdraw", _withdraw, "draft that something is not said any more")
    withdraw.add_argument("role")
    withdraw.add_argument("path", help="as `fleet trust show` has it")
    action("renew", _renew, "draft the same with a new expiry").add_argument("role")
    rotate = action("rotate", _rotate, "draft other keys for a role; a new one for snapshot or timestamp")
    rotate.add_argument("role")
    rotate.add_argument("--add", type=Path, action="append", default=[], metavar="PUB")
    rotate.add_argument("--remove", action="append", default=[], metavar="NAME", help="name or id of a key")
    rotate.add_argument("--threshold", type=int, default=0, help="default: as it is")


def _trust(arguments: argparse.Namespace) -> Said:
    from fleet.trust.keys import KeyFileError
    from fleet.trust.repository import TrustError

    act: _Act = arguments.act
    try:
        return act(arguments)
    except (TrustError, KeyFileError) as err:
        raise CommandError(str(err)) from err
    except OSError as err:
        raise CommandError(f"{err.filename}: {err.strerror}") from err


def _add_nothing(_arguments: argparse.Namespace) -> Said:
    raise CommandError("add what?")


def _repository(arguments: argparse.Namespace) -> Any:
    from fleet.trust.repository import Repository

    return Repository(arguments.data_dir / "trust")


def _now() -> datetime:
    return datetime.now(UTC)


def _publics(paths: Sequence[Path]) -> list[Any]:
    from fleet.trust.keys import read_public

    return [read_public(path) for path in paths]


def _passphrase(prompt: str) -> str:
    return os.environ.get("SALA_PASSPHRASE", "") or getpass.getpass(prompt)


def _drafted(paths: Sequence[Path]) -> Said:
    return {"to_be_signed": [str(path) for path in paths]}


def _key(arguments: argparse.Namespace) -> Said:
    from fleet.trust.keys import make_key

    made = make_key(arguments.name, _passphrase("A passphrase for it: "), arguments.out)
    return {"key": str(arguments.out), "public": str(arguments.out.with_suffix(".pub")), "id": made.tuf.keyid}


def _init(arguments: argparse.Namespace) -> Said:
    from fleet.trust import drafts

    holders = {"firmware": _publics(arguments.firmware), "payees": _publics(arguments.payees)}
    for each in arguments.settings:
        where, found, path = each.partition("=")
        if not found:
            raise CommandError(f"--settings {each}: WHERE=PUB, as 20=somchai.pub, please")
        holders.setdefault(f"settings-{where}", []).extend(_publics([Path(path)]))
    people = drafts.People(_publics(arguments.custodian), holders)
    return _drafted(drafts.begin(_repository(arguments), people, _now()))


def _add_payee(arguments: argparse.Namespace) -> Said:
    from fleet.protocol.trust import PAYEES, SignedPayee, payee_path

    said = {"biller_id": arguments.biller_id, "name": {"th": arguments.th, "en": arguments.en}}
    others = [dict(zip(("th", "en"), each.split("=", 1), strict=False)) for each in arguments.other_name]
    said |= {"other_names": others, "provinces": arguments.province, "sample": arguments.sample}
    return _say(arguments, PAYEES, payee_path(arguments.biller_id), said, SignedPayee)


def _add_customer_key(arguments: argparse.Namespace) -> Said:
    from fleet.protocol.trust import PAYEES, SignedCustomerKey, customer_key_path

    return _say(arguments, PAYEES, customer_key_path(arguments.hex), {"key": arguments.hex}, SignedCustomerKey)


def _say(arguments: argparse.Namespace, role: str, path: str, said: Mapping[str, Any], kind: type) -> Said:
    from fleet.trust import drafts

    return _drafted([drafts.say(_repository(arguments), role, path, _checked(said, kind), _now())])


def _checked(said: Mapping[str, Any], kind: type) -> dict[str, Any]:
    """What is to be signed, as kiosks will read it."""
    import msgspec

    try:
        checked: dict[str, Any] = msgspec.to_builtins(msgspec.convert(said, kind))
    except msgspec.ValidationError as err:
        raise CommandError(str(err)) from err
    return checked


def _add_firmware(arguments: argparse.Namespace) -> Said:
    from fleet.protocol.trust import SignedFirmware
    from fleet.trust import drafts

    said = {name: getattr(arguments, name) for name in ("version", "compatible", "manifest_hash")}
    about = _checked(said, SignedFirmware)
    return _drafted([drafts.add_firmware(_repository(arguments), arguments.bundle, about, _now())])


def _add_settings(arguments: argparse.Namespace) -> Said:
    import msgspec

    from fleet.trust import drafts
    from fleet.trust.roles import is_settings_role

    if not is_settings_role(arguments.role):
        raise CommandError(f"{arguments.role} signs no settings: settings-national, or settings-<DOPA code>")
    provide(Needs.FLEET, arguments.data_dir)
    from fleet.devices.signed_layers import layers_of

    said = {path: msgspec.to_builtins(layer) for path, layer in layers_of(arguments.role).items()}
    return _drafted([drafts.say_only(_repository(arguments), arguments.role, said, _now())])


def _withdraw(arguments: argparse.Namespace) -> Said:
    from fleet.trust import drafts

    return _drafted([drafts.withdraw(_repository(arguments), arguments.role, arguments.path, _now())])


def _renew(arguments: argparse.Namespace) -> Said:
    from fleet.trust import drafts

    return _drafted([drafts.renew(_repository(arguments), arguments.role, _now())])


def _rotate(arguments: argparse.Namespace) -> Said:
    from fleet.trust import drafts

    change = drafts.Change(_publics(arguments.add), arguments.remove, arguments.threshold)
    return _drafted(drafts.rotate(_repository(arguments), arguments.role, change, _now()))


def _show(arguments: argparse.Namespace) -> Said:
    from fleet.trust import drafts, standing

    draft = drafts.read_draft(arguments.draft)
    signed = ", ".join(keyid[:8] for keyid in draft.signatures) or "nobody"
    return f"{standing.in_words(draft, arguments.draft.stem)}\nSigned by: {signed}"


def _sign(arguments: argparse.Namespace) -> Said:
    from fleet.trust import drafts
    from fleet.trust.keys import open_key

    print(_show(arguments), file=sys.stderr)
    signer = open_key(arguments.key, _passphrase("To sign exactly this, the passphrase of your key: "))
    drafts.sign(arguments.draft, signer)
    return {"signed": str(arguments.draft), "by": signer.public_key.keyid[:8]}


def _publish(arguments: argparse.Namespace) -> Said:
    from fleet.trust import publishing

    published = publishing.publish(_repository(arguments), _now())
    return {"published": published, "kiosks_told": sum(_told(arguments, role) for role in published)}


def _told(arguments: argparse.Namespace, role: str) -> int:
    """Kiosks that wait for settings to be signed are told that they are; how many."""
    from fleet.trust.roles import is_settings_role

    if not is_settings_role(role):
        return 0
    provide(Needs.FLEET, arguments.data_dir)
    from fleet.devices.signed_layers import tell_again

    return tell_again(role)


def _verify(arguments: argparse.Namespace) -> Said:
    from fleet.trust import drafts, standing

    repository, now = _repository(arguments), _now()
    found = standing.standings(repository, now)
    roles = {
        each.role: {
            "version": each.version,
            "expires": f"{each.expires:%Y-%m-%dT%H:%MZ}",
            "keys": f"{each.threshold} of {', '.join(each.keys)}",
        }
        | ({"wrong": each.problem} if each.problem else {})
        | ({"soon_over": True} if each.is_soon and not each.problem else {})
        for each in found
    }
    said: dict[str, Any] = {"agrees": not any(each.problem for each in found), "roles": roles}
    return said | {"drafts": drafts.waiting(repository)}
