"""Pages in a language that nobody speaks, for finding texts that nobody can translate."""
