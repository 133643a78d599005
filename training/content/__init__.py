"""Trains the model of harmful content: ``python -m training.content --data DIR``."""
