"""Policies in one module, what they are for in others."""
