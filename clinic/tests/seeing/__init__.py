"""Pages as people see them: by language, theme and size, and what shuts somebody out."""
