"""How long a function may be and how much it may ask for: so that each can be read at one sight."""

import ast

from where import REPO

LINES, PARAMETERS = 60, 12  # the docstring does not count


def list_functions():
    for room in ("hotspots", "boundaries", "maps"):
        for path in sorted((REPO / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    yield f"{path.relative_to(REPO)}:{node.lineno} {node.name}", node


def lines_of(function):
    first = function.body[0]
    is_docstring = ast.get_docstring(function, clean=False) is not None
    return function.end_lineno - function.lineno + 1 - is_docstring * (first.end_lineno - first.lineno + 1)


def parameters_of(function):
    asked = function.args
    return len(asked.posonlyargs) + len(asked.args) + len(asked.kwonlyargs)


def test_no_function_is_longer_than_a_screen():
    assert [name for name, function in list_functions() if lines_of(function) > LINES] == []


def test_no_function_asks_for_more_than_can_be_kept_in_mind():
    assert [name for name, function in list_functions() if parameters_of(function) > PARAMETERS] == []
