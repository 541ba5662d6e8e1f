"""The machine configuration: what this one kiosk is made of. A TOML file, written at installation, read once.

Not settings: settings are decided by admins and arrive over the wire; this says which plug is which.

    data_dir = "/var/lib/sala"        # spool, replica, last good settings, identity: survives
    run_dir = "/run/sala"             # sockets between the two processes: does not

    [devices]
    card = "pcsc:"
    scanner = "evdev:auto"
    printer = "tcp://127.0.0.1:9100?profile=80mm"
    panel = "gpio:status=17,card=27,paper=22,call=23,tamper=24,buzzer=25,fan=18"   # BCM pins; drivers/panel/README.md
    display = "pygame:kmsdrm?rotation=90"                                          # 0, 90, 180, 270; as it is mounted

    [display]
    profile = "10in"                  # 7in, 10in, 21in_portrait
    night = "20:00-06:00"             # Thai time; while nobody is here then, the screen shines less; left out: never
    night_brightness_percent = 20

    [paper]
    roll_m = 80                       # length of a new roll of paper

    [enrolment]
    fleet = "https://fleet.example"   # where a phone finds the fleet's pages
    serial_file = "/sys/firmware/devicetree/base/serial-number"
    voucher_file = "/boot/firmware/sala.voucher"

    [trust]
    root_file = "/usr/share/sala/trust-root.json"  # the offline roles' root; left out: the one enrolling brings

    [updates]
    installer = ["rauc"]              # what writes the other slot; left out: a machine that has none

    [care]
    reboot_command = ["systemctl", "reboot"]  # what the fleet may ask for; without it, it may not

Who it is and where its fleet listens a kiosk learns by enrolling; what it learned stands in ``data_dir/identity``.
One whose identity was made by hand has it written here instead of ``[enrolment]``:

    kiosk_id = "CBI-02"

    [link]
    broker_host = "fleet.example"
    broker_port = 8883
    fleet_api = "https://fleet.example:8443"
    ca_file = "identity/ca.pem"       # relative paths start at the folder of this file
    certificate_file = "identity/kiosk.pem"
    key_file = "identity/kiosk.key"
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from fleet.protocol.enrolment import Grant
from fleet.protocol.topics import is_kiosk_id


class Devices(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An address for each device, as ``drivers.registry`` reads them."""

    card: str
    scanner: str
    printer: str
    panel: str
    display: str


DISPLAY_SIZES_PX = {"7in": (800, 480), "10in": (1280, 800), "21in_portrait": (1080, 1920)}
"""The display profiles, in pixels."""


_HOUR = "([01][0-9]|2[0-3]):[0-5][0-9]"
_HOURS = f"^({_HOUR}-{_HOUR})?$"


class DisplayProfile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which of the display profiles the panel is, and when it may be dimmed."""

    profile: Literal["7in", "10in", "21in_portrait"] = "10in"
    night: Annotated[str, msgspec.Meta(pattern=_HOURS)] = ""
    night_brightness_percent: Annotated[int, msgspec.Meta(ge=5, le=100)] = 20

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height."""
        return DISPLAY_SIZES_PX[self.profile]


class PaperRoll(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is put into the printer: the length of a new roll, for the forecast. It corrects itself by the sensor."""

    roll_m: Annotated[float, msgspec.Meta(ge=5, le=200)] = 80.0


class Link(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The way to the fleet; both ends prove themselves by certificate (TLS)."""

    broker_host: str
    broker_port: Annotated[int, msgspec.Meta(ge=1, le=65535)]
    fleet_api: Annotated[str, msgspec.Meta(pattern=r"^https://")]
    ca_file: str
    certificate_file: str
    key_file: str


class Enrolment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How this kiosk gets its identity.

    ``ca_file``: whom to trust for the fleet's pages; empty means the system's. ``by_way_of``: another way to the
    fleet than the one it names itself, as (broker host, broker port, HTTPS address): a relay on the site.
    """

    fleet: Annotated[str, msgspec.Meta(pattern=r"^(https://|http://(127\.0\.0\.1|localhost)(:|/|$))")]
    ca_file: str = ""
    serial_file: str = ""
    voucher_file: str = ""
    by_way_of: tuple[str, int, str] | None = None


IDENTITY = "identity"
"""Folder in ``data_dir`` that an enrolled kiosk's identities stand in."""

CURRENT = "current"
"""In it, the name of the one in use: a link, so that key and certificate change together."""

KEY_FILE, CERTIFICATE_FILE, CA_FILE, GRANT_FILE = "kiosk.key", "kiosk.pem", "ca.pem", "grant.json"


class Trust(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose word counts, where enrolling does not say it, or is not to: ``root_file`` goes before what enrolling says.

    ``root_file``: metadata of TUF. ``dopa_code``: of the province; 0 where enrolling says it.
    """

    root_file: str = ""
    dopa_code: Annotated[int, msgspec.Meta(ge=0, le=99)] = 0


class Updates(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How this machine's firmware is updated. ``installer``: the command `rauc`, and what stands before it."""

    installer: tuple[str, ...] = ()


class Care(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the fleet may ask of the machine itself."""

    reboot_command: tuple[str, ...] = ()


NOWHERE = Link(broker_host="", broker_port=0, fleet_api="", ca_file="", certificate_file="", key_file="")
"""The link of a kiosk that is not enrolled."""


class MachineConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One kiosk. ``kiosk_id`` is empty as long as it is not enrolled; then ``link`` leads nowhere."""

    data_dir: str
    run_dir: str
    devices: Devices
    kiosk_id: str = ""
    link: Link = NOWHERE
    enrolment: Enrolment | None = None
    display: DisplayProfile = DisplayProfile()
    care: Care = Care()
    paper: PaperRoll = PaperRoll()
    trust: Trust = Trust()
    updates: Updates = Updates()

    @property
    def is_enrolled(self) -> bool:
        """Whether it knows who it is."""
        return bool(self.kiosk_id)

    @property
    def identity_path(self) -> Path:
        """Where the identities of a kiosk that enrols are."""
        return self.data_path / IDENTITY

    @property
    def data_path(self) -> Path:
        """What must survive: spool, replica, settings."""
        return Path(self.data_dir)

    @property
    def run_path(self) -> Path:
        """Sockets between the processes."""
        return Path(self.run_dir)


class ConfigError(ValueError):
    """The machine configuration cannot be used; the message says which field and why."""


def read_config(path: Path) -> MachineConfig:
    """The configuration in ``path``, its file names made absolute, with the identity this kiosk has by now.

    Raises: ConfigError with a sentence for the technician.
    """
    try:
        config = msgspec.convert(tomllib.loads(path.read_text("utf-8")), MachineConfig)
    except OSError as err:
        raise ConfigError(f"cannot read {path}: {err.strerror}; give the file with --config") from err
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as err:
        raise ConfigError(f"{path}: {err}") from err
    at = path.parent.resolve()
    config = msgspec.structs.replace(config, data_dir=str(at / config.data_dir), run_dir=str(at / config.run_dir))
    if config.trust.root_file:
        trust = msgspec.structs.replace(config.trust, root_file=str(at / config.trust.root_file))
        config = msgspec.structs.replace(config, trust=trust)
    if config.enrolment is not None:
        if config.kiosk_id or config.link != NOWHERE:
            raise ConfigError(f"{path}: kiosk_id and [link] are learned by [enrolment]; write one or the other")
        return with_identity(_to_be_enrolled(config, config.enrolment, at))
    if config.link == NOWHERE:
        raise ConfigError(f"{path}: neither [enrolment] nor [link]: nobody knows who this kiosk is")
    if not is_kiosk_id(config.kiosk_id):
        raise ConfigError(f"{path}: kiosk_id must be 2 to 11 of A-Z, 0-9 and hyphen")
    link = msgspec.structs.replace(
        config.link,
        ca_file=str(at / config.link.ca_file),
        certificate_file=str(at / config.link.certificate_file),
        key_file=str(at / config.link.key_file),
    )
    return msgspec.structs.replace(config, link=link)


def with_identity(config: MachineConfig) -> MachineConfig:
    """``config`` with what its enrolment has brought by now; unchanged as long as there is nothing.

    Raises: ConfigError when there is something that cannot be read.
    """
    path = config.identity_path / CURRENT / GRANT_FILE
    try:
        grant = msgspec.json.decode(path.read_bytes(), type=Grant)
    except FileNotFoundError:
        return config
    except OSError as err:
        raise ConfigError(f"cannot read {path}: {err.strerror}") from err
    except msgspec.DecodeError as err:
        raise ConfigError(f"{path}: {err}; `kiosk enrol --forget`, and enrol this kiosk anew") from err
    if not is_kiosk_id(grant.kiosk_id):
        raise ConfigError(f"{path}: {grant.kiosk_id!r} is no kiosk id")
    host, port, api = grant.broker_host, grant.broker_port, grant.fleet_api
    if config.enrolment is not None and config.enrolment.by_way_of is not None:
        host, port, api = config.enrolment.by_way_of
    link = msgspec.structs.replace(config.link, broker_host=host, broker_port=port, fleet_api=api)
    return msgspec.structs.replace(config, kiosk_id=grant.kiosk_id, link=link)


def _to_be_enrolled(config: MachineConfig, enrolment: Enrolment, at: Path) -> MachineConfig:
    """``config`` of a kiosk that is not enrolled: it knows where its identity will be, and no more."""
    files = {name: getattr(enrolment, name) for name in ("ca_file", "serial_file", "voucher_file")}
    given = {name: str(at / file) for name, file in files.items() if file}
    identity = config.identity_path / CURRENT
    link = msgspec.structs.replace(
        NOWHERE,
        ca_file=str(identity / CA_FILE),
        certificate_file=str(identity / CERTIFICATE_FILE),
        key_file=str(identity / KEY_FILE),
    )
    return msgspec.structs.replace(config, link=link, enrolment=msgspec.structs.replace(enrolment, **given))
