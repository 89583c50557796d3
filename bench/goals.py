"""How a figure is held against its goal."""


def verdict(name: str, figure: float, goal: float, unit: str = "") -> str:
    """Return one line; its last word says whether the figure is at most the goal."""
    word = "met" if figure <= goal else "short"
    return f"{name}, {_written(figure)}{unit}, goal {_written(goal)}{unit}, {word}"


def percentile(values: list[float], share: float) -> float:
    """Return the smallest value that such a share of all values does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, min(len(ordered) - 1, round(share * len(ordered)) - 1))]


def _written(figure: float) -> str:
    return f"{figure:g}" if figure == int(figure) else f"{figure:.2f}"
