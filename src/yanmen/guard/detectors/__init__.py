"""Detectors of texts."""
