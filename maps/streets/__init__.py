"""The ground under the hotspots: streets with their names, places, water, green, rail and buildings.

``files`` reads it, ``schemas`` knows the columns of those who publish it, ``clip`` keeps what a map
needs, ``pack`` makes it small for the page.
"""
