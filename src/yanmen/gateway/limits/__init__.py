"""What callers may use: which limits concern a call, how much it may take at most, and what is said when it may not."""
