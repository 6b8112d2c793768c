"""Uploads: how a recording comes into the store."""
