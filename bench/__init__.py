"""How fast and how large: generations of three sizes from the project's own content, measured beside a bare FTS5."""
