"""Weights, tensor by tensor: digests, comparisons of versions and formats, and hints at what stands out."""
