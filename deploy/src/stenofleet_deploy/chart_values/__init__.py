"""The chart's schema and README, written from the comments in its ``values.yaml``."""
