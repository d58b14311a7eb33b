"""What every writer uses: escaping, whole files, the folder swapped in, the palette, the console."""
