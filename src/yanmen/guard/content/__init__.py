"""Harmful content: the scheme of risks, the model and its weights."""
