"""Live events of sessions, as Server-Sent Events."""
