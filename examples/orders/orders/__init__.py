"""A sample order service with mistakes planted in it; see the README beside it."""
