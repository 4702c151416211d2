"""Races between consent and its use, and a checker that believes nobody."""
