"""What looks after the workers: each guard sees one thing that goes wrong, and says so.

`roster`, `orphans`, `stalled`, `visibility`, `hoarding`, `conflict`, `objective` and `capacity` are
pure: they are fed with plain data each tick. `inquiry` and `giveback` speak with Redis.
"""
