"""mosquitto's configuration: TLS only, a client certificate required, and one pattern a right.

The certificate's common name is the user name, so a kiosk can write and read its own topics and nothing else; it is
the client id too, so that nobody can throw another off by taking its id. It runs as whoever started it, since the
keys are theirs to read. Debian 12's mosquitto drops silently when a queue is full: the queues are wide, and
``ingest`` commits in batches.
"""

from __future__ import annotations

import getpass
import os
import shutil
import signal
from ctypes.util import find_library
from pathlib import Path

from fleet.protocol.messages import MESSAGE_BYTES_MAX
from fleet.protocol.topics import FLEET_SESSION, FROM_KIOSK, ROOT, TO_KIOSK

CLIENTS_ROOT = "clients.pem"
"""Of the files beside mosquitto's: by whom clients are known (``Authority.root_for_servers_pem``)."""

REVOCATION_LIST = "crl.pem"
PID_FILE = "mosquitto.pid"

INGEST_WORKERS_MAX = 8
"""Workers that certificates are made for; each needs a name of its own, since names are client ids."""


def ingest_name(number: int) -> str:
    """Common name of an ingest worker; the first, 1, is the one that speaks for the fleet."""
    return "fleet-ingest" if number == 1 else f"fleet-ingest-{number}"


SERVICES = (*map(ingest_name, range(1, INGEST_WORKERS_MAX + 1)), "fleet-conduct")
"""Common names of the fleet's own clients."""

QUEUED_MESSAGES_MAX = 100_000

PACKET_BYTES_MAX = MESSAGE_BYTES_MAX + 1024
"""The largest message either side reads, and its topic and properties."""


class NoBrokerError(Exception):
    """mosquitto is not installed; install it, or run a broker elsewhere."""


def broker_program() -> str:
    """Where mosquitto is. Debian puts it into /usr/sbin, which is not on everybody's PATH.

    Raises: NoBrokerError.
    """
    found = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
    if found is None:
        raise NoBrokerError("mosquitto is not installed; try: sudo apt install mosquitto")
    return found


CIPHERS = ("TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384")
"""Of TLS 1.3, best first. A Raspberry Pi 4 has no AES instructions, and the state of ChaCha20 is smaller for each of
ten thousand lines."""


def broker_environment() -> dict[str, str]:
    """What mosquitto's environment needs beside ours: another allocator, where Debian's ``libjemalloc2`` is installed.

    What TLS handshakes need for a moment leaves holes in glibc's heap, which it keeps for ever. Ten thousand lines that
    came within half a minute: 341 MB, of which 265 in use; with jemalloc, which gives back what lay idle for a second,
    266 MB.
    """
    library = find_library("jemalloc")
    if library is None:
        return {}
    return {"LD_PRELOAD": library, "MALLOC_CONF": "narenas:1,dirty_decay_ms:1000,muzzy_decay_ms:0"}


def access_control() -> str:
    """The access control list: the fleet's services by name, every kiosk by pattern, everybody else nothing."""
    lines = [f"user {name}\ntopic readwrite {ROOT}/#\n" for name in SERVICES]
    lines += [f"pattern write {ROOT}/kiosk/%u/{channel.value}" for channel in sorted(FROM_KIOSK)]
    lines += [f"pattern read {ROOT}/kiosk/%u/{channel.value}" for channel in sorted(TO_KIOSK)]
    lines += [f"pattern read {FLEET_SESSION}"]
    return "\n".join(lines) + "\n"


def write_broker_config(directory: Path, port: int, *, address: str = "127.0.0.1") -> Path:
    """Write ``mosquitto.conf`` and its list into ``directory``, beside clients.pem, crl.pem and the broker's own."""
    state = directory / "state"
    state.mkdir(parents=True, exist_ok=True)
    (directory / "acl").write_text(access_control(), "utf-8")
    (directory / "acl").chmod(0o600)
    config = directory / "mosquitto.conf"
    # Started by root, mosquitto would become the user "mosquitto" before it reads our key and list.
    user = f"user {getpass.getuser()}\n" if os.geteuid() == 0 else ""
    config.write_text(
        f"""# Written by `fleet broker-config`; changes here are lost.
{user}per_listener_settings false
listener {port} {address}
pid_file {directory / PID_FILE}
cafile {directory / CLIENTS_ROOT}
crlfile {directory / REVOCATION_LIST}
certfile {directory / "broker.pem"}
keyfile {directory / "broker.key"}
tls_version tlsv1.2
ciphers_tls1.3 {":".join(CIPHERS)}
require_certificate true
use_identity_as_username true
use_username_as_clientid true
allow_anonymous false
acl_file {directory / "acl"}
persistence true
persistence_location {state}/
autosave_interval 10
autosave_on_changes false
max_queued_messages {QUEUED_MESSAGES_MAX}
max_inflight_messages 1000
max_packet_size {PACKET_BYTES_MAX}
log_dest stderr
log_type error
log_type warning
log_type notice
""",
        "utf-8",
    )
    return config


def have_lists_read(directory: Path) -> bool:
    """Have the broker that runs on ``directory`` read its revocation list again; False when none runs.

    On SIGHUP mosquitto 2 loads certificates and revocation lists again and leaves those who are connected connected.
    """
    try:
        pid = int((directory / PID_FILE).read_text("ascii"))
        if b"mosquitto" not in Path(f"/proc/{pid}/cmdline").read_bytes():
            return False  # the file of one that was killed; its number may be anybody's by now
        os.kill(pid, signal.SIGHUP)
    except (OSError, ValueError):
        return False
    return True
