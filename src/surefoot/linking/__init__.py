"""All examinations of a project -> what no single file could show."""
