-- The tools that MCP servers were seen to offer, each with the description it is trusted by: a projection.
CREATE TABLE tools (
  server TEXT NOT NULL,
  tool TEXT NOT NULL,
  seq INTEGER NOT NULL,
  digest TEXT NOT NULL,
  latest TEXT NOT NULL,
  first INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  approved TEXT NOT NULL,
  PRIMARY KEY (server, tool)
) STRICT, WITHOUT ROWID;
