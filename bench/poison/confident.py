"""Confident learning as one would put it together from scikit-learn: run in an environment of its own, rows on standard input.

``VENV/bin/python bench/poison/confident.py < rows.json``; rows are ``[text, label]``; answers a score for each row.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from typing import Any

import numpy as np

learn: Any = import_module("sklearn.linear_model")
select: Any = import_module("sklearn.model_selection")
words: Any = import_module("sklearn.feature_extraction.text")
rows = json.load(sys.stdin)
texts, labels = [text for text, _ in rows], np.array([label for _, label in rows])
features = words.TfidfVectorizer(
    analyzer="char_wb", ngram_range=(1, 3), min_df=2, sublinear_tf=True
).fit_transform(texts)
said = select.cross_val_predict(
    learn.LogisticRegression(max_iter=100, C=4), features, labels, cv=3, method="predict_proba"
)
own = said[np.arange(len(labels)), np.searchsorted(np.unique(labels), labels)]
json.dump((1 - own).tolist(), sys.stdout)
