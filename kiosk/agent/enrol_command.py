"""`kiosk enrol`: an identity by hand, for rooms without phones, and the end of one.

    kiosk enrol --csr kiosk.csr         write the signing request of this kiosk's own key; take it to the fleet
    kiosk enrol --install grant.json    install what `fleet enrol --csr` has answered
    kiosk enrol --forget                delete the identity: this kiosk is nobody, and enrols anew with another key

What it is: files in and out. The agent may run meanwhile; it finds what is installed by itself.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from fleet.protocol import enrolment as words
from kiosk.config import ConfigError, MachineConfig


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--csr", type=Path, help="write the signing request of this kiosk's key into this file")
    what.add_argument("--install", type=Path, help="install the grant.json that the fleet has answered")
    what.add_argument("--forget", action="store_true", help="delete this kiosk's identity; restart it afterwards")


def run(arguments: argparse.Namespace, config: MachineConfig) -> str:
    """Do it; the sentence to print.

    Raises: ConfigError with a sentence for the technician.
    """
    from kiosk.agent.identity import IdentityStore, NotOursError  # not for those who only want the options

    if config.enrolment is None:
        raise ConfigError("this kiosk's identity is written in its configuration ([link]); nothing to enrol")
    store = IdentityStore(config.identity_path)
    try:
        if arguments.forget:
            store.forget()
            return "this kiosk is nobody now; restart it to enrol it anew"
        if config.is_enrolled:
            raise ConfigError(f"this kiosk is {config.kiosk_id} already; --forget that first")
        if arguments.csr is not None:
            arguments.csr.write_text(store.new_key().signing_request(), "ascii")
            return f"take {arguments.csr} to the fleet: fleet enrol --csr {arguments.csr.name} --office ... --out ..."
        grant = words.read(arguments.install.read_bytes(), words.Grant)
        store.use(store.stage(grant))
    except (NotOursError, words.WordsError) as err:
        raise ConfigError(f"{arguments.install}: {err}") from err
    except OSError as err:
        raise ConfigError(f"{err.filename}: {err.strerror}") from err
    return f"this kiosk is {grant.kiosk_id} now"
