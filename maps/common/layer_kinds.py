"""What kind of layer a frame is, told from its name and columns."""

import re

import geopandas as gpd

from hotspots.common.plan_words import start_sentence

# Words of a layer's name, without their plural, that say what it holds.
_NAMED_KINDS = {
    "incidents": ("incident",),
    "cells": ("cell",),
    "patrols": ("patrol",),
    "cameras": ("camera", "cctv"),
    "places": ("place", "pub", "school"),
    "comparison": ("comparison", "comparator", "compared", "ring"),
    "streets": ("road", "street"),
}


# What people outside the partnership do not know by its letters.
_LETTERS = {"lap": "Local Area Plans", "lsoa": "LSOAs (small census areas)", "msoa": "MSOAs (census areas)"}


def name_layer(label: str) -> str:
    """Name a layer as the page shows it: known letters written out, else its own name with a capital.

    Examples
    --------
    >>> name_layer("lap"), name_layer("school zones")
    ('Local Area Plans', 'School zones')
    """
    return _LETTERS.get(label.casefold()) or start_sentence(label) or "Layer"


def kind_of(name: str, frame: gpd.GeoDataFrame) -> str:
    """Find what a layer holds, from ``frame.attrs["kind"]``, its columns, or the name it was given."""
    stated = frame.attrs.get("kind")
    if stated:
        return str(stated)
    if {"when", "category"} <= set(frame.columns):
        return "incidents"
    words = _words_of(name)
    return next((kind for kind, said in _NAMED_KINDS.items() if words & set(said)), "areas")


def names_spots(name: str) -> bool:
    """Whether a layer or sheet is called hotspots.

    Examples
    --------
    >>> names_spots("hotspots_asb"), names_spots("nothotspots")
    (True, False)
    """
    return "hotspot" in _words_of(name)


def _words_of(name: str) -> set[str]:
    """Whole words of a name, without their plural: "public_space" speaks of no pub."""
    return {word.removesuffix("s") for word in re.findall(r"[^\W_]+", name.casefold())}


def identify(name: str) -> str:
    """Id for the page: letters, digits and dashes only.

    Examples
    --------
    >>> identify("Local Area Plans")
    'local-area-plans'
    """
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-") or "layer"
