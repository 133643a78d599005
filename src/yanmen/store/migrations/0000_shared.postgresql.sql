-- PostgreSQL only: what many nodes need beside the tables that both engines have. In its own words.

-- Of this installation: how far the migrations have come, and what each node must agree with.
CREATE TABLE installation (name TEXT PRIMARY KEY, value TEXT NOT NULL);

-- Durable, and waiting for a place in the log: whatever one commit of one node holds together, as a JSON array of events.
CREATE TABLE pending (
  place BIGSERIAL PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  awaited BOOLEAN NOT NULL,
  body BYTEA NOT NULL,
  delivered TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp()
);
-- What the integrator could not record, for whoever waits for it.
CREATE TABLE refused (id TEXT PRIMARY KEY, reason TEXT NOT NULL, at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp());

-- How much the records take, and whether no more of allowed traffic is recorded.
CREATE TABLE bound (one INTEGER PRIMARY KEY CHECK (one = 1), bytes BIGINT NOT NULL, full_up BOOLEAN NOT NULL);
INSERT INTO bound VALUES (1, 0, FALSE);

-- The files of the guard's models, in pieces.
CREATE TABLE model_files (
  digest TEXT NOT NULL,
  part INTEGER NOT NULL,
  body BYTEA NOT NULL,
  PRIMARY KEY (digest, part)
);

CREATE FUNCTION yanmen_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%', TG_ARGV[0];
END $$;

-- Takes items; answers the ids of those that were there already. Says so to the integrator.
CREATE FUNCTION yanmen_deliver(given TEXT[], waited BOOLEAN[], bodies BYTEA[]) RETURNS SETOF TEXT LANGUAGE plpgsql AS $$
BEGIN
  RETURN QUERY
    WITH taken AS (
      INSERT INTO pending (id, awaited, body) SELECT * FROM unnest(given, waited, bodies)
      ON CONFLICT (id) DO NOTHING RETURNING pending.id
    )
    SELECT one FROM unnest(given) AS one WHERE one NOT IN (SELECT taken.id FROM taken);
  RETURN QUERY
    DELETE FROM pending USING events WHERE pending.id = events.id AND pending.id = ANY (given) RETURNING pending.id;
  PERFORM pg_notify('yanmen', 'pending');
END $$;
