"""What the service does, apart from where requests come from."""
