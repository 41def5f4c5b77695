"""What the service holds and does: models, traces, and how inputs become traces."""
