"""A developer's machine without Kubernetes: settings, Redis and PostgreSQL."""
