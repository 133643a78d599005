"""The pickle machine on abstract values: what loading a pickle would do, without doing it."""
