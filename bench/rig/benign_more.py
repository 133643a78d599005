"""Writes ordinary files of thirty further libraries, from random numbers: the held-out set of ``bench/models.py``.

Written before any table knew one of these libraries. Run in an environment of its own
(``bench/requirements-benign-more.txt``), with the folder to write to. Each file is named ``LIBRARY--WHAT.EXT``; a library that
is missing, or a model that does not fit, is left out and said on standard error.
"""

# mypy: ignore-errors
# ruff: noqa: PLC0415, PLC3002, ICN001
# It runs where its libraries are, which is not where the project is checked; each family imports its own.

from __future__ import annotations

import importlib
import pickle  # noqa: TID251  # writes the files that are scanned
import sys
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from benign_networks import write as write_networks
from benign_texts import plain, spacy_objects, symbols, words

Made = Iterator[tuple[str, Callable[[], Any]]]
RANDOM = np.random.default_rng(11)
X, Y = RANDOM.random((80, 5)), np.arange(80) % 2
REAL = X @ np.arange(1.0, 6.0) + RANDOM.random(80)
SERIES = np.sin(np.arange(120) / 6) + RANDOM.random(120) / 5 + 2


def _frame() -> Any:
    import pandas as pd

    frame = pd.DataFrame(X, columns=list("abcde"))
    frame["kind"] = np.where(Y, "one", "two")
    return frame


def _each(module: str, names: str, fit: Callable[[Any], Any]) -> Made:
    """Every class of a module by name, made without arguments and fitted."""
    for name in names.split():
        place, _, cls = name.rpartition(".")
        yield (
            cls,
            lambda place=place, cls=cls: fit(
                getattr(importlib.import_module(f"{module}.{place}".rstrip(".")), cls)()
            ),
        )


def imbalanced() -> Made:
    """Samplers and ensembles."""
    names = "over_sampling.SMOTE over_sampling.ADASYN under_sampling.RandomUnderSampler under_sampling.TomekLinks combine.SMOTEENN"
    yield from _each(
        "imblearn", names, lambda model: (model.fit_resample(X[:60], np.arange(60) % 3 // 2), model)[1]
    )
    names = (
        "ensemble.BalancedRandomForestClassifier ensemble.EasyEnsembleClassifier ensemble.RUSBoostClassifier"
    )
    yield from _each("imblearn", names, lambda model: model.fit(X, Y))
    yield (
        "pipeline",
        lambda: (
            __import__("imblearn.pipeline")
            .pipeline.make_pipeline(__import__("imblearn.over_sampling").over_sampling.SMOTE())
            .fit(X, Y)
        ),
    )


def encoders() -> Made:
    """Encoders of categories."""
    names = "TargetEncoder OrdinalEncoder BinaryEncoder CountEncoder HashingEncoder WOEEncoder CatBoostEncoder JamesSteinEncoder"
    yield from _each("category_encoders", names, lambda model: model.fit(_frame(), Y))


def outliers() -> Made:
    """Detectors of outliers."""
    names = (
        "knn.KNN iforest.IForest lof.LOF hbos.HBOS ecod.ECOD copod.COPOD "
        "pca.PCA ocsvm.OCSVM mcd.MCD abod.ABOD cblof.CBLOF kde.KDE"
    )
    yield from _each("pyod.models", names, lambda model: model.fit(X))


def clusters() -> Made:
    """HDBSCAN, UMAP and their kin."""
    yield "HDBSCAN", lambda: __import__("hdbscan").HDBSCAN(min_cluster_size=4).fit(X)
    yield (
        "HDBSCAN-prediction",
        lambda: __import__("hdbscan").HDBSCAN(min_cluster_size=4, prediction_data=True).fit(X),
    )
    yield "UMAP", lambda: __import__("umap").UMAP(n_neighbors=5, n_epochs=5, random_state=1).fit(X)
    yield "NNDescent", lambda: __import__("pynndescent").NNDescent(X.astype("f4"))


def econometrics() -> Made:
    """Results and models of statsmodels, arch, pmdarima."""
    import statsmodels.api as sm
    import statsmodels.formula.api as smf

    yield "OLS", lambda: sm.OLS(REAL, X).fit()
    yield "WLS", lambda: sm.WLS(REAL, X, weights=np.ones(80)).fit()
    yield "Logit", lambda: sm.Logit(RANDOM.integers(0, 2, 80), X).fit(disp=0)
    yield "GLM", lambda: sm.GLM(REAL, X).fit()
    yield "formula", lambda: smf.ols("a ~ b + C(kind)", _frame()).fit()
    yield "ARIMA", lambda: sm.tsa.ARIMA(SERIES, order=(1, 0, 1)).fit()
    yield "SARIMAX", lambda: sm.tsa.SARIMAX(SERIES, order=(1, 0, 0)).fit(disp=0)
    yield "ExponentialSmoothing", lambda: sm.tsa.ExponentialSmoothing(SERIES, trend="add").fit()
    yield "KDE", lambda: (lambda k: (k.fit(), k)[1])(sm.nonparametric.KDEUnivariate(SERIES))
    yield "ECDF", lambda: __import__("statsmodels.distributions").distributions.ECDF(SERIES)
    yield "garch", lambda: __import__("arch").arch_model(SERIES * 10).fit(disp="off")
    yield "auto-arima", lambda: __import__("pmdarima").auto_arima(SERIES, max_p=1, max_q=1)


def survival() -> Made:
    """Lifelines and scikit-survival."""
    import pandas as pd

    frame = pd.DataFrame({"t": RANDOM.random(80) * 9 + 1, "e": Y, "x": X[:, 0]})
    names = "KaplanMeierFitter NelsonAalenFitter WeibullFitter ExponentialFitter LogNormalFitter"
    yield from _each("lifelines", names, lambda model: model.fit(frame["t"], frame["e"]))
    yield "CoxPHFitter", lambda: __import__("lifelines").CoxPHFitter().fit(frame, "t", "e")
    yield "WeibullAFTFitter", lambda: __import__("lifelines").WeibullAFTFitter().fit(frame, "t", "e")
    times = np.array(
        [(bool(e), t) for e, t in zip(frame["e"], frame["t"], strict=True)], dtype=[("e", "?"), ("t", "f8")]
    )
    names = "linear_model.CoxPHSurvivalAnalysis tree.SurvivalTree ensemble.RandomSurvivalForest"
    yield from _each("sksurv", names, lambda model: model.fit(X, times))


def streams() -> Made:
    """Models that river learns from a stream, and what sits beside them."""

    def learned(model: Any) -> Any:
        for row, label in zip(X, Y, strict=True):
            model.learn_one(dict(zip("abcde", row.tolist(), strict=True)), bool(label))
        return model

    names = (
        "linear_model.LogisticRegression tree.HoeffdingTreeClassifier naive_bayes.GaussianNB "
        "forest.ARFClassifier neighbors.KNNClassifier ensemble.BaggingClassifier dummy.NoChangeClassifier"
    )
    for name in names.split():
        place, cls = name.split(".")
        yield (
            cls,
            lambda place=place, cls=cls: learned(getattr(importlib.import_module(f"river.{place}"), cls)()),
        )
    yield (
        "scaled",
        lambda: learned(
            __import__("river.preprocessing").preprocessing.StandardScaler()
            | importlib.import_module("river.linear_model").LogisticRegression()
        ),
    )
    yield (
        "mean",
        lambda: (lambda m: ([m.update(x) for x in SERIES], m)[1])(
            importlib.import_module("river.stats").Mean()
        ),
    )
    yield (
        "ADWIN",
        lambda: (lambda m: ([m.update(x) for x in SERIES], m)[1])(
            importlib.import_module("river.drift").ADWIN()
        ),
    )


def forecasts() -> Made:
    """Sktime and Prophet."""
    import pandas as pd

    y = pd.Series(SERIES, index=pd.period_range("2015-01", periods=120, freq="M"))
    names = (
        "naive.NaiveForecaster trend.TrendForecaster trend.PolynomialTrendForecaster "
        "theta.ThetaForecaster exp_smoothing.ExponentialSmoothing croston.Croston"
    )
    yield from _each("sktime.forecasting", names, lambda model: model.fit(y, fh=[1, 2]))
    names = (
        "series.detrend.Detrender series.boxcox.LogTransformer series.difference.Differencer series.lag.Lag"
    )
    yield from _each("sktime.transformations", names, lambda model: model.fit(y))
    yield (
        "prophet",
        lambda: (
            __import__("prophet")
            .Prophet()
            .fit(pd.DataFrame({"ds": pd.date_range("2020", periods=120), "y": SERIES}))
        ),
    )


def tables() -> Made:
    """polars, pyarrow, xarray, shapely and geopandas, awkward frames of pandas."""
    import pandas as pd
    import polars
    import pyarrow

    yield "polars-DataFrame", lambda: polars.DataFrame({"a": [1, 2], "b": ["x", None]})
    yield "polars-Series", lambda: polars.Series("a", [1.5, 2])
    yield "polars-LazyFrame", lambda: polars.DataFrame({"a": [1]}).lazy()
    yield "pyarrow-Table", lambda: pyarrow.table({"a": [1, 2], "b": ["x", "y"]})
    yield "pyarrow-Array", lambda: pyarrow.array([1, None, 3])
    yield (
        "pyarrow-Schema",
        lambda: pyarrow.schema([("a", pyarrow.int64()), ("b", pyarrow.list_(pyarrow.string()))]),
    )
    yield "pandas-arrow", lambda: pd.DataFrame({"a": pd.array([1, 2], dtype="int64[pyarrow]")})
    yield "pandas-groups", lambda: _frame().groupby("kind").mean(numeric_only=True)
    yield "pandas-pivot", lambda: _frame().pivot_table(index="kind", aggfunc="mean")
    yield "pandas-duration", lambda: pd.Series(pd.to_timedelta([1, 2], "D"))
    yield "pandas-multi", lambda: pd.DataFrame(X[:4], index=pd.MultiIndex.from_product([[1, 2], ["a", "b"]]))
    yield "xarray-DataArray", lambda: __import__("xarray").DataArray(X, dims=("a", "b"))
    yield "xarray-Dataset", lambda: __import__("xarray").Dataset({"v": (("a", "b"), X)}, {"a": np.arange(80)})
    yield "shapely-Polygon", lambda: __import__("shapely").Polygon([(0, 0), (1, 0), (1, 1)])
    yield (
        "geopandas-frame",
        lambda: __import__("geopandas").GeoDataFrame(
            {"a": [1]}, geometry=[__import__("shapely").Point(1, 2)]
        ),
    )


def recommenders() -> Made:
    """implicit, hmmlearn, ngboost, pygam, mlxtend, feature-engine, interpret, scikit-optimize, gplearn."""
    from scipy import sparse

    users = sparse.random(30, 20, 0.2, format="csr", random_state=1)
    yield from _each(
        "implicit",
        "als.AlternatingLeastSquares bpr.BayesianPersonalizedRanking nearest_neighbours.CosineRecommender",
        lambda model: (model.fit(users, show_progress=False), model)[1],
    )
    yield from _each("hmmlearn.hmm", "GaussianHMM GMMHMM", lambda model: model.fit(X))
    yield (
        "NGBRegressor",
        lambda: __import__("ngboost").NGBRegressor(n_estimators=3, verbose=False).fit(X, REAL),
    )
    yield "LinearGAM", lambda: __import__("pygam").LinearGAM().fit(X, REAL)
    yield from _each("mlxtend.classifier", "Perceptron SoftmaxRegression", lambda model: model.fit(X, Y))
    yield from _each(
        "feature_engine",
        "imputation.MeanMedianImputer discretisation.EqualFrequencyDiscretiser encoding.OrdinalEncoder "
        "selection.DropConstantFeatures outliers.Winsorizer",
        lambda model: model.fit(_frame(), Y),
    )
    yield (
        "skopt",
        lambda: __import__("skopt").gp_minimize(
            lambda v: v[0] ** 2, [(-1.0, 1.0)], n_calls=5, n_initial_points=4
        ),
    )
    yield (
        "gplearn",
        lambda: (
            importlib.import_module("gplearn.genetic")
            .SymbolicRegressor(population_size=20, generations=2)
            .fit(X, REAL)
        ),
    )
    yield (
        "sklearn-pandas",
        lambda: __import__("sklearn_pandas").DataFrameMapper([(["a"], None)]).fit(_frame()),
    )


def compositions() -> Made:
    """Pipelines of scikit-learn of the kinds that projects keep, over frames."""
    from sklearn import (
        calibration,
        cluster,
        compose,
        decomposition,
        ensemble,
        feature_selection,
        gaussian_process,
        impute,
        linear_model,
        manifold,
        mixture,
        model_selection,
        multioutput,
        neighbors,
        neural_network,
        pipeline,
        preprocessing,
        svm,
    )

    mixed = compose.ColumnTransformer(
        [
            (
                "n",
                pipeline.make_pipeline(
                    impute.SimpleImputer(), preprocessing.QuantileTransformer(n_quantiles=9)
                ),
                list("abcde"),
            ),
            ("k", preprocessing.OneHotEncoder(handle_unknown="ignore"), ["kind"]),
        ]
    )
    for name, last in {
        "forest": ensemble.RandomForestClassifier(5),
        "boosted": ensemble.HistGradientBoostingClassifier(max_iter=3),
        "network": neural_network.MLPClassifier((4,), max_iter=20),
        "calibrated": calibration.CalibratedClassifierCV(svm.LinearSVC(), cv=2),
        "search": model_selection.HalvingGridSearchCV
        if False
        else model_selection.GridSearchCV(linear_model.SGDClassifier(), {"alpha": [1e-3, 1e-2]}, cv=2),
        "bagged": ensemble.BaggingClassifier(neighbors.KNeighborsClassifier(), 3),
    }.items():
        yield (
            f"mixed-{name}",
            lambda last=last: pipeline.Pipeline([("columns", mixed), ("last", last)]).fit(_frame(), Y),
        )
    yield (
        "selected",
        lambda: pipeline.make_pipeline(
            feature_selection.SelectKBest(feature_selection.mutual_info_classif, k=2),
            decomposition.PCA(2),
            mixture.GaussianMixture(2),
        ).fit(X, Y),
    )
    kernel = gaussian_process.kernels
    yield (
        "gaussian",
        lambda: gaussian_process.GaussianProcessRegressor(
            kernel.RBF() + kernel.WhiteKernel() * kernel.Matern()
        ).fit(X, REAL),
    )
    yield "multi", lambda: multioutput.MultiOutputRegressor(linear_model.Ridge()).fit(X, np.c_[REAL, REAL])
    yield "embedding", lambda: manifold.Isomap(n_components=2).fit(X)
    yield (
        "features",
        lambda: pipeline.make_union(
            preprocessing.PolynomialFeatures(), preprocessing.SplineTransformer(n_knots=3)
        ).fit(X),
    )
    yield "clusters", lambda: [cluster.KMeans(2).fit(X), cluster.OPTICS().fit(X), cluster.Birch().fit(X)]
    yield (
        "metrics",
        lambda: {
            "scores": model_selection.cross_validate(
                linear_model.Ridge(), X, REAL, cv=3, return_estimator=True
            ),
            "when": datetime(2026, 1, 2, tzinfo=UTC),
        },
    )


FAMILIES: dict[str, Callable[[], Made]] = {
    "imblearn": imbalanced, "category_encoders": encoders, "pyod": outliers, "clusters": clusters,
    "statsmodels": econometrics, "survival": survival, "river": streams, "forecasts": forecasts, "words": words,
    "spacy": spacy_objects, "symbols": symbols, "tables": tables, "models": recommenders, "sklearn": compositions, "plain": plain,
}  # fmt: skip


def write(folder: Path) -> None:
    """All files; protocols in turn, and every sixth one by joblib, packed in one of its ways; then torch's own and Keras's."""
    import joblib

    folder.mkdir(parents=True, exist_ok=True)
    packings = [0, ("zlib", 3), ("gzip", 3), ("bz2", 3), ("xz", 3), ("lzma", 3), ("lz4", 1)]
    number = 0
    for family, make in FAMILIES.items():
        try:
            for name, build in make():
                number += 1
                try:
                    _one(folder / f"{family}--{name}", build(), number, packings, joblib.dump)
                except Exception as error:  # noqa: BLE001
                    (folder / f"{family}--{name}.joblib").unlink(missing_ok=True)  # cut short
                    print(
                        f"left out: {family} {name}: {type(error).__name__}: {error!s:.100}", file=sys.stderr
                    )
        except Exception as error:  # noqa: BLE001
            print(f"left out: {family}: {type(error).__name__}: {str(error)[:100]}", file=sys.stderr)
    write_networks(folder)


def _one(stem: Path, value: Any, number: int, packings: list[Any], dump: Callable[..., Any]) -> None:
    if number % 6 == 0:
        dump(value, f"{stem}.joblib", compress=packings[number // 6 % len(packings)])
        return
    try:
        data = pickle.dumps(value, number % 6)
    except (TypeError, AttributeError, ValueError):
        data = pickle.dumps(value)
    Path(f"{stem}.pkl").write_bytes(data)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    np.random.seed(3)  # noqa: NPY002  # libraries that ask the old generator
    write(Path(sys.argv[1]))
