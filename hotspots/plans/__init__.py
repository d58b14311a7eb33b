"""The plan (SARA): record, scanning, analysis, response menu, assessment."""
