"""The eligibility room: typed rules, findings and verdicts, for one applicant and for a set of partners.

Pure: no clock, no files, no HTTP. Three-valued throughout: a rule is met, not met, or cannot be told, and what is not
known never makes anybody "not eligible".
"""
