"""Who speaks in a session, and what each is in the conversation."""
