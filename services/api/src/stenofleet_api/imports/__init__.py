"""Transcripts that were made elsewhere, as subtitles."""
