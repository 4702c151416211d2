"""Owns the numbered checks, one module each, pure over extracted features. Does not extract and does not decide.

1 recording · 2 answers_challenge · 3 movements · 4 solid · 5 texture · 6 words · 8 voice · 9 one_face · 11 injection
"""
