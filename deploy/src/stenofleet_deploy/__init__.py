"""Builds the images and brings Stenofleet onto a cluster."""
