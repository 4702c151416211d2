"""Owns films of an enrolled person without a generative model: own frames, a mesh warp, synthesised speech."""
