"""OpenAI's way to ask for a transcript, over the same queue."""
