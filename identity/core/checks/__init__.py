"""Owns the numbered checks, one module each, pure over extracted features: `about` lists them. Does not extract and does not decide."""
