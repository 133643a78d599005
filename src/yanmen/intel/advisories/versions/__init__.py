"""The orders of versions, one file each. Every ``key`` turns a version into something that compares, or raises ValueError."""
