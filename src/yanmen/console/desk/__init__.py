"""What an analyst can see and do: each function serves a page and an operation of the API alike."""
