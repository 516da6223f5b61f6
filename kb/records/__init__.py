"""The records room: typed records, their dates and provenance, and the checks on one record and on the whole set.

Pure: today's date and the closed lists arrive as arguments.
"""
