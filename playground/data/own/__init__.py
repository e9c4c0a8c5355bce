"""A person's own files: tables, pictures and texts, found out and read."""
