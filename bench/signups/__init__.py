"""Simulated sign-ups: people of many kinds, and campaigns. One set to fit on, another, of other styles and other people, to measure."""
