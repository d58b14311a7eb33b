"""The strategic assessment: one outline, every number of it a cell of a workbook, people's words kept."""
