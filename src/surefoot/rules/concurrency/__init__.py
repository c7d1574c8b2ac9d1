"""Event loops, threads, tasks and locks."""
