"""Code that acts on systems: dry runs, commands and their exit status, plans, records."""
