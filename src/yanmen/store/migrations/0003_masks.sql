-- Beside the record: what stands behind the placeholders of masked values, sealed under the tenant's key, for a time.
CREATE TABLE masks (
  tenant TEXT NOT NULL,
  placeholder TEXT NOT NULL,
  sealed BLOB NOT NULL,
  PRIMARY KEY (tenant, placeholder)
) STRICT, WITHOUT ROWID;
-- Who may have it back, and until when.
CREATE TABLE mask_keys (
  tenant TEXT NOT NULL,
  placeholder TEXT NOT NULL,
  key TEXT NOT NULL,
  expires INTEGER NOT NULL,
  PRIMARY KEY (tenant, placeholder, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX mask_keys_by_expiry ON mask_keys (expires);
