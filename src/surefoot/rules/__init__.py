"""The catalogue: one rule, one file, found by walking this package."""
