"""What every room above uses: places, windows, wording, shapes, grid references, calendars."""
