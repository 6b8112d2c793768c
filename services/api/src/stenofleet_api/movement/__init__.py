"""Movements of people: taken into the list, read from the table."""
