"""Comparing: which nodes of two runs stand for each other, and where they part."""
