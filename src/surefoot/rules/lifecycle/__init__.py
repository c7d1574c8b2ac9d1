"""Start-up, shutdown and what a process owes its surroundings in between."""
