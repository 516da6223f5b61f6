"""The exports room: records and results as JSON for scripts. Touches nothing."""
