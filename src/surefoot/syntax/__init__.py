"""All that touches LibCST's machinery: parsing, one walk, positions."""
