"""Measures who gets through an enrolment: bona fide people and attacks, per check and whole. Owns no threshold."""
