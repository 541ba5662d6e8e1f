"""Every PC/SC error code is one of our errors, and says which."""

from __future__ import annotations

import pytest
from smartcard import scard

from drivers.card.scard_errors import ERROR_TABLE, typed_error
from drivers.errors import DeviceAbsentError, DeviceFaultError, DeviceProtocolError, DeviceTimeoutError, Fault

EVERY_CODE = {
    getattr(scard, name): name
    for name in dir(scard)
    if name.startswith(("SCARD_E_", "SCARD_F_", "SCARD_W_", "SCARD_P_"))
}


def test_the_table_has_a_row_for_every_code_pyscard_knows_and_no_other() -> None:
    assert len(EVERY_CODE) > 50, "pyscard renamed its constants: this test looks at nothing"
    assert set(ERROR_TABLE) == set(EVERY_CODE)


@pytest.mark.parametrize("code", EVERY_CODE, ids=EVERY_CODE.get)
def test_every_code_becomes_the_error_of_its_row(code: int) -> None:
    kind, meaning = ERROR_TABLE[code]
    err = typed_error("card", code)
    assert type(err) is kind
    if kind is not DeviceFaultError:
        assert meaning in err.detail
        assert f"{code:08X}" in err.detail


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (0x8010001D, DeviceAbsentError),  # no service: pcscd does not run
        (0x8010001E, DeviceAbsentError),  # service stopped
        (0x80100013, DeviceAbsentError),  # what a wait gets when pcscd dies under it (tried)
        (0x8010006A, DeviceAbsentError),  # the same, a moment earlier (tried)
        (0x80100009, DeviceAbsentError),  # unknown reader
        (0x80100017, DeviceAbsentError),  # reader unavailable
        (0x8010002E, DeviceAbsentError),  # no readers
        (0x8010000C, DeviceAbsentError),  # no card
        (0x80100069, DeviceAbsentError),  # removed
        (0x80100067, DeviceFaultError),  # upside down (tried)
        (0x80100066, DeviceFaultError),
        (0x8010000F, DeviceProtocolError),  # garbage answer to reset (tried)
        (0x80100016, DeviceProtocolError),  # pulled in the middle (tried)
        (0x8010000A, DeviceTimeoutError),
    ],
)
def test_the_codes_that_happen_mean_what_the_caller_must_do(code: int, kind: type[Exception]) -> None:
    assert type(typed_error("card", code)) is kind


def test_a_mute_card_is_a_fault_a_human_clears() -> None:
    err = typed_error("card", scard.SCARD_W_UNPOWERED_CARD)
    assert isinstance(err, DeviceFaultError)
    assert err.fault is Fault.CARD_MUTE


@pytest.mark.parametrize("code", [0x801000FF, -1, 5])
def test_a_code_nobody_knows_is_a_protocol_error_that_names_it(code: int) -> None:
    err = typed_error("card", code)
    assert type(err) is DeviceProtocolError
    assert f"{code & 0xFFFFFFFF:08X}" in err.detail


def test_a_code_is_the_same_error_signed_and_unsigned() -> None:
    assert type(typed_error("card", 0x80100069 - (1 << 32))) is DeviceAbsentError


@pytest.mark.parametrize("code", [scard.SCARD_W_SECURITY_VIOLATION, scard.SCARD_E_NO_ACCESS])
def test_the_refusal_of_polkit_is_named(code: int) -> None:
    err = typed_error("card", code)
    assert isinstance(err, DeviceAbsentError)
    assert "refuses this user" in err.detail
