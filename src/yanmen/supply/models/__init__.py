"""Model files as they lie on disk: what each one is by its content, and whether loading it can do harm."""
