"""Files of networks, as PyTorch, Lightning, PyTorch Geometric, transformers, Keras, safetensors and ONNX write them."""

# mypy: ignore-errors
# ruff: noqa: PLC0415
# Part of benign_more.py, and run where that is.

from __future__ import annotations

import sys
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any


def write(folder: Path) -> None:
    """All of them; what cannot be written is said on standard error."""
    for make in (torch_files, lightning_files, geometric_files, transformer_files, keras_files, other_files):
        try:
            for name, save in make().items():
                try:
                    save(str(folder / name))
                except Exception as error:  # noqa: BLE001
                    print(f"left out: {name}: {type(error).__name__}: {str(error)[:100]}", file=sys.stderr)
        except Exception as error:  # noqa: BLE001
            print(f"left out: {make.__name__}: {type(error).__name__}: {str(error)[:100]}", file=sys.stderr)


def _saves(value: Any, **how: Any) -> Callable[[str], None]:
    import torch

    return lambda path: torch.save(value, path, **how)


def torch_files() -> dict[str, Callable[[str], None]]:
    """State dicts of many layers, whole modules, optimizers, scripts, both forms."""
    import torch
    from torch import nn

    torch.manual_seed(1)
    nets = {
        "linear": nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2)),
        "conv": nn.Sequential(
            nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.MaxPool2d(2), nn.Flatten(), nn.Dropout()
        ),
        "lstm": nn.LSTM(3, 4, 2),
        "transformer": nn.TransformerEncoderLayer(8, 2, 16),
        "embedding": nn.Sequential(OrderedDict(e=nn.Embedding(10, 4), n=nn.LayerNorm(4))),
        "attention": nn.MultiheadAttention(8, 2),
        "gru": nn.GRU(3, 4),
    }
    files = {}
    for name, net in nets.items():
        files[f"torch--state-{name}.pt"] = _saves(net.state_dict())
        files[f"torch--whole-{name}.pth"] = _saves(net)
    net = nets["linear"]
    adam = torch.optim.AdamW(net.parameters())
    net(torch.ones(2, 4)).sum().backward()
    adam.step()
    plan = torch.optim.lr_scheduler.CosineAnnealingLR(adam, 5)
    files["torch--checkpoint.pt"] = _saves(
        {
            "epoch": 3,
            "model": net.state_dict(),
            "optim": adam.state_dict(),
            "plan": plan.state_dict(),
            "loss": 0.5,
        }
    )
    files["torch--legacy.bin"] = _saves(net.state_dict(), _use_new_zipfile_serialization=False)
    files["torch--legacy-whole.bin"] = _saves(net, _use_new_zipfile_serialization=False)
    files["torch--protocol4.pt"] = _saves(net.state_dict(), pickle_protocol=4)
    kinds = [
        torch.zeros(2, dtype=d)
        for d in (
            torch.float16,
            torch.bfloat16,
            torch.int8,
            torch.uint8,
            torch.bool,
            torch.int64,
            torch.complex64,
        )
    ]
    files["torch--kinds.pt"] = _saves(
        {"tensors": kinds, "device": torch.device("cpu"), "size": torch.Size([1, 2]), "type": torch.float16}
    )
    files["torch--sparse.pt"] = _saves(torch.eye(3).to_sparse())
    files["torch--csr.pt"] = _saves(torch.eye(3).to_sparse_csr())
    files["torch--quantized.pt"] = _saves(torch.quantize_per_tensor(torch.ones(3), 0.1, 0, torch.quint8))
    files["torch--parameter.pt"] = _saves(nn.Parameter(torch.ones(3)))
    files["torch--numpy.pt"] = _saves({"scale": torch.ones(2).numpy(), "rng": torch.get_rng_state()})
    files["torch--dataset.pt"] = _saves(torch.utils.data.TensorDataset(torch.ones(3, 2), torch.zeros(3)))
    files["torch--script.pt"] = lambda path: torch.jit.script(net).save(path)
    files["torch--trace.pt"] = lambda path: torch.jit.trace(nets["conv"].eval(), torch.ones(1, 1, 8, 8)).save(
        path
    )
    import pickle  # noqa: TID251  # writes the files that are scanned

    files["torch--tensor.pkl"] = lambda path: Path(path).write_bytes(pickle.dumps({"w": torch.ones(4)}))
    files["torch--module.pkl"] = lambda path: Path(path).write_bytes(pickle.dumps(nets["conv"]))
    return files


def lightning_files() -> dict[str, Callable[[str], None]]:
    """A trainer's checkpoint."""
    import pytorch_lightning as lightning
    import torch

    class Small(lightning.LightningModule):
        def __init__(self, width: int = 3) -> None:
            super().__init__()
            self.save_hyperparameters()
            self.layer = torch.nn.Linear(4, width)

        def training_step(self, batch: Any, _: int) -> Any:
            return self.layer(batch[0]).sum()

        def configure_optimizers(self) -> Any:
            return torch.optim.Adam(self.parameters())

    def save(path: str) -> None:
        data = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.ones(8, 4)))
        trainer = lightning.Trainer(
            max_epochs=1,
            logger=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            default_root_dir=str(Path(path).parent.parent),
        )
        trainer.fit(Small(), data)
        trainer.save_checkpoint(path)

    return {"lightning--trained.ckpt": save}


def geometric_files() -> dict[str, Callable[[str], None]]:
    """Graphs."""
    import torch
    from torch_geometric.data import Batch, Data, HeteroData
    from torch_geometric.nn import GCNConv

    graph = Data(x=torch.ones(3, 2), edge_index=torch.tensor([[0, 1], [1, 2]]))
    mixed = HeteroData()
    mixed["a"].x = torch.ones(2, 2)
    return {
        "geometric--data.pt": _saves(graph),
        "geometric--batch.pt": _saves(Batch.from_data_list([graph, graph])),
        "geometric--hetero.pt": _saves(mixed),
        "geometric--conv.pt": _saves(GCNConv(2, 3)),
    }


def transformer_files() -> dict[str, Callable[[str], None]]:
    """Models and configurations of transformers, made small."""
    import torch
    from transformers import BertConfig, BertModel, GPT2Config, GPT2LMHeadModel, TrainingArguments

    bert = BertModel(
        BertConfig(
            vocab_size=20, hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8
        )
    )
    gpt = GPT2LMHeadModel(GPT2Config(vocab_size=20, n_positions=8, n_embd=8, n_layer=1, n_head=2))
    return {
        "transformers--bert-state.bin": _saves(bert.state_dict()),
        "transformers--bert-whole.pt": _saves(bert),
        "transformers--gpt-state.bin": _saves(gpt.state_dict()),
        "transformers--config.pt": _saves(bert.config),
        "transformers--arguments.bin": lambda path: torch.save(
            TrainingArguments(output_dir=str(Path(path).parent.parent)), path
        ),
    }


def keras_files() -> dict[str, Callable[[str], None]]:
    """Both of Keras's forms."""
    import keras
    from keras import layers

    def model(*inner: Any, shape: tuple[int, ...] = (4,)) -> Any:
        return keras.Sequential([keras.Input(shape), *inner])

    nets = {
        "dense": model(layers.Dense(3, "relu"), layers.Dropout(0.1), layers.Dense(1)),
        "conv": model(
            layers.Conv2D(2, 3), layers.BatchNormalization(), layers.GlobalAveragePooling2D(), shape=(8, 8, 1)
        ),
        "lstm": model(layers.Embedding(9, 4), layers.LSTM(3), shape=(5,)),
        "attention": model(
            layers.Bidirectional(layers.GRU(3, return_sequences=True)),
            layers.TimeDistributed(layers.Dense(2)),
            shape=(5, 2),
        ),
    }
    nets["dense"].compile("adam", "mse", metrics=["mae"])
    files = {}
    for name, net in nets.items():
        files[f"keras--{name}.keras"] = net.save
        files[f"keras--{name}.h5"] = net.save
        files[f"keras--{name}.weights.h5"] = net.save_weights
    return files


def other_files() -> dict[str, Callable[[str], None]]:
    """safetensors, npy and npz, skops, ONNX, HDF5."""
    import h5py
    import numpy as np
    import onnx
    import skops.io
    from safetensors.numpy import save_file
    from sklearn import ensemble, pipeline, preprocessing

    x = np.random.default_rng(4).random((20, 3))
    node = onnx.helper.make_node("Relu", ["x"], ["y"])
    info = [onnx.helper.make_tensor_value_info(name, 1, [1, 3]) for name in "xy"]
    graph = onnx.helper.make_model(onnx.helper.make_graph([node], "g", info[:1], info[1:]))

    def hdf5(path: str) -> None:
        with h5py.File(path, "w") as file:
            file.create_dataset("a", data=x, compression="gzip", chunks=(5, 3))
            file.create_group("b").attrs["c"] = "d"

    forest = pipeline.make_pipeline(preprocessing.RobustScaler(), ensemble.ExtraTreesRegressor(3)).fit(
        x, x[:, 0]
    )
    return {
        "other--two.safetensors": lambda path: save_file(
            {"a": x, "b": x.astype("f2")}, path, {"format": "np"}
        ),
        "other--array.npy": lambda path: np.save(path, x),
        "other--objects.npy": lambda path: np.save(
            path, np.array([{"a": 1}, None], dtype=object), allow_pickle=True
        ),
        "other--several.npz": lambda path: np.savez(path, a=x, b=x[0]),
        "other--packed.npz": lambda path: np.savez_compressed(path, a=x),
        "other--forest.skops": lambda path: skops.io.dump(forest, path),
        "other--relu.onnx": lambda path: onnx.save(graph, path),
        "other--plain.h5": hdf5,
    }
