"""The exports room: records and results as JSON, tables, feeds and calendars. Touches nothing."""
