"""What gives poisoned training data away: each detector looks at a whole table of rows."""
