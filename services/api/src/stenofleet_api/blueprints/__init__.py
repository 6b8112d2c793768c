"""Blueprints: saved mappings of stores and cameras, and the plan that applying one writes."""
