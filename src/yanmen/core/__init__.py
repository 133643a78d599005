"""The nouns every room shares: what happened, what was found, what was decided. Imports no other room."""
