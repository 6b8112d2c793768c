"""Transcripts, in the forms that users take them."""
