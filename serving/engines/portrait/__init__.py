"""Owns films of an enrolled person without a generative model: own frames, a mesh warp, synthesised speech."""

from serving.engines.portrait.engine import PortraitEngine

__all__ = ["PortraitEngine"]
