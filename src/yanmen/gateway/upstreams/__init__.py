"""The way to the model: our own HTTP/1.1 client, strict in framing and bounded in everything."""
