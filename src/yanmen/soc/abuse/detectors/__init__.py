"""Detectors of behaviour: one file each."""
