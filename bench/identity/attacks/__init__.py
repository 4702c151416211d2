"""Makes presentation and injection attacks. Every attack is made from the corpus or from fictional actors, at run time."""
