"""The wire formats of model calls: strict JSON, server-sent events, the chat surface, and where each of their texts is."""
