"""Workbook, CSV, GeoPackage, QGIS styles."""
