"""Writes ordinary files of the field's libraries, from random numbers: what a scanner must not call harmful.

Run by ``bench/models.py`` in an environment of its own (``bench/requirements-benign.txt``), with the folder to write to. Each
file is named ``FAMILY--WHAT.EXT``.
"""

# mypy: ignore-errors
# ruff: noqa: PLC0415
# It runs where its libraries are, which is not where the project is checked; each family imports its own.

from __future__ import annotations

import inspect
import pickle  # noqa: TID251  # writes the files that are scanned
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Made = Iterator[tuple[str, Any]]


def scikit_learn() -> Made:
    """Every estimator that fits on plain numbers."""
    import numpy as np
    from sklearn.utils import all_estimators

    random = np.random.default_rng(7)
    numbers, labels = random.random((60, 5)), random.integers(0, 2, 60)
    for name, cls in all_estimators():
        needed = [p for p in inspect.signature(cls).parameters.values() if p.default is p.empty]
        if any(p.kind in {p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD} for p in needed):
            continue
        try:
            yield name, cls().fit(numbers, labels)
        except Exception:  # noqa: BLE001, S112  # an estimator of another kind of data
            continue


def pipelines() -> Made:
    """Compositions: pipelines, searches, column transformers, text."""
    import numpy as np
    from sklearn import (
        compose,
        ensemble,
        feature_extraction,
        linear_model,
        model_selection,
        pipeline,
        preprocessing,
        svm,
    )

    random = np.random.default_rng(8)
    numbers, labels = random.random((40, 4)), random.integers(0, 2, 40)
    words = ["a red car", "a blue boat", "the sea", "red sea"] * 10
    logistic = linear_model.LogisticRegression()
    scaled = pipeline.make_pipeline(preprocessing.StandardScaler(), logistic)
    yield "scaled", scaled.fit(numbers, labels)
    yield "search", model_selection.GridSearchCV(svm.SVC(), {"C": [1, 2]}, cv=2).fit(numbers, labels)
    yield (
        "random-search",
        model_selection.RandomizedSearchCV(svm.SVC(), {"C": [1, 2, 3]}, n_iter=2, cv=2).fit(numbers, labels),
    )
    columns = compose.ColumnTransformer(
        [("a", preprocessing.MinMaxScaler(), [0, 1]), ("b", "passthrough", [2])]
    )
    yield "columns", columns.fit(numbers, labels)
    yield "function", preprocessing.FunctionTransformer(np.log1p).fit(numbers)
    yield "stack", ensemble.StackingClassifier([("l", logistic), ("s", svm.SVC())], cv=2).fit(numbers, labels)
    yield (
        "vote",
        ensemble.VotingClassifier([("l", logistic), ("f", ensemble.RandomForestClassifier(3))]).fit(
            numbers, labels
        ),
    )
    yield (
        "tfidf",
        pipeline.make_pipeline(feature_extraction.text.TfidfVectorizer(), logistic).fit(words, [0, 1] * 20),
    )
    yield "counts", feature_extraction.text.CountVectorizer(ngram_range=(1, 2)).fit(words)
    yield "dicts", feature_extraction.DictVectorizer().fit([{"a": 1, "b": "x"}])


def pandas_objects() -> Made:
    """Frames, series, indexes and values."""
    import numpy as np
    import pandas as pd

    dates = pd.date_range("2026-01-01", periods=6, tz="Asia/Shanghai")
    frame = pd.DataFrame({"n": np.arange(6), "f": np.arange(6.0), "s": list("abcdef"), "d": dates})
    frame["c"] = frame["s"].astype("category")
    yield "frame", frame
    yield "indexed", frame.set_index(["s", "n"])
    yield "series", pd.Series([1.5, None, 2.0], name="x")
    yield "nullable", pd.Series([1, None, 2], dtype="Int64")
    yield "booleans", pd.Series([True, None], dtype="boolean")
    yield "strings", pd.Series(["a", None], dtype="string")
    yield "categories", pd.Categorical(["a", "b", "a"])
    yield "intervals", pd.interval_range(0, 5)
    yield "periods", pd.period_range("2026-01", periods=3, freq="M")
    yield "spans", pd.timedelta_range("1h", periods=3)
    yield "timestamp", pd.Timestamp("2026-11-21 12:00", tz="UTC")
    yield "timedelta", pd.Timedelta("1 days 2 hours")
    yield "missing", [pd.NaT, pd.NA]
    yield "sparse", pd.Series(pd.arrays.SparseArray([0, 0, 1]))
    yield "offset", pd.offsets.MonthEnd(2)
    yield "dtypes", frame.dtypes


def numpy_objects() -> Made:
    """Arrays of every kind, scalars, generators."""
    import numpy as np

    for name in (
        "bool",
        "int8",
        "uint16",
        "int64",
        "float16",
        "float32",
        "complex128",
        "U5",
        "S4",
        "datetime64[D]",
        "timedelta64[s]",
    ):
        yield f"array-{name.replace('[', '-').strip(']')}", np.zeros(4, dtype=name)
    yield "objects", np.array([1, "a", None], dtype=object)
    yield "records", np.array([(1, 2.0, "x")], dtype=[("a", "i4"), ("b", "f8"), ("c", "U3")])
    yield "records-of-objects", np.array([(1, "x")], dtype=[("a", "i4"), ("c", "O")])
    yield "aligned", np.zeros(2, dtype=np.dtype([("a", "i1"), ("b", "f8")], align=True))
    yield "sub-arrays", np.zeros(2, dtype=[("a", "f4", (2, 3))])
    yield "fortran", np.asfortranarray(np.arange(6.0).reshape(2, 3))
    yield "big-endian", np.arange(3, dtype=">i4")
    yield "masked", np.ma.masked_array([1, 2, 3], [0, 1, 0])
    yield "matrix", np.asmatrix([[1, 2]])
    yield "scalar", [np.float32(1), np.int64(2), np.str_("x"), np.bool_(True), np.datetime64("2026-01-01")]
    yield "generator", np.random.default_rng(3)
    yield "random-state", np.random.RandomState(3)
    yield "philox", np.random.Generator(np.random.Philox(5))
    yield "polynomial", np.polynomial.Polynomial([1, 2, 3])
    yield "poly1d", np.poly1d([1, 2])
    yield "dtype", [np.dtype("f4"), np.dtype([("a", "i8")])]
    yield "function", np.log1p


def scipy_objects() -> Made:
    """Sparse matrices, interpolators, trees, results, distributions."""
    import numpy as np
    from scipy import interpolate, optimize, sparse, spatial, stats

    matrix = np.eye(4)
    for kind in (
        "csr_matrix",
        "csc_matrix",
        "coo_matrix",
        "bsr_matrix",
        "dia_matrix",
        "lil_matrix",
        "dok_matrix",
        "csr_array",
        "coo_array",
    ):
        yield kind, getattr(sparse, kind)(matrix)
    x = np.linspace(0, 1, 8)
    yield "interp1d", interpolate.interp1d(x, x**2)
    yield "cubic-spline", interpolate.CubicSpline(x, x**2)
    yield "b-spline", interpolate.make_interp_spline(x, x**2)
    yield "grid", interpolate.RegularGridInterpolator((x, x), np.outer(x, x))
    yield "rbf", interpolate.RBFInterpolator(np.random.default_rng(1).random((10, 2)), x[:1].repeat(10))
    yield "kd-tree", spatial.cKDTree(np.random.default_rng(1).random((10, 2)))
    yield "python-kd-tree", spatial.KDTree(np.random.default_rng(1).random((10, 2)))
    yield "result", optimize.minimize(lambda v: float((v**2).sum()), [1.0, 2.0])
    yield "density", stats.gaussian_kde(x)
    yield "frozen-norm", stats.norm(0, 1)
    yield "frozen-poisson", stats.poisson(3)
    yield "gamma", stats.gamma
    yield "rotation", spatial.transform.Rotation.from_euler("x", 1.0)


def boosters() -> Made:
    """LightGBM, XGBoost and CatBoost, by their own faces and by scikit-learn's."""
    import catboost
    import lightgbm
    import numpy as np
    import xgboost

    random = np.random.default_rng(9)
    numbers, labels = random.random((80, 4)), random.integers(0, 2, 80)
    ranks = {"group": [40, 40]}
    for cls in (lightgbm.LGBMClassifier, lightgbm.LGBMRegressor):
        yield f"lightgbm-{cls.__name__}", cls(n_estimators=3, verbose=-1).fit(numbers, labels)
    yield "lightgbm-LGBMRanker", lightgbm.LGBMRanker(n_estimators=3, verbose=-1).fit(numbers, labels, **ranks)
    yield "lightgbm-booster", lightgbm.train({"verbose": -1}, lightgbm.Dataset(numbers, labels), 3)
    for cls in (xgboost.XGBClassifier, xgboost.XGBRegressor, xgboost.XGBRFClassifier):
        yield f"xgboost-{cls.__name__}", cls(n_estimators=3).fit(numbers, labels)
    yield "xgboost-booster", xgboost.train({}, xgboost.DMatrix(numbers, labels), 3)
    yield "xgboost-booster-dart", xgboost.train({"booster": "dart"}, xgboost.DMatrix(numbers, labels), 3)
    for cls in (catboost.CatBoostClassifier, catboost.CatBoostRegressor):
        yield (
            f"catboost-{cls.__name__}",
            cls(iterations=3, verbose=0, allow_writing_files=False).fit(numbers, labels),
        )


FAMILIES: dict[str, Callable[[], Made]] = {
    "sklearn": scikit_learn,
    "pipeline": pipelines,
    "pandas": pandas_objects,
    "numpy": numpy_objects,
    "scipy": scipy_objects,
    "boosting": boosters,
}


def write(folder: Path) -> None:
    """All files; protocols in turn, and every fifth one by joblib, packed in one of its ways."""
    import joblib
    import skops.io

    folder.mkdir(parents=True, exist_ok=True)
    packings = [0, ("zlib", 3), ("gzip", 3), ("bz2", 3), ("xz", 3), ("lzma", 3)]
    number = 0
    for family, make in FAMILIES.items():
        for name, value in make():
            number += 1
            stem = folder / f"{family}--{name}"
            if number % 5 == 0:
                joblib.dump(value, f"{stem}.joblib", compress=packings[number // 5 % len(packings)])
            else:
                Path(f"{stem}.pkl").write_bytes(_pickled(value, number % 6))
            if family == "pipeline":
                skops.io.dump(value, f"{stem}.skops")


def _pickled(value: Any, protocol: int) -> bytes:
    """By a protocol, or by the oldest one after it that can."""
    try:
        return pickle.dumps(value, protocol)
    except (TypeError, AttributeError):
        return pickle.dumps(value)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    write(Path(sys.argv[1]))
