"""Changes of a transcript's text by people; they can be undone."""
