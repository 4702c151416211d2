"""Owns the ports' real parts: media decoding and models. Does not judge what they say."""
