"""Detectors of what packages do."""
