# /// script
# requires-python = ">=3.11,<3.13"
# dependencies = [
#     "prometheus-exporter-celery==0.11.2",
#     "celery[redis]==5.5.*", # of its own day; later ones refuse the redis-py that it asks for
# ]
# ///
"""celery-exporter as its authors publish it; uv gives it an environment of its own.

Its versions are pinned beside it: ``uv lock --script tests/support/celery_exporter_program.py``.
"""

from importlib import import_module

# The distribution has its modules in a package of this name.
import_module("src.cli").cli()
