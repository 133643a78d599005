"""Detectors of what lists say: one file each."""
