"""Points to places: read, weigh, find, time, compare, judge and patrol hotspots of crime and ASB."""

from hotspots.assess import assess_response, propose_comparators
from hotspots.assign import assign_hotspots
from hotspots.cameras import place_cameras, street_junctions
from hotspots.cells import assign_cells, count_cells, label_cells, score_cells
from hotspots.changes import compare_periods
from hotspots.checks import InputError
from hotspots.clusters import cluster_incidents
from hotspots.concentration import draw_concentration, gini, lorenz_curve, measure_concentration
from hotspots.density import smooth_density
from hotspots.find import find_hotspots
from hotspots.fit import fit_layout, suggest_layouts
from hotspots.incidents import read_incidents
from hotspots.layout import list_layouts, load_layout
from hotspots.outlines import outline_hotspots
from hotspots.rejects import diagnose_rejects, refuse_systematic, tabulate_rejects
from hotspots.sara import draft_plan
from hotspots.selection import explain_no_arrow
from hotspots.severity import list_schemes, read_weights, weigh_incidents

__all__ = [
    "InputError",
    "assess_response",
    "assign_cells",
    "assign_hotspots",
    "cluster_incidents",
    "compare_periods",
    "count_cells",
    "diagnose_rejects",
    "draft_plan",
    "draw_concentration",
    "explain_no_arrow",
    "find_hotspots",
    "fit_layout",
    "gini",
    "label_cells",
    "list_layouts",
    "list_schemes",
    "load_layout",
    "lorenz_curve",
    "measure_concentration",
    "outline_hotspots",
    "place_cameras",
    "propose_comparators",
    "read_incidents",
    "read_weights",
    "refuse_systematic",
    "score_cells",
    "smooth_density",
    "street_junctions",
    "suggest_layouts",
    "tabulate_rejects",
    "weigh_incidents",
]
