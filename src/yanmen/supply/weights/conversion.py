"""Whether two files hold the same tensors: proof of a conversion, with what it did to names, types and rows.

Every tensor of the first must be found in the second, and none be left over. A tensor is the same by its bytes; or, where its type
was changed, when storing the first's numbers in the second's type gives the second's bytes exactly. Conversions to GGUF rename
tensors, and turn the rows of a Llama's query and key matrices round within each head; both are known, and said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from yanmen.supply.weights.difference import Amount, Pair, amount, identical, pairs
from yanmen.supply.weights.digests import digest
from yanmen.supply.weights.numbers import FLOATS, cast, known, numbers
from yanmen.supply.weights.tensors import Tensor, Weights

_NAMES = (
    (r"model\.embed_tokens\.(\w+)", r"token_embd.\1"),
    (r"lm_head\.(\w+)", r"output.\1"),
    (r"model\.norm\.(\w+)", r"output_norm.\1"),
    (r"model\.layers\.(\d+)\.self_attn\.([qkv])_proj\.(\w+)", r"blk.\1.attn_\2.\3"),
    (r"model\.layers\.(\d+)\.self_attn\.o_proj\.(\w+)", r"blk.\1.attn_output.\2"),
    (r"model\.layers\.(\d+)\.self_attn\.([qk])_norm\.(\w+)", r"blk.\1.attn_\2_norm.\3"),
    (r"model\.layers\.(\d+)\.input_layernorm\.(\w+)", r"blk.\1.attn_norm.\2"),
    (r"model\.layers\.(\d+)\.post_attention_layernorm\.(\w+)", r"blk.\1.ffn_norm.\2"),
    (r"model\.layers\.(\d+)\.mlp\.(gate|up|down)_proj\.(\w+)", r"blk.\1.ffn_\2.\3"),
)
"""Names as transformers has them to names as GGUF has them, for decoders of Llama's kind."""
_TURNED = re.compile(r"blk\.\d+\.attn_([qk])\.weight")


class Match(NamedTuple):
    """How a tensor of the first file is found in the second."""

    first: str
    """Its name; empty: the second's tensor is in no place of the first."""
    second: str
    how: str
    """``same``, ``cast`` (exactly), ``quantised`` (an amount says how well), ``turned``, ``differs``, ``missing``, ``extra``,
    ``unread``."""
    types: tuple[str, str] = ("", "")
    """Of a cast, from which to which: the second may be the one that the first was made of."""
    amount: Amount | None = None

    @property
    def proven(self) -> bool:
        """Whether one follows from the other, to the bit."""
        return self.how in {"same", "cast", "turned"}


def matches(first: Weights, second: Weights) -> Iterator[Match]:
    """Every tensor of both."""
    left = dict(second.tensors)
    for name, tensor in first.tensors.items():
        other = _partner(name, tensor, left)
        if other is None:
            yield Match(name, "", "missing", (tensor.dtype, ""))
        else:
            del left[other.name]
            yield _matched(tensor, other, first, second)
    for name, tensor in left.items():
        yield Match("", name, "extra", ("", tensor.dtype))


def _partner(name: str, tensor: Tensor, left: dict[str, Tensor]) -> Tensor | None:
    """By name, by the name that a converter gives, else by bytes: a tensor of another name that is the same."""
    for candidate in (name, renamed(name), *_back(name, left)):
        if candidate in left:
            return left[candidate]
    alike = [each for each in left.values() if each.shape == tensor.shape and each.dtype == tensor.dtype]
    if not alike:
        return None
    wanted = digest(tensor).sha256
    return next((each for each in alike if digest(each).sha256 == wanted), None)


def renamed(name: str) -> str:
    """A name as a converter to GGUF gives it; empty where it is none that is known."""
    for pattern, target in _NAMES:
        if re.fullmatch(pattern, name):
            return re.sub(pattern, target, name)
    return ""


def _back(name: str, left: dict[str, Tensor]) -> Iterator[str]:
    """The same the other way round."""
    if name.startswith(("blk.", "token_embd", "output")):
        yield from (each for each in left if renamed(each) == name)


def _matched(one: Tensor, other: Tensor, first: Weights, second: Weights) -> Match:
    types = (one.dtype, other.dtype)
    if one.shape != other.shape:
        return Match(one.name, other.name, "differs", types)
    if one.dtype == other.dtype and identical(one, other):
        return Match(one.name, other.name, "same", types)
    if not (known(one.dtype) and known(other.dtype)):
        return Match(one.name, other.name, "unread", types)
    heads = _heads_of(one, other, first, second)
    if one.block == other.block == 1:
        how = _stored(one, other, types, heads)
        if how != "differs":
            return Match(one.name, other.name, how, types)
        back = _stored(other, one, types[::-1], heads)
        if back != "differs":
            return Match(one.name, other.name, back, types[::-1])
        return Match(one.name, other.name, "differs", types, amount(pairs(one, other)))
    near = amount(pairs(one, other))
    if heads:
        near = min(near, amount(_turned(one, other, heads)), key=lambda each: each.relative)
    return Match(one.name, other.name, "quantised", types, near)


def _stored(one: Tensor, other: Tensor, types: tuple[str, str], heads: int) -> str:
    """Whether the second is the first stored in its type: as it is, or with rows turned round."""
    if _alike(pairs(one, other), types):
        return "cast"
    return "turned" if heads and _alike(_turned(one, other, heads), types) else "differs"


def _alike(beside: Iterator[Pair], types: tuple[str, str]) -> bool:
    """Whether the first's numbers, stored in the second's type, are the second's."""
    if not set(types) <= FLOATS:
        return False
    return all(np.array_equal(cast(a, types[1]), b, equal_nan=True) for a, b in beside)


def _heads_of(one: Tensor, other: Tensor, first: Weights, second: Weights) -> int:
    """How many heads two matrices of queries or keys have, one of which is in a GGUF file; 0 where it is not known."""
    found = _TURNED.fullmatch(other.name) or _TURNED.fullmatch(one.name)
    heads = (_heads(found[1], second.facts) or _heads(found[1], first.facts)) if found else 0
    return heads if heads and len(one.shape) == 2 and one.shape[0] % (2 * heads) == 0 else 0  # noqa: PLR2004 (a matrix)


def _turned(one: Tensor, other: Tensor, heads: int) -> Iterator[Pair]:
    """Head by head side by side, the one that is not in GGUF with its rows turned round, as converters do."""
    rows, columns = one.shape[0] // heads, one.shape[1]
    to_gguf = bool(_TURNED.fullmatch(other.name))
    for a, b in zip(_by_head(one, rows * columns), _by_head(other, rows * columns), strict=True):
        yield (_turn(a, rows, columns), b) if to_gguf else (a, _turn(b, rows, columns))


def _turn(values: npt.NDArray[Any], rows: int, columns: int) -> npt.NDArray[Any]:
    """Rows 0, half, 1, half + 1 … of one head."""
    return values.reshape(2, rows // 2, columns).swapaxes(0, 1).reshape(-1)


def _heads(which: str, facts: dict[str, object]) -> int:
    """Heads of queries or of keys, as the file says."""
    kind = facts.get("general.architecture")
    count = facts.get(f"{kind}.attention.head_count{'_kv' if which == 'k' else ''}")
    return count if isinstance(count, int) else 0


def _by_head(tensor: Tensor, size: int) -> Iterator[npt.NDArray[Any]]:
    """The numbers of one head after the other."""
    held: list[npt.NDArray[Any]] = []
    count = 0
    for data in tensor.opened():
        values = numbers(tensor.dtype, data)
        while values.size:
            part, values = values[: size - count], values[size - count :]
            held.append(part)
            count += part.size
            if count == size:
                yield np.concatenate(held)
                held, count = [], 0
