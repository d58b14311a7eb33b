"""Capable guardians: choice, timetable, log, monthly return."""
