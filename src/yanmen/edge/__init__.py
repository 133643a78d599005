"""The wall: an nftables program of our own, kept equal to the standing decisions on addresses and networks."""
