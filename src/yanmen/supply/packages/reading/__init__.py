"""Reads code without running it: two languages become one small one, and a machine of abstract values walks through it."""
