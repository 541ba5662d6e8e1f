"""Which of our errors a PC/SC error code is. A table, and nothing else.

The codes are those of pcsc-lite's ``pcsclite.h`` and Windows' ``winerror.h``; a test compares the table with every
code that pyscard knows. Rules: no service and no reader are an absent *device*; no card is an absent *card* (the same
error, as the port says); what only a reopened context can cure is a protocol error; a code nobody knows is one too.
"""

from __future__ import annotations

from smartcard import scard

from drivers.errors import (
    DeviceAbsentError,
    DeviceFaultError,
    DeviceProtocolError,
    DeviceTimeoutError,
    DriverError,
    Fault,
)

_ABSENT = DeviceAbsentError
_TIMEOUT = DeviceTimeoutError
_PROTOCOL = DeviceProtocolError
_MUTE = DeviceFaultError

ERROR_TABLE: dict[int, tuple[type[DriverError], str]] = {
    # The service. One that stops under a client is reported in half a dozen ways, depending on the moment; the last
    # two are also what a client gets whom polkit does not let in.
    scard.SCARD_E_NO_SERVICE: (_ABSENT, "the smart card service (pcscd) is not running"),
    scard.SCARD_E_SERVICE_STOPPED: (_ABSENT, "the smart card service (pcscd) has stopped"),
    scard.SCARD_P_SHUTDOWN: (_ABSENT, "the smart card service (pcscd) is shutting down"),
    scard.SCARD_E_SYSTEM_CANCELLED: (_ABSENT, "the smart card service (pcscd) is shutting down"),
    scard.SCARD_F_COMM_ERROR: (_ABSENT, "the connection to the smart card service (pcscd) broke"),
    scard.SCARD_E_INVALID_HANDLE: (_ABSENT, "the smart card service (pcscd) no longer knows this connection"),
    scard.SCARD_W_SECURITY_VIOLATION: (_ABSENT, "the smart card service (pcscd) hung up, or refuses this user"),
    scard.SCARD_E_NO_ACCESS: (_ABSENT, "the smart card service (pcscd) refuses this user"),
    scard.SCARD_E_SERVER_TOO_BUSY: (_TIMEOUT, "the smart card service (pcscd) is too busy"),
    # The reader.
    scard.SCARD_E_NO_READERS_AVAILABLE: (_ABSENT, "no card reader is plugged in"),
    scard.SCARD_E_UNKNOWN_READER: (_ABSENT, "the card reader is gone"),
    scard.SCARD_E_READER_UNAVAILABLE: (_ABSENT, "the card reader is gone"),
    scard.SCARD_E_READER_UNSUPPORTED: (_PROTOCOL, "the card reader is of a kind the service cannot drive"),
    scard.SCARD_E_DUPLICATE_READER: (_PROTOCOL, "the service has two card readers of one name"),
    scard.SCARD_E_PCI_TOO_SMALL: (_PROTOCOL, "the reader's protocol record is too small"),
    scard.SCARD_E_NOT_READY: (_TIMEOUT, "the card reader is not ready"),
    scard.SCARD_E_TIMEOUT: (_TIMEOUT, "the card reader did not answer in time"),
    scard.SCARD_F_WAITED_TOO_LONG: (_TIMEOUT, "the card reader did not answer in time"),
    # The card.
    scard.SCARD_E_NO_SMARTCARD: (_ABSENT, "there is no card in the reader"),
    scard.SCARD_W_REMOVED_CARD: (_ABSENT, "the card was taken out"),
    scard.SCARD_W_UNRESPONSIVE_CARD: (_MUTE, "the card does not answer"),
    scard.SCARD_W_UNPOWERED_CARD: (_MUTE, "the card cannot be powered"),
    scard.SCARD_W_RESET_CARD: (_PROTOCOL, "the card was reset by another program"),
    scard.SCARD_E_NOT_TRANSACTED: (_PROTOCOL, "the exchange with the card broke off"),
    scard.SCARD_E_COMM_DATA_LOST: (_PROTOCOL, "the exchange with the card lost data"),
    scard.SCARD_E_PROTO_MISMATCH: (_PROTOCOL, "the card speaks a protocol the reader does not"),
    scard.SCARD_E_SHARING_VIOLATION: (_TIMEOUT, "another program holds the card for itself"),
    scard.SCARD_W_UNSUPPORTED_CARD: (_PROTOCOL, "the reader cannot use this card"),
    scard.SCARD_E_CARD_UNSUPPORTED: (_PROTOCOL, "the card lacks what the service asks of it"),
    scard.SCARD_E_UNKNOWN_CARD: (_PROTOCOL, "the service does not know the card"),
    scard.SCARD_E_INVALID_ATR: (_PROTOCOL, "the card's answer to reset is nonsense"),
    # We would have to be wrong ourselves, or the service: reopening is the only cure there is.
    scard.SCARD_E_CANCELLED: (_PROTOCOL, "the wait was cancelled"),
    scard.SCARD_W_CANCELLED_BY_USER: (_PROTOCOL, "somebody cancelled"),
    scard.SCARD_F_INTERNAL_ERROR: (_PROTOCOL, "the service found an error in itself"),
    scard.SCARD_F_UNKNOWN_ERROR: (_PROTOCOL, "the service found an error it has no name for"),
    # pcsc-lite gives SCARD_E_UNSUPPORTED_FEATURE the same number.
    scard.SCARD_E_UNEXPECTED: (_PROTOCOL, "the service met what it did not expect, or cannot do this"),
    scard.SCARD_E_INSUFFICIENT_BUFFER: (_PROTOCOL, "an answer was longer than its buffer"),
    scard.SCARD_E_INVALID_PARAMETER: (_PROTOCOL, "a parameter was refused"),
    scard.SCARD_E_INVALID_TARGET: (_PROTOCOL, "the service's configuration is broken"),
    scard.SCARD_E_INVALID_VALUE: (_PROTOCOL, "a value was refused"),
    scard.SCARD_E_NO_MEMORY: (_PROTOCOL, "the service has no memory left"),
    scard.SCARD_E_UNKNOWN_RES_MNG: (_PROTOCOL, "the service does not know the error"),
    scard.SCARD_E_CANT_DISPOSE: (_PROTOCOL, "the service could not let go of the card"),
    # Files, keys and PINs of cards: functions we never call. Listed so that a surprise still has its name.
    scard.SCARD_E_ICC_INSTALLATION: (_PROTOCOL, "no primary provider for the card"),
    scard.SCARD_E_ICC_CREATEORDER: (_PROTOCOL, "the card's objects were made in the wrong order"),
    scard.SCARD_E_DIR_NOT_FOUND: (_PROTOCOL, "a directory on the card was not found"),
    scard.SCARD_E_FILE_NOT_FOUND: (_PROTOCOL, "a file on the card was not found"),
    scard.SCARD_E_NO_DIR: (_PROTOCOL, "the path is no directory of the card"),
    scard.SCARD_E_NO_FILE: (_PROTOCOL, "the path is no file of the card"),
    scard.SCARD_E_BAD_SEEK: (_PROTOCOL, "a position in the card's file was refused"),
    scard.SCARD_E_WRITE_TOO_MANY: (_PROTOCOL, "the card has no room"),
    scard.SCARD_E_INVALID_CHV: (_PROTOCOL, "a PIN was refused"),
    scard.SCARD_E_NO_SUCH_CERTIFICATE: (_PROTOCOL, "a certificate does not exist"),
    scard.SCARD_E_CERTIFICATE_UNAVAILABLE: (_PROTOCOL, "a certificate cannot be had"),
    scard.SCARD_E_NO_KEY_CONTAINER: (_PROTOCOL, "a key container does not exist"),
    scard.SCARD_W_WRONG_CHV: (_PROTOCOL, "a PIN was wrong"),
    scard.SCARD_W_CHV_BLOCKED: (_PROTOCOL, "a PIN is blocked"),
    scard.SCARD_W_EOF: (_PROTOCOL, "the end of the card's file was reached"),
    scard.SCARD_W_CARD_NOT_AUTHENTICATED: (_PROTOCOL, "no PIN was given to the card"),
}


def typed_error(device: str, code: int) -> DriverError:
    """The error to raise for PC/SC's ``code``, which names the code so that a technician can look it up."""
    kind, meaning = ERROR_TABLE.get(code & 0xFFFFFFFF, (_PROTOCOL, "an error nobody has named"))
    if kind is DeviceFaultError:
        return DeviceFaultError(device, Fault.CARD_MUTE)
    return kind(device, f"{meaning} (0x{code & 0xFFFFFFFF:08X})")
