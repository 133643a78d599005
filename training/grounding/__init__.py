"""Trains the model of grounding: ``python -m training.grounding --data DIR``."""
