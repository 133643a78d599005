"""Web pages and a JSON API over the store, in Chinese and English: what happened, what was decided, and what to do about it."""
