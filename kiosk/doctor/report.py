"""The doctor's report as a value, and as JSON. Pure; ``screen`` shows it to people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec

from kiosk.doctor.findings import Finding, exit_code
from kiosk.doctor.remedies import REMEDIES


@dataclass(frozen=True, slots=True)
class Report:
    """What was found on one machine. ``is_desk_running`` None: there is no configuration to tell where to look."""

    kiosk_id: str | None
    version: str
    at: datetime
    is_desk_running: bool | None
    findings: tuple[Finding, ...]

    @property
    def exit_code(self) -> int:
        """See ``findings.exit_code``."""
        return exit_code(self.findings)


def as_json(report: Report) -> str:
    """The report for programs: indented, Thai as it is."""
    return msgspec.json.format(msgspec.json.encode(_document(report)), indent=2).decode("utf-8")


def _document(report: Report) -> dict[str, object]:
    return {
        "kiosk_id": report.kiosk_id,
        "version": report.version,
        "at": report.at.isoformat(timespec="seconds"),
        "front_desk_running": report.is_desk_running,
        "healthy": report.exit_code == 0,
        "findings": [_finding(finding) for finding in report.findings],
    }


def _finding(finding: Finding) -> dict[str, object]:
    remedy = None if finding.problem is None else REMEDIES[finding.problem]
    fault, about = finding.last_fault, finding.about
    return {
        "name": finding.name,
        "state": finding.state.value,
        "problem": None if finding.problem is None else finding.problem.value,
        "remedy_th": None if remedy is None else remedy.th,
        "remedy_en": None if remedy is None else remedy.en,
        "model": about.model,
        "firmware": about.firmware,
        "port": about.port,
        "address": finding.address,
        "last_fault": None if fault is None else {"what": fault.what, "at": fault.at},
        "details": finding.details,
    }
