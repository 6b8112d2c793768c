"""Run the `cluster` command as a module."""

import sys

from stenofleet_cluster.cli import main

sys.exit(main())
