"""Sets the clock of every Python process that has this folder on its path: ``SKEW_SECONDS``."""

import os
import time

_true = time.time
_skew = float(os.environ.get("SKEW_SECONDS", "0"))
time.time = lambda: _true() + _skew
