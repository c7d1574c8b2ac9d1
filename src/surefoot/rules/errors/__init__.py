"""Errors: failures that are lost, hidden or told apart by their text."""
