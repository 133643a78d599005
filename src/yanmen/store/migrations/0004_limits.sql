-- What a key may do beside its scopes: models, surfaces, addresses, limits, team, priority; as JSON.
ALTER TABLE keys ADD COLUMN terms TEXT NOT NULL DEFAULT '{}';

-- A projection: what calls used, by quarters of an hour, which every calendar's days are made of.
CREATE TABLE usage (
  quarter INTEGER NOT NULL,
  caller TEXT NOT NULL,
  person TEXT NOT NULL,
  team TEXT NOT NULL,
  tenant TEXT NOT NULL,
  model TEXT NOT NULL,
  calls INTEGER NOT NULL,
  tokens_in INTEGER NOT NULL,
  tokens_out INTEGER NOT NULL,
  tokens_cached INTEGER NOT NULL,
  cost INTEGER NOT NULL,
  estimated INTEGER NOT NULL,
  PRIMARY KEY (quarter, caller, person, team, tenant, model)
) STRICT, WITHOUT ROWID;
CREATE INDEX usage_by_tenant ON usage (tenant, quarter);

-- Beside the record: how far budgets may be used before the disk is asked again, and the backlogs of rates.
CREATE TABLE balances (
  name TEXT PRIMARY KEY,
  ends INTEGER NOT NULL,
  authorised INTEGER NOT NULL,
  backlog INTEGER NOT NULL,
  seen INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
