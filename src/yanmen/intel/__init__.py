"""What the world knows: leaked keys that were seen outside, whose network an address is of, and advisories."""
