"""Every place of every surface that can carry a text: what the self-test plants its canary in, and the tests their attacks."""
