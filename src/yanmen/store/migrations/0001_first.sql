-- The log: one leaf hash a record, for ever.
CREATE TABLE log (
  seq INTEGER PRIMARY KEY,
  leaf BLOB NOT NULL CHECK (length(leaf) = 32)
) STRICT;
CREATE TRIGGER log_is_not_changed BEFORE UPDATE ON log BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER log_is_not_cut BEFORE DELETE ON log BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;

-- The records: body holds the canonical bytes under the leaf; the other columns repeat what is in it, to be searched.
CREATE TABLE events (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  actor TEXT,
  subject TEXT,
  body BLOB NOT NULL
) STRICT;
CREATE INDEX events_by_actor ON events (actor, seq) WHERE actor IS NOT NULL;
CREATE INDEX events_by_subject ON events (subject, seq) WHERE subject IS NOT NULL;
CREATE TRIGGER events_are_not_changed BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER events_are_not_cut BEFORE DELETE ON events WHEN OLD.kind <> 'call.allowed'
  BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;

-- How far the log has come: the compact range of its tree and the signed checkpoint, renewed in every commit.
CREATE TABLE head (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  size INTEGER NOT NULL,
  peaks BLOB NOT NULL,
  note TEXT NOT NULL
) STRICT;
CREATE TABLE checkpoints (size INTEGER PRIMARY KEY, note TEXT NOT NULL) STRICT;
CREATE TRIGGER checkpoints_are_not_changed BEFORE UPDATE ON checkpoints
  BEGIN SELECT RAISE(ABORT, 'checkpoints are append-only'); END;
CREATE TRIGGER checkpoints_are_not_cut BEFORE DELETE ON checkpoints
  BEGIN SELECT RAISE(ABORT, 'checkpoints are append-only'); END;

-- Projections: functions of the events and of nothing else.
CREATE TABLE decisions (
  place INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  subject TEXT NOT NULL,
  verdict INTEGER NOT NULL,
  shadow INTEGER NOT NULL,
  until INTEGER NOT NULL,
  lifted INTEGER NOT NULL DEFAULT 0,
  body BLOB NOT NULL
) STRICT;
CREATE INDEX decisions_by_id ON decisions (id);
CREATE INDEX decisions_by_subject ON decisions (subject, place);
CREATE INDEX decisions_standing ON decisions (until) WHERE until > 0 AND lifted = 0 AND shadow = 0;
CREATE TABLE keys (
  id TEXT PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  tenant TEXT NOT NULL,
  scopes TEXT NOT NULL,
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  revoked INTEGER NOT NULL,
  replaces TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE incidents (
  id TEXT PRIMARY KEY,
  seq INTEGER NOT NULL,
  opened INTEGER NOT NULL,
  status TEXT NOT NULL,
  cause TEXT NOT NULL,
  body BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX incidents_by_cause ON incidents (cause) WHERE status <> 'closed';
CREATE INDEX incidents_by_opened ON incidents (opened);
CREATE TABLE actions (
  id TEXT PRIMARY KEY,
  seq INTEGER NOT NULL,
  incident TEXT NOT NULL,
  undone INTEGER NOT NULL,
  body BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX actions_by_incident ON actions (incident, seq);
CREATE TABLE accounts (name TEXT PRIMARY KEY, role TEXT NOT NULL, hash TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE traffic (
  minute INTEGER NOT NULL,
  verdict TEXT NOT NULL,
  kind TEXT NOT NULL,
  model TEXT NOT NULL,
  calls INTEGER NOT NULL,
  tokens_in INTEGER NOT NULL,
  tokens_out INTEGER NOT NULL,
  PRIMARY KEY (minute, verdict, kind, model)
) STRICT, WITHOUT ROWID;
CREATE TABLE findings (
  seq INTEGER NOT NULL,
  number INTEGER NOT NULL,
  event TEXT NOT NULL,
  at INTEGER NOT NULL,
  rule TEXT NOT NULL,
  severity INTEGER NOT NULL,
  subject TEXT NOT NULL,
  evidence TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  verdict TEXT NOT NULL,
  PRIMARY KEY (seq, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX findings_by_rule ON findings (rule, seq);
CREATE TABLE touched (name TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- Beside the record: what may be lost without a trace.
CREATE TABLE sessions (
  hash TEXT PRIMARY KEY,
  account TEXT NOT NULL,
  expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE cursors (name TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- The vault: prompts and answers of tenants that asked for it, sealed. Commitments to them stand in the events.
CREATE TABLE tenant_keys (tenant TEXT PRIMARY KEY, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE contents (
  event TEXT NOT NULL,
  name TEXT NOT NULL,
  tenant TEXT NOT NULL,
  expires INTEGER NOT NULL,
  commitment TEXT NOT NULL,
  sealed BLOB NOT NULL,
  PRIMARY KEY (event, name)
) STRICT;
CREATE INDEX contents_by_tenant ON contents (tenant);
CREATE INDEX contents_by_expiry ON contents (expires);
