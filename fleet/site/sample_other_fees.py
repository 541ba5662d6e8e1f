"""Three sample fees of other offices (ตัวอย่าง), as settings define them: one typed, one fixed, one scanned only.

Their payees are made up and share the sample biller id, which is nobody's. A real office's fees, references and billers
are its own to say; none stands in this program.
"""

from __future__ import annotations

from typing import Any


def sample_payees(biller_id: str) -> dict[str, Any]:
    """Who is paid: two made-up offices."""
    return {
        "sample-town": {"name": {"th": "เทศบาลตัวอย่าง", "en": "Sample municipality"}, "biller_id": biller_id},
        "sample-institute": {"name": {"th": "สถาบันตัวอย่าง", "en": "Sample institute"}, "biller_id": biller_id},
    }


def sample_fees() -> dict[str, Any]:
    """The fees, by their codes."""
    return {
        "sample-signboard": {
            "name": {"th": "ภาษีป้าย (ตัวอย่าง)", "en": "Signboard tax (sample)"},
            "payee": "sample-town",
            "reference": {
                "shape": "SB########",
                "check": "luhn",
                "where": {"th": "เลขอ้างอิง 1 ใต้แถบรหัส", "en": "Reference 1, under the barcode"},
            },
            "position": 1,
        },
        "sample-waste": {
            "name": {"th": "ค่าเก็บขยะ (ตัวอย่าง)", "en": "Waste fee (sample)"},
            "payee": "sample-town",
            "reference": {"shape": "WF######"},
            "amount": {"by": "fixed", "fixed_satang": 24_000},
            "icon": "house",
            "position": 2,
        },
        "sample-certificate": {
            "name": {"th": "ใบรับรองผลิตภัณฑ์ (ตัวอย่าง)", "en": "Product certificate (sample)"},
            "payee": "sample-institute",
            "reference": {"shape": "PC#######*", "check": "mod-37-36"},
            "amount": {"by": "code"},
            "icon": "badge-check",
            "position": 3,
        },
    }
