"""Personal data: what its kinds look like, in Chinese and English texts, and how sure one can be of each."""
