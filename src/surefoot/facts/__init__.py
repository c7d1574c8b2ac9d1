"""What libraries do: facts from YAML, looked up by qualified name."""
