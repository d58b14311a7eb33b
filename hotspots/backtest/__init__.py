"""Was the choice good: places chosen before, counted after."""
