"""The clients' side of the wire: our own HTTP/1.1, strict in framing and bounded in everything."""
