"""Statements as they can be compared: in one line, without comments."""

import re


def bare(statement: str) -> str:
    """Return a statement without comments, line breaks, blanks inside of parentheses and its end."""
    text = re.sub(r"/\*.*?\*/|--[^\n]*", "", statement, flags=re.DOTALL)
    return " ".join(text.split()).replace("( ", "(").replace(" )", ")").rstrip("; ")
