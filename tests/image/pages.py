"""The fleet's pages over TLS, as a kiosk in the field finds them: a relay with a certificate of its own authority."""

from __future__ import annotations

import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from tests.support.identities import key_pem, new_key


def certificate(folder: Path, address: str) -> tuple[Path, Path]:
    """A self-signed one for ``address``, and its key, as files."""
    key, now = new_key(), datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "pages")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=400))  # the image's clock begins at its own date
        .not_valid_after(now + datetime.timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "pages.pem", folder / "pages.key"
    public.write_bytes(made.public_bytes(Encoding.PEM))
    private.write_bytes(key_pem(key))
    return public, private


@contextmanager
def pages_over_tls(folder: Path, address: str, to: tuple[str, int]) -> Iterator[tuple[str, Path]]:
    """The address of the pages, and the certificate to trust for it."""
    public, private = certificate(folder, address)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    door = socket.create_server((address, 0))

    def serve() -> None:
        while True:
            try:
                line, _ = door.accept()
            except OSError:
                return  # closed
            threading.Thread(target=relay, args=(line,), daemon=True).start()

    def relay(line: socket.socket) -> None:
        with (
            suppress(OSError),
            context.wrap_socket(line, server_side=True) as outer,
            socket.create_connection(to) as inner,
        ):
            back = threading.Thread(target=pump, args=(inner, outer), daemon=True)
            back.start()
            pump(outer, inner)
            back.join(60)

    def pump(source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"https://{address}:{door.getsockname()[1]}", public
    finally:
        door.close()
