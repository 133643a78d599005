"""Names of popular packages, and names that are taken for them."""
