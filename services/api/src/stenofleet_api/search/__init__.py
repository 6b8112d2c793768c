"""Search in transcripts."""
