"""A simulated population of callers of a model, honest ones and others."""
