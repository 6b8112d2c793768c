"""From a recording to the segments of its session."""
