"""The gateway's own certificates: HTTPS without another server in front, and what it shows to upstreams that ask who calls."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from yanmen.core import foreign
from yanmen.core.config import Gateway
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase

_UNFIT = Phrase(en="they are no certificate and its key in PEM", zh="内容不是 PEM 格式的证书及与之配对的私钥")
_HINT = Phrase(
    en="Name the certificate (with its chain) and its key, both in PEM, the key without a passphrase.",
    zh="请同时指定证书（含证书链）与私钥，均为 PEM 格式，私钥不设口令。",
)


class Files(NamedTuple):
    """A certificate with its chain, and its key."""

    certificate: str
    key: str
    place: str
    """The setting that names the certificate; the key's ends in ``_key``."""

    def load(self, context: ssl.SSLContext) -> None:
        """Put them into a context. YanmenError where one is lacking, cannot be read, or does not fit the other."""
        if not self.certificate or not self.key:
            lacking = self.place if self.key else f"{self.place.removesuffix('certificate')}key"
            raise YanmenError(
                Phrase(en="TLS needs a certificate and a key", zh="启用 TLS 需要证书和私钥"),
                where=lacking,
                hint=_HINT,
            )
        try:
            # a key with a passphrase must not ask for it
            context.load_cert_chain(self.certificate, self.key, password="")
        except OSError as error:
            why = _UNFIT if isinstance(error, ssl.SSLError) else foreign.system(error)
            raise YanmenError(
                Phrase(
                    en=f"cannot use {self.certificate} and {self.key}: {why.en}",
                    zh=f"无法使用 {self.certificate} 与 {self.key}：{why.zh}",
                ),
                where=self.place,
                hint=_HINT,
            ) from error

    def state(self) -> tuple[tuple[int, int, int], ...]:
        """What changes when the files do; nothing for one that is not there."""
        found = []
        for name in (self.certificate, self.key):
            try:
                seen = Path(name).stat()
            except OSError:
                continue
            found.append((seen.st_mtime_ns, seen.st_size, seen.st_ino))
        return tuple(found)


def listener(settings: Gateway) -> ssl.SSLContext | None:
    """What connections are encrypted with: TLS 1.2 or later; nothing where no certificate is named.

    YanmenError where only one of the two files is named, where one cannot be read, or where they do not fit together.
    """
    certificate = Certificate.of(settings)
    return None if certificate is None else certificate.context


class Certificate:
    """The certificate that connections are shown, read again when its files change. Open connections keep theirs."""

    def __init__(self, files: Files) -> None:
        """Read the files; YanmenError where they will not do."""
        self._files = files
        self._state = files.state()
        self._current = _context(files)
        self.context = _context(files)
        """What the server is started with. Each handshake is given the certificate of that moment."""
        self.context.sni_callback = self._hand_over

    @classmethod
    def of(cls, settings: Gateway) -> Certificate | None:
        """The one that the configuration names, if it does."""
        if not settings.tls_certificate and not settings.tls_key:
            return None
        return cls(Files(settings.tls_certificate, settings.tls_key, "gateway.tls_certificate"))

    def poll(self, told: Callable[[YanmenError | None], None], *, anyway: bool = False) -> None:
        """Read the files again where they have changed, or ``anyway``. What cannot be used is told, and the old one stays."""
        state = self._files.state()
        if state == self._state and not anyway:
            return
        self._state = state
        try:
            self._current = _context(self._files)
        except YanmenError as error:
            told(error)
        else:
            told(None)

    def _hand_over(
        self, connection: ssl.SSLObject | ssl.SSLSocket, _name: str | None, _: ssl.SSLContext
    ) -> None:
        """As OpenSSL calls it in each handshake, with a server name or without."""
        connection.context = self._current


def _context(files: Files) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    files.load(context)
    return context
