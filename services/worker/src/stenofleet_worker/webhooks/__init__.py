"""Sends webhooks' messages, and again until they arrive or a day is over."""
