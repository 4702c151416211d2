"""Owns the engines that turn a plan and unsealed likenesses into a film; owns no right to a likeness."""
