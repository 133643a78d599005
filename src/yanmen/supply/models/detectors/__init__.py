"""Looks at model files."""
