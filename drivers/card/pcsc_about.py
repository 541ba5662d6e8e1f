"""What a PC/SC reader tells of itself: maker, firmware, where it is plugged in.

Not a health check. The attributes are those of PC/SC part 3, 3.1.4.2; a reader need not answer any of them.
"""

from __future__ import annotations

import re

from smartcard import scard

from drivers.about import About

_INDICES = re.compile(r"( [0-9A-F]{2}){2}$")
"""pcsc-lite's number of the reader and of its slot, at the end of every reader's name."""

_USB_CHANNEL = 0x0020
"""Upper half of the channel id of a reader on USB; Linux's CCID driver puts bus and address into the lower half."""


def about_reader(context: int | None, name: str) -> About:
    """Ask the reader ``name``. One that does not answer, or is gone again, is known by its name alone."""
    code, handle, _ = scard.SCardConnect(context, name, scard.SCARD_SHARE_DIRECT, scard.SCARD_PROTOCOL_UNDEFINED)
    if code != scard.SCARD_S_SUCCESS:
        return About(model=_model(name, ""), port=f"pcsc:{name}")
    try:
        vendor = _attribute(handle, scard.SCARD_ATTR_VENDOR_NAME).rstrip(b"\x00").decode("ascii", errors="replace")
        version = _number(_attribute(handle, scard.SCARD_ATTR_VENDOR_IFD_VERSION))
        channel = _number(_attribute(handle, scard.SCARD_ATTR_CHANNEL_ID))
    finally:
        scard.SCardDisconnect(handle, scard.SCARD_LEAVE_CARD)
    return About(_model(name, vendor), _firmware(version), _port(name, channel))


def _attribute(handle: int, attribute: int) -> bytes:
    code, value = scard.SCardGetAttrib(handle, attribute)
    return bytes(value) if code == scard.SCARD_S_SUCCESS else b""


def _number(value: bytes) -> int | None:
    """A DWORD in the machine's byte order, which on all machines we run on is little endian."""
    return int.from_bytes(value[:4], "little") if len(value) >= 4 else None


def _model(name: str, vendor: str) -> str:
    model = _INDICES.sub("", name)
    return model if not vendor or model.lower().startswith(vendor.lower()) else f"{vendor} {model}"


def _firmware(version: int | None) -> str | None:
    """0xMMmmbbbb: major, minor, build. Major and minor are decimals in hexadecimal, as USB's bcdDevice is, which Linux'
    CCID driver hands on."""
    if not version:
        return None
    build = version & 0xFFFF
    return f"{version >> 24:x}.{version >> 16 & 0xFF:02x}" + (f".{build}" if build else "")


def _port(name: str, channel: int | None) -> str:
    if channel is None or channel >> 16 != _USB_CHANNEL:
        return f"pcsc:{name}"
    return f"/dev/bus/usb/{channel >> 8 & 0xFF:03}/{channel & 0xFF:03}"
