"""Where weights come from, how they are checked, converted and kept."""
