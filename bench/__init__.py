"""Where README's figures come from: one command each, ratios of things timed in the same run."""
