"""The gateway's own certificate: HTTPS without another server in front."""

from __future__ import annotations

import ssl

from yanmen.core import foreign
from yanmen.core.config import Gateway
from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase

_UNFIT = Phrase(en="they are no certificate and its key in PEM", zh="内容不是 PEM 格式的证书及与之配对的私钥")


def listener(settings: Gateway) -> ssl.SSLContext | None:
    """What connections are encrypted with: TLS 1.2 or later; nothing where no certificate is named.

    YanmenError where only one of the two files is named, where one cannot be read, or where they do not fit together.
    """
    certificate, key = settings.tls_certificate, settings.tls_key
    if not certificate and not key:
        return None
    hint = Phrase(
        en="Name the certificate (with its chain) and its key, both in PEM, the key without a passphrase.",
        zh="请同时指定证书（含证书链）与私钥，均为 PEM 格式，私钥不设口令。",
    )
    if not certificate or not key:
        lacking = "gateway.tls_key" if certificate else "gateway.tls_certificate"
        raise YanmenError(
            Phrase(en="TLS needs a certificate and a key", zh="启用 TLS 需要证书和私钥"),
            where=lacking,
            hint=hint,
        )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(certificate, key, password="")  # a key with a passphrase must not ask for it
    except OSError as error:
        why = _UNFIT if isinstance(error, ssl.SSLError) else foreign.system(error)
        raise YanmenError(
            Phrase(
                en=f"cannot use {certificate} and {key}: {why.en}",
                zh=f"无法使用 {certificate} 与 {key}：{why.zh}",
            ),
            where="gateway.tls_certificate",
            hint=hint,
        ) from error
    return context
