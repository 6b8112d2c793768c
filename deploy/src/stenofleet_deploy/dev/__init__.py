"""The loop of a developer: a change on this machine runs in the cluster a moment later."""
