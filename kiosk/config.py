"""The machine configuration: what this one kiosk is made of. A TOML file, written at installation, read once.

Not settings: settings are decided by admins and arrive over the wire; this says which plug is which.

    kiosk_id = "CBI-02"
    data_dir = "/var/lib/sala"        # spool, replica, last good settings: survives
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


class MachineConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One kiosk."""

    kiosk_id: str
    data_dir: str
    run_dir: str
    devices: Devices
    link: Link
    display: DisplayProfile = DisplayProfile()
    paper: PaperRoll = PaperRoll()

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
    """The configuration in ``path``, its file names made absolute.

    Raises: ConfigError with a sentence for the technician.
    """
    try:
        config = msgspec.convert(tomllib.loads(path.read_text("utf-8")), MachineConfig)
    except OSError as err:
        raise ConfigError(f"cannot read {path}: {err.strerror}; give the file with --config") from err
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as err:
        raise ConfigError(f"{path}: {err}") from err
    if not is_kiosk_id(config.kiosk_id):
        raise ConfigError(f"{path}: kiosk_id must be 2 to 11 of A-Z, 0-9 and hyphen")
    at = path.parent.resolve()
    link = msgspec.structs.replace(
        config.link,
        ca_file=str(at / config.link.ca_file),
        certificate_file=str(at / config.link.certificate_file),
        key_file=str(at / config.link.key_file),
    )
    return msgspec.structs.replace(
        config, link=link, data_dir=str(at / config.data_dir), run_dir=str(at / config.run_dir)
    )
