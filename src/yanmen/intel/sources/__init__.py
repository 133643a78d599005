"""Where leaked keys are looked for: files, archives, the history of a repository."""
