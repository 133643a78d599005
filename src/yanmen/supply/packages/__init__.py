"""Poisoned packages: what a package would do at install, when Python or Node starts, on import, and when it is called."""
