"""Simulated sign-ups: people of many kinds, and campaigns. One world to fit on; another, of other people and styles, to measure."""
