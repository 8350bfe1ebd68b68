"""Redshift statements as tokens, for the commands that no SQL parser knows whole."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from duckshift.redshift_local import names
from duckshift.redshift_local.errors import RedshiftError

_TOKEN = re.compile(
    r"""(?P<blank>\s+|--[^\n]*|/\*.*?\*/)
      | (?P<string>'(?:[^'\\]|\\.|'')*')
      | (?P<dollar>\$(?P<tag>\w*)\$.*?\$(?P=tag)\$)
      | (?P<quoted>"(?:[^"]|"")*")
      | (?P<word>[^\W\d][\w$]*|\#\w+)
      | (?P<number>\d+(?:\.\d*)?|\.\d+)
      | (?P<sign>::|<=|>=|<>|!=|\|\||.)""",
    re.DOTALL | re.VERBOSE,
)


@dataclass(frozen=True)
class Token:
    """One word, name, literal or sign, and where it stands in the statement."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def word(self) -> str:
        """Lower-case text of a bare word, else the text."""
        return self.text.lower() if self.kind == "word" else self.text


def tokenize(sql: str) -> list[Token]:
    """Split a statement; blanks and comments are left out."""
    found = []
    for match in _TOKEN.finditer(sql):
        kind = match.lastgroup or "sign"
        kind = "dollar" if kind == "tag" else kind
        if kind != "blank":
            found.append(Token(kind, match[0], match.start(), match.end()))
    return found


def quote_name(name: str) -> str:
    """Return a name as PostgreSQL reads it unchanged."""
    return '"' + name.replace('"', '""') + '"'


def quote_text(text: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def unquote_text(literal: str) -> str:
    """Return the text of a Redshift literal: '' is a quote, and a backslash protects the next character."""
    escapes = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}

    def replace(match: re.Match[str]) -> str:
        if match[0] == "''":
            return "'"
        if match[1].isdigit():
            return chr(int(match[1], 8))
        return escapes.get(match[1], match[1])

    return re.sub(r"''|\\([0-7]{1,3}|.)", replace, literal[1:-1], flags=re.DOTALL)


@dataclass(frozen=True)
class Name:
    """A relation's name as written: lower case, without the database."""

    schema: str | None
    relation: str

    @property
    def sql(self) -> str:
        """The name for PostgreSQL."""
        prefix = f"{quote_name(self.schema)}." if self.schema else ""
        return prefix + quote_name(self.relation)

    @property
    def text(self) -> str:
        """The name for messages."""
        return f"{self.schema}.{self.relation}" if self.schema else self.relation

    @property
    def regclass(self) -> str:
        """The relation's oid as a PostgreSQL expression; fails where there is none."""
        return f"{quote_text(self.sql)}::pg_catalog.regclass"

    @property
    def oid_or_null(self) -> str:
        """The relation's oid as a PostgreSQL expression, null where there is none."""
        return f"pg_catalog.to_regclass({quote_text(self.sql)})"


class Reader:
    """Reads a statement from the left."""

    def __init__(self, sql: str) -> None:
        self.sql = sql
        self.tokens = tokenize(sql)
        while self.tokens and self.tokens[-1].text == ";":
            self.tokens.pop()
        self.at = 0

    @property
    def done(self) -> bool:
        """Whether all tokens were read."""
        return self.at >= len(self.tokens)

    def peek(self, *words: str) -> bool:
        """Whether these words or signs come next."""
        ahead = self.tokens[self.at : self.at + len(words)]
        return len(ahead) == len(words) and all(
            token.word == word for token, word in zip(ahead, words, strict=True)
        )

    def take(self, *words: str) -> bool:
        """Read these words if they come next."""
        if self.peek(*words):
            self.at += len(words)
            return True
        return False

    def take_any(self, *words: str) -> str | None:
        """Read one of these words if it comes next, and return it."""
        for word in words:
            if self.take(word):
                return word
        return None

    def want(self, *words: str) -> None:
        """Read these words or refuse the statement."""
        if not self.take(*words):
            self.fail()

    def next(self) -> Token:
        """Read whatever comes next."""
        if self.done:
            self.fail()
        self.at += 1
        return self.tokens[self.at - 1]

    def fail(self) -> NoReturn:
        """Refuse the statement at the next token."""
        if self.done:
            raise RedshiftError("syntax error at end of input")
        raise RedshiftError(f'syntax error at or near "{self.tokens[self.at].text}"')

    def finish(self) -> None:
        """Refuse the statement if anything is left."""
        if not self.done:
            self.fail()

    def word(self) -> str:
        """Read a bare word."""
        if self.done or self.tokens[self.at].kind != "word":
            self.fail()
        return self.next().word

    def identifier(self) -> str:
        """Read one name; Redshift folds names to lower case, quoted ones too."""
        if self.done or self.tokens[self.at].kind not in ("word", "quoted"):
            self.fail()
        token = self.next()
        name = token.text[1:-1].replace('""', '"') if token.kind == "quoted" else token.text
        if len(name.encode()) > names.LONGEST:
            raise RedshiftError(f'identifiers have at most {names.LONGEST} bytes: "{name}"')
        return names.stored(name.lower())

    def name(self) -> Name:
        """Read the name of a relation, with or without schema and database."""
        parts = [self.identifier()]
        while self.take("."):
            parts.append(self.identifier())
        if len(parts) > 3:
            raise RedshiftError(f"improper qualified name (too many dotted names): {'.'.join(parts)}")
        return Name(parts[-2] if len(parts) > 1 else None, parts[-1])

    def new_identifier(self) -> str:
        """Read one name that is defined here."""
        name = self.identifier()
        token = self.tokens[self.at - 1]
        if token.kind == "word":
            names.check_bare(token.text)
        return name

    def target(self) -> Name:
        """Read the name of a relation that is changed or dropped here."""
        name = self.name()
        names.check_schema(name.schema)
        return name

    def new_name(self) -> Name:
        """Read the name of a relation that is created here."""
        token = None if self.done else self.tokens[self.at]
        name = self.target()
        if name.schema is None and token is not None and token.kind == "word":
            names.check_bare(token.text)
        return name

    def text(self) -> str:
        """Read a literal and return its text."""
        if self.done or self.tokens[self.at].kind not in ("string", "dollar"):
            self.fail()
        token = self.next()
        if token.kind == "dollar":
            return re.sub(r"^\$\w*\$|\$\w*\$$", "", token.text)
        return unquote_text(token.text)

    def integer(self) -> int:
        """Read a whole number, with or without sign or quotes."""
        sign = -1 if self.take("-") else 1
        token = self.next()
        digits = token.text.strip("'")
        if not digits.isdigit():
            self.at -= 1
            self.fail()
        return sign * int(digits)

    def inside(self) -> str:
        """Read a bracketed text and return it without its brackets."""
        self.want("(")
        first, depth = self.at, 1
        while depth:
            text = self.next().text
            depth += {"(": 1, ")": -1}.get(text, 0)
        if self.at - 1 == first:
            return ""
        return self.sql[self.tokens[first].start : self.tokens[self.at - 2].end]

    def names(self) -> list[str]:
        """Read a bracketed list of column names."""
        return self._listed(self.identifier)

    def new_names(self) -> list[str]:
        """Read a bracketed list of columns that are defined here."""
        return self._listed(self.new_identifier)

    def _listed(self, read: Callable[[], str]) -> list[str]:
        self.want("(")
        found = [read()]
        while self.take(","):
            found.append(read())
        self.want(")")
        return found

    def rest(self) -> str:
        """Read the rest of the statement as it was written."""
        if self.done:
            return ""
        text = self.sql[self.tokens[self.at].start : self.tokens[-1].end]
        self.at = len(self.tokens)
        return text


def split_list(text: str) -> list[str]:
    """Split at the commas that stand outside of brackets."""
    parts, depth, start = [], 0, 0
    for token in tokenize(text):
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if token.text == "," and depth == 0:
            parts.append(text[start : token.start].strip())
            start = token.end
    return [*parts, text[start:].strip()]
