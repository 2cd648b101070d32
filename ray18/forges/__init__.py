"""Forges: what they tell about reviews, and what is told to them; one module for each, all in one shape.

A forge is believed in what it tells about its accounts and reviews, never about content: digests are computed from the
commits that are here.
"""
