"""Netlink as far as the wall needs it: attributes, one batch that is applied whole or not at all, and dumps.

Numbers of the wire are of linux/netlink.h and linux/netfilter/nfnetlink.h. No program is called and no library linked: one
ban by the ``nft`` program costs a process that first reads back everything there is.
"""

from __future__ import annotations

import errno
import os
import socket
import struct
import sys
from collections.abc import Iterator, Sequence
from typing import NamedTuple, Self

SOCKET = (socket.AF_NETLINK, socket.SOCK_RAW, 12)
"""Family, type and protocol (NETLINK_NETFILTER) of a socket to netfilter."""
_SUBSYSTEM = 10  # NFNL_SUBSYS_NFTABLES
_BEGIN, _END = 16, 17  # NFNL_MSG_BATCH_BEGIN, NFNL_MSG_BATCH_END
_GENERATION = 1  # NFNL_BATCH_GENID
_ERROR, _DONE = 2, 3  # NLMSG_ERROR, NLMSG_DONE
_REQUEST, ACK, DUMP = 0x1, 0x4, 0x300
CREATE, APPEND = 0x400, 0x800
"""Flags of a message."""
NESTED = 0x8000
INET = 1
"""The family of tables for IPv4 and IPv6."""
_SOL, _CAP_ACK, _EXT_ACK = 270, 10, 11  # SOL_NETLINK, NETLINK_CAP_ACK, NETLINK_EXT_ACK
_SNDBUFFORCE, _RCVBUFFORCE = 32, 33
BUFFER = 64 << 20
"""Bytes that one batch may have: a million bans have 40 MB."""
PIECE = 1 << 18
"""Bytes that are read at once of a dump."""
SECONDS = 10.0
"""How long the kernel may take to answer."""

_header = struct.Struct("=IHHII")
_attribute = struct.Struct("=HH")
_PADDING = (b"", b"\0\0\0", b"\0\0", b"\0")


class KernelError(OSError):
    """The kernel refused a batch or a question."""


class Message(NamedTuple):
    """One command or question: its number in nf_tables, its flags, its attributes."""

    kind: int
    flags: int
    body: bytes


def attribute(number: int, payload: bytes) -> bytes:
    """An attribute, padded to four bytes."""
    size = len(payload)
    return _attribute.pack(size + 4, number) + payload + _PADDING[size & 3]


def nested(number: int, *attributes: bytes) -> bytes:
    """Attributes in an attribute; ValueError past the 64 kB that its length can say."""
    payload = b"".join(attributes)
    if len(payload) > 0xFFFB:  # noqa: PLR2004  # what 16 bits can say, less the head
        raise ValueError("too much for one attribute")
    return _attribute.pack(len(payload) + 4, number | NESTED) + payload


def text(number: int, value: str) -> bytes:
    """A string, with the zero byte at its end."""
    return attribute(number, value.encode() + b"\0")


def u32(number: int, value: int) -> bytes:
    """A number of 32 bits, big end first as nf_tables has them."""
    return attribute(number, value.to_bytes(4, "big"))


def u64(number: int, value: int) -> bytes:
    """A number of 64 bits, big end first."""
    return attribute(number, value.to_bytes(8, "big"))


def attributes(data: memoryview | bytes) -> Iterator[tuple[int, memoryview]]:
    """The attributes in a payload: number without flags, and value. What is cut short ends it."""
    view = memoryview(data)
    at, end = 0, len(view)
    while at + 4 <= end:
        size, number = _attribute.unpack_from(view, at)
        if size < 4 or at + size > end:  # noqa: PLR2004  # its own head
            return
        yield number & 0x3FFF, view[at + 4 : at + size]
        at += (size + 3) & ~3


class Netlink:
    """A socket to nf_tables of a network namespace."""

    def __init__(self, opened: socket.socket | None = None) -> None:
        """Open one in the namespace of this process, or take one ``opened`` in another; OSError without netfilter."""
        self._socket = opened or socket.socket(*SOCKET)
        self._socket.bind((0, 0))
        self._socket.settimeout(SECONDS)
        self._sequence = int.from_bytes(os.urandom(3), "big")
        self._socket.setsockopt(_SOL, _CAP_ACK, 1)
        self._socket.setsockopt(_SOL, _EXT_ACK, 1)
        for option, plain in ((_SNDBUFFORCE, socket.SO_SNDBUF), (_RCVBUFFORCE, socket.SO_RCVBUF)):
            try:
                self._socket.setsockopt(socket.SOL_SOCKET, option, BUFFER)
            except PermissionError:
                self._socket.setsockopt(socket.SOL_SOCKET, plain, BUFFER)

    def commit(self, messages: Sequence[Message], generation: int | None = None) -> None:
        """Apply commands in one transaction: all or none. KernelError with the first thing that was refused.

        ``generation``: only where nothing in the whole ruleset was changed since (KernelError ERESTART otherwise).
        """
        if not messages:
            return
        first = self._next()
        guard = b"" if generation is None else u32(_GENERATION, generation)
        parts = [_frame(_BEGIN, _REQUEST, first, b"\0\0" + _SUBSYSTEM.to_bytes(2, "big") + guard)]
        parts += [_command(message, self._next(), 0) for message in messages[:-1]]
        last = self._next()
        parts.append(_command(messages[-1], last, ACK))
        parts.append(_frame(_END, _REQUEST, self._next(), b"\0\0" + _SUBSYSTEM.to_bytes(2, "big")))
        self._socket.send(b"".join(parts))
        self._outcome(first, last)

    def _outcome(self, first: int, last: int) -> None:
        """Read until the last command, or the batch as a whole, is answered."""
        refused: OSError | None = None
        while True:
            for kind, sequence, body in _messages(self._receive()):
                if kind != _ERROR or not first <= sequence <= last:
                    continue
                code = -int.from_bytes(body[:4], sys.byteorder, signed=True)
                if code and refused is None:
                    refused = KernelError(code, os.strerror(code))
                if sequence in {first, last}:
                    if refused is not None:
                        raise refused
                    return

    def ask(self, message: Message) -> list[memoryview]:
        """The one answer to a question, without its head; empty where there is no such thing."""
        try:
            return [answer for piece in self._answers(message) for answer in piece]
        except FileNotFoundError:
            return []

    def dump(self, kind: int, body: bytes = b"") -> Iterator[list[memoryview]]:
        """The many answers to a question, in pieces as they come; nothing where there is no such thing."""
        try:
            yield from self._answers(Message(kind, DUMP, body))
        except FileNotFoundError:
            return

    def _answers(self, message: Message) -> Iterator[list[memoryview]]:
        sequence = self._next()
        many = message.flags & DUMP
        self._socket.send(_command(message, sequence, 0 if many else ACK))
        done = False
        while not done:
            piece: list[memoryview] = []
            for kind, found, body in _messages(self._receive()):
                if found != sequence:
                    continue
                if kind in {_ERROR, _DONE}:
                    code = -int.from_bytes(body[:4], sys.byteorder, signed=True)
                    if code:
                        raise _refusal(code)
                    done = True
                else:
                    piece.append(body[4:])
            yield piece

    def close(self) -> None:
        """Close the socket; what is in the kernel stays."""
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _receive(self) -> bytes:
        try:
            return self._socket.recv(PIECE)
        except TimeoutError as error:
            raise KernelError(errno.ETIMEDOUT, "the kernel does not answer") from error

    def _next(self) -> int:
        self._sequence = (self._sequence + 1) & 0x7FFFFFFF
        return self._sequence


def _refusal(code: int) -> OSError:
    if code == errno.ENOENT:
        return FileNotFoundError(code, os.strerror(code))
    return KernelError(code, os.strerror(code))


def _frame(kind: int, flags: int, sequence: int, body: bytes) -> bytes:
    return _header.pack(16 + len(body), kind, flags, sequence, 0) + body


def _command(message: Message, sequence: int, more: int) -> bytes:
    flags = message.flags | _REQUEST | more
    return _frame(_SUBSYSTEM << 8 | message.kind, flags, sequence, bytes((INET, 0, 0, 0)) + message.body)


def _messages(data: bytes) -> Iterator[tuple[int, int, memoryview]]:
    """Kind, sequence number and body of each message in what was received."""
    view = memoryview(data)
    at = 0
    while at + 16 <= len(view):
        size, kind, _, sequence, _ = _header.unpack_from(view, at)
        if size < 16 or at + size > len(view):  # noqa: PLR2004  # its own head
            return
        yield kind, sequence, view[at + 16 : at + size]
        at += (size + 3) & ~3
