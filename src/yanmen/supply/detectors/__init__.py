"""What is to be said of components."""
