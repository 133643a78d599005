"""Yanmen (雁门): defends an organisation's LLM service through its whole life."""

__version__ = "0.1.0"
