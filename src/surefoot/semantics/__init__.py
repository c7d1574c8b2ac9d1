"""What names mean: symbols, values, and what a module offers and does."""
