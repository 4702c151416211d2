"""Owns the Ray Serve side: one HTTP application an engine, each attempt in processes of its own. Holds no likeness."""
