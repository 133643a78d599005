-- What the guard learns from, and what it learnt: projections.
CREATE TABLE models (
  version TEXT PRIMARY KEY,
  seq INTEGER NOT NULL,
  state TEXT NOT NULL,
  before TEXT NOT NULL,
  evaluation BLOB NOT NULL,
  body BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE reviews (
  id TEXT PRIMARY KEY,
  seq INTEGER NOT NULL,
  source TEXT NOT NULL,
  origin TEXT NOT NULL,
  state TEXT NOT NULL,
  score INTEGER NOT NULL,
  quarantine TEXT NOT NULL,
  body BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX reviews_by_seq ON reviews (seq);
CREATE INDEX reviews_by_state ON reviews (state, seq);
CREATE INDEX reviews_by_origin ON reviews (origin, seq);
CREATE TABLE labels (
  review TEXT NOT NULL,
  actor TEXT NOT NULL,
  seq INTEGER NOT NULL,
  at INTEGER NOT NULL,
  label TEXT NOT NULL,
  class TEXT NOT NULL,
  PRIMARY KEY (review, actor)
) STRICT, WITHOUT ROWID;
CREATE TABLE campaigns (
  id TEXT PRIMARY KEY,
  seq INTEGER NOT NULL,
  last INTEGER NOT NULL,
  body BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX campaigns_by_last ON campaigns (last, id);

-- Beside the record: what was usual so far. Lost, it is learnt anew.
CREATE TABLE profiles (name TEXT PRIMARY KEY, body BLOB NOT NULL) STRICT, WITHOUT ROWID;
