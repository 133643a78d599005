"""cleanlab as its own guide puts it together: TF-IDF, logistic regression, five folds. Run in an environment of its own.

``VENV/bin/python bench/poison/cleanlab_peer.py < rows.json``; rows are ``[text, label, planted]``; answers figures.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from typing import Any

import numpy as np

issues: Any = import_module("cleanlab.filter")
rank: Any = import_module("cleanlab.rank")
learn: Any = import_module("sklearn.linear_model")
metrics: Any = import_module("sklearn.metrics")
select: Any = import_module("sklearn.model_selection")
words: Any = import_module("sklearn.feature_extraction.text")
rows = json.load(sys.stdin)
texts, planted = [text for text, _, _ in rows], np.array([each for _, _, each in rows])
labels = np.unique([label for _, label, _ in rows], return_inverse=True)[1]
chinese = sum("\u3400" <= letter <= "\u9fff" for text in texts[:200] for letter in text) > 200
unit = "char" if chinese else "word"
features = words.TfidfVectorizer(analyzer=unit, ngram_range=(1, 2), min_df=2).fit_transform(texts)
model = learn.LogisticRegression(max_iter=300)
said = select.cross_val_predict(model, features, labels, cv=5, method="predict_proba")
named = issues.find_label_issues(labels, said)
plain = rank.get_label_quality_scores(labels, said)
adjusted = rank.get_label_quality_scores(labels, said, adjust_pred_probs=True)
figures = {
    "area": metrics.average_precision_score(planted, -plain),
    "area_adjusted": metrics.average_precision_score(planted, -adjusted),
    "precision": planted[named].mean() if named.any() else 0.0,
    "recall": named[planted].mean() if planted.any() else 0.0,
}
json.dump(
    {"named": int(named.sum()), **{key: round(float(value), 3) for key, value in figures.items()}}, sys.stdout
)
