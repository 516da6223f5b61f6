"""The source room: content files as plain values with line numbers, and Markdown as safe HTML."""
