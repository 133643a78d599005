"""Bounded readers of the forms that manifests are written in: text, JSON, TOML, YAML, XML; each knows its lines."""
