"""Source of others that a tree carries within itself, recognised by digests of its files."""
