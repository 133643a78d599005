"""What findings and gaps say, for a reader of another language than English."""
