"""The learned detectors of prompt attacks: pure inference over weights that are checked when they are loaded."""
