"""Writes single objects of many libraries, as they come: two samples of ``bench/models.py``, each of libraries that no other holds.

FIRST was written on 2026-11-22 before classes were read from their source, LAST after all that is read of them now. Run in the
environment of ``bench/requirements-benign-more.txt``, with the folder to write to and the sample's name.
"""

# mypy: ignore-errors
# It runs where its libraries are, which is not where the project is checked.

from __future__ import annotations

import importlib
import pickle  # noqa: TID251  # writes the files that are scanned
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np

_of = importlib.import_module


def _table() -> Any:
    table = _of("prettytable").PrettyTable(["a", "b"])
    table.add_row([1, 2])
    return table


FIRST = {
    "packaging-Version": lambda: _of("packaging.version").Version("1.2"),
    "packaging-Spec": lambda: _of("packaging.specifiers").SpecifierSet(">=1,<2"),
    "packaging-Req": lambda: _of("packaging.requirements").Requirement("a>=1"),
    "mpmath-mpf": lambda: _of("mpmath").mpf("1.5"),
    "mpmath-matrix": lambda: _of("mpmath").matrix([[1, 2]]),
    "prettytable": _table,
    "dateutil-rrule": lambda: _of("dateutil.relativedelta").relativedelta(days=1),
    "dateutil-tz": lambda: _of("dateutil.tz").tzutc(),
    "pytz": lambda: _of("pytz").timezone("Europe/Berlin"),
    "pytz-utc": lambda: _of("pytz").utc,
    "markdown-it": lambda: _of("markdown_it").MarkdownIt().parse("# x"),
    "rich-Text": lambda: _of("rich.text").Text("x"),
    "rich-Style": lambda: _of("rich.style").Style(bold=True),
    "rich-Table": lambda: _of("rich.table").Table("a"),
    "holidays": lambda: _of("holidays").US(years=2025),
    "plotly-Figure": lambda: _of("plotly.graph_objects").Figure(),
    "matplotlib-cmap": lambda: _of("matplotlib").colormaps["viridis"],
    "matplotlib-Normalize": lambda: _of("matplotlib.colors").Normalize(0, 1),
    "matplotlib-Path": lambda: _of("matplotlib.path").Path([(0, 0), (1, 1)]),
    "pydantic-err": lambda: _of("pydantic").SecretStr("x"),
    "pydantic-Field": lambda: _of("pydantic.fields").FieldInfo(annotation=int),
    "attrs-attr": lambda: _of("attr").Factory(list),
    "yarl": lambda: _of("yarl").URL("http://x/"),
    "multidict": lambda: _of("multidict").MultiDict(a=1),
    "surprise-KNN": lambda: _of("surprise").KNNBasic(),
    "surprise-SVD": lambda: _of("surprise").SVD(),
    "surprise-Reader": lambda: _of("surprise").Reader(),
    "pl-EarlyStopping": lambda: _of("pytorch_lightning.callbacks").EarlyStopping("loss"),
    "pl-Checkpoint": lambda: _of("pytorch_lightning.callbacks").ModelCheckpoint(),
    "pyproj-CRS": lambda: _of("pyproj").CRS.from_epsg(4326),
    "osqp": lambda: _of("osqp").OSQP(),
    "interpret-EBM": lambda: (
        _of("interpret.glassbox")
        .ExplainableBoostingClassifier(max_rounds=2)
        .fit(np.random.default_rng(1).random((40, 2)), np.arange(40) % 2)
    ),
    "narwhals": lambda: _of("narwhals").Int64(),
    "tqdm-class": lambda: _of("tqdm").tqdm,
    "click-Option": lambda: _of("click").Option(["--a"]),
    "optree": lambda: _of("optree").tree_structure({"a": 1}),
    "bokeh-range": lambda: _of("bokeh.models").Range1d(0, 1),
    "jinja-Undefined": lambda: _of("jinja2").Undefined(),
    "xyz": lambda: _of("xyzservices").providers.OpenStreetMap.Mapnik,
    "pillow": lambda: _of("PIL.Image").new("L", (2, 2)),
    "idna": lambda: _of("urllib3").Timeout(3),
    "urllib3-Retry": lambda: _of("urllib3").Retry(2),
    "requests-session": lambda: _of("requests").Session(),
    "httpx-Headers": lambda: _of("httpx").Headers({"a": "b"}),
    "requests-cookie": lambda: _of("requests.structures").CaseInsensitiveDict(a=1),
    "fonttools": lambda: _of("fontTools.misc.transform").Transform(1, 0, 0, 1, 0, 0),
    "skbase-none": lambda: _of("threadpoolctl").threadpool_limits,
    "sympy-none": lambda: _of("fsspec.implementations.local").LocalFileSystem,
}
LAST = {
    "aiohttp-BasicAuth": lambda: _of("aiohttp").BasicAuth("a", "b"),
    "aiohttp-timeout": lambda: _of("aiohttp").ClientTimeout(3),
    "autograd-VSpace": lambda: _of("autograd.core").vspace(np.ones(3)),
    "charset-match": lambda: _of("charset_normalizer").from_bytes("hällo wörld".encode("latin-1")),
    "cloudpathlib-s": lambda: _of("cloudpathlib.enums").FileCacheMode.tmp_dir,
    "confection-cfg": lambda: _of("confection").Config({"a": {"b": 1}}),
    "cycler": lambda: _of("cycler").cycler(color=["r", "g"]) + _of("cycler").cycler(lw=[1, 2]),
    "filelock-Timeout": lambda: _of("filelock").Timeout("x"),
    "frozenlist": lambda: _of("frozenlist").FrozenList([1, 2]),
    "gast-ast": lambda: _of("gast").parse("a=1"),
    "h11-Request": lambda: _of("h11").Request(method="GET", target="/", headers=[("Host", "a")]),
    "hub-ModelInfo": lambda: _of("huggingface_hub").ModelInfo(id="a/b"),
    "hub-CommitInfo": lambda: _of("huggingface_hub").ModelCard("---\nlicense: mit\n---\n# x").data,
    "ml_dtypes": lambda: np.dtype(_of("ml_dtypes").bfloat16),
    "ml_dtypes-array": lambda: np.ones(3, _of("ml_dtypes").bfloat16),
    "opt_einsum-path": lambda: _of("opt_einsum").contract_path("ij,jk->ik", np.ones((2, 2)), np.ones((2, 2)))[
        1
    ],
    "progressbar": lambda: _of("progressbar.widgets").Percentage(na="-"),
    "psutil-nt": lambda: _of("psutil").cpu_times(),
    "pygments-Lexer": lambda: _of("pygments.lexers").PythonLexer(),
    "pygments-Token": lambda: _of("pygments.token").Token.Name.Function,
    "pyparsing-Results": lambda: _of("pyparsing").Word("ab").parse_string("ab"),
    "regex-Pattern": lambda: _of("regex").compile("a+b"),
    "sklearn_pandas": lambda: _of("sklearn_pandas").DataFrameMapper([("a", None)]),
    "snapml": lambda: _of("snapml").LogisticRegression(),
    "spacy_legacy-none": lambda: _of("spacy.util").SimpleFrozenDict({"a": 1}),
    "termcolor": lambda: _of("wasabi").Printer(),
    "tokenizers-Token": lambda: _of("tokenizers").AddedToken("x"),
    "tokenizers": lambda: _of("tokenizers").Tokenizer(_of("tokenizers.models").BPE()),
    "typer-Option": lambda: _of("typer").Option("a"),
    "wrapt": lambda: _of("wrapt").ObjectProxy([1]),
    "yaml-node": lambda: _of("yaml").compose("a: 1"),
    "yaml-error": lambda: _of("yaml").YAMLObject(),
    "protobuf": lambda: _of("google.protobuf.timestamp_pb2").Timestamp(seconds=3),
    "grpc-status": lambda: _of("grpc").StatusCode.OK,
    "markupsafe": lambda: _of("markupsafe").Markup("a"),
    "anyio-cl": lambda: _of("anyio").Path("a"),
    "setuptools-cmd": lambda: _of("setuptools.extension").Extension("a", ["a.c"]),
    "srsly-none": lambda: _of("catalogue").create("a"),
    "keras-config": lambda: _of("lightning_utilities.core.enums").StrEnum("A", "x y"),
    "lightning-attr": lambda: _of("lightning_fabric.utilities.data").AttributeDict(a=1),
    "safetensors": lambda: _of("safetensors").SafetensorError("x"),
    "astunparse": lambda: _of("contourpy").FillType.OuterCode,
    "kiwisolver": lambda: _of("kiwisolver").strength,
    "h5py-dtype": lambda: _of("h5py").string_dtype(),
    "httpcore-URL": lambda: _of("httpcore").URL("http://a/"),
    "wheel-tag": lambda: _of("idna").IDNAError("x"),
    "pyogrio": lambda: _of("pyogrio.errors").DataSourceError("x"),
    "treelite": lambda: (
        _of("treelite").TreeliteError("x") if hasattr(_of("treelite"), "TreeliteError") else 1 / 0
    ),
    "numexpr": lambda: _of("numexpr.necompiler").evaluate,
    "skops-card": lambda: _of("skops.card").Card(None),
    "interface_meta": lambda: _of("formulaic").Formula("y~x"),
    "python_utils": lambda: _of("python_utils.containers").CastedDict(int, int),
    "dill-none": lambda: _of("stanio").Variable(
        "a", 0, 1, (1,), _of("stanio.reshape").VariableType.SCALAR, []
    ),
}


def write(folder: Path, sample: dict[str, Any]) -> None:
    """Protocols 2 to 5 in turn; what cannot be made or written is left out, and said."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, (name, make) in enumerate(sample.items()):
        try:
            data = pickle.dumps(make(), (2, 3, 4, 5)[number % 4])
        except Exception as error:  # noqa: BLE001
            print(f"left out: {name}: {type(error).__name__}: {error!s:.100}", file=sys.stderr)
            continue
        (folder / f"{name}.pkl").write_bytes(data)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    write(Path(sys.argv[1]), {"first": FIRST, "last": LAST}[sys.argv[2]])
