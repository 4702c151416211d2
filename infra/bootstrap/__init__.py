"""Owns the set-up of a fresh machine: every program, package, jar and model of an installation, each checked by its digest.

Does not own starting anything (infra.supervise). Standard library only, except `jars`, which runs in the environment it made.
"""
