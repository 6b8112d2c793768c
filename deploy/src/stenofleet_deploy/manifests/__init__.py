"""Kustomize's base and overlays, made from the chart."""
