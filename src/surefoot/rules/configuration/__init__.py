"""Rules about configuration: when it is read, and what becomes of it."""
