"""Grounding: whether an answer's sentences stand in the context that was supplied."""
