"""What is opened and must be given back: files, connections, temporary files."""
