"""Rules about type hints."""
