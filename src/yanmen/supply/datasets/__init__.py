"""Training data and fine-tuning sets, looked at before a model learns from them."""
