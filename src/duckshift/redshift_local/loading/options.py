"""The options of COPY."""

from dataclasses import dataclass, field

from duckshift.redshift_local.commands.tokens import Reader
from duckshift.redshift_local.errors import LocalLimit, RedshiftError

# What COPY takes with the columnar formats ("COPY from columnar data formats"); authorization is read apart.
_COLUMNAR = {"acceptinvchars", "fillrecord", "statupdate", "manifest", "explicit_ids", "serializetojson"}

# Redshift has them, this server does not.
_NOT_BUILT = (
    "fixedwidth",
    "shapefile",
    "avro",
    "orc",
    "lzop",
    "encrypted",
    "master_symmetric_key",
    "readratio",
    "ssh",
    "job",
    "auto",
    "serializetojson",
    "simplify",
)
_FLAGS = (
    "acceptanydate",
    "blanksasnull",
    "emptyasnull",
    "escape",
    "explicit_ids",
    "fillrecord",
    "ignoreblanklines",
    "manifest",
    "noload",
    "removequotes",
    "roundec",
    "trimblanks",
    "truncatecolumns",
)
_INCOMPATIBLE = {
    "csv": ("escape", "removequotes"),
    "json": ("delimiter", "escape", "fillrecord", "ignoreheader", "null", "removequotes"),
}
_COMPRESSIONS = ("gzip", "bzip2", "zstd")


@dataclass
class CopyOptions:
    """How files are to be read."""

    format: str = "text"
    """text (delimited), csv, json or parquet."""

    json_option: str = "auto"
    delimiter: str | None = None
    quote: str = '"'
    null: str = "\\N"
    compression: str | None = None
    ignore_header: int = 0
    max_error: int = 0
    date_format: str = "YYYY-MM-DD"
    time_format: str | None = None
    encoding: str = "utf-8"
    replacement: str | None = None
    """Takes the place of each byte that is not UTF-8; None: such bytes are an error."""

    statupdate: bool | None = None
    flags: set[str] = field(default_factory=set)

    def has(self, flag: str) -> bool:
        """Whether an option without a value is set."""
        return flag in self.flags

    @property
    def field_delimiter(self) -> str:
        """The character between two fields."""
        return self.delimiter or ("," if self.format == "csv" else "|")


def read_authorization(reader: Reader) -> bool:
    """Read a role or keys; they give access to nothing here."""
    if reader.take("iam_role"):
        if not reader.take("default"):
            reader.text()
        return True
    if reader.peek("with", "credentials") or reader.peek("credentials"):
        reader.take("with")
        reader.want("credentials")
        reader.take("as")
        reader.text()
        return True
    for word in ("access_key_id", "secret_access_key", "session_token"):
        if reader.take(word):
            reader.take("as")
            reader.text()
            return True
    return False


def read_options(reader: Reader) -> CopyOptions:
    """Read the options of COPY to the end of the statement."""
    options = CopyOptions()
    seen: list[str] = []
    authorized = False
    while not reader.done:
        if read_authorization(reader):
            authorized = True
            continue
        seen.append(_read_option(reader, options))
    if not authorized:
        raise RedshiftError(
            "The specified S3 prefix cannot be read: COPY needs IAM_ROLE or other authorization", "42601"
        )
    _check(options, seen)
    return options


def _value(reader: Reader) -> str:
    reader.take("as")
    return reader.text()


def _switch(reader: Reader) -> bool | None:
    if reader.take_any("on", "true"):
        return True
    return False if reader.take_any("off", "false") else None


_TEXTS = {
    "quote": "quote",
    "delimiter": "delimiter",
    "null": "null",
    "dateformat": "date_format",
    "timeformat": "time_format",
}
_NUMBERS = {"ignoreheader": "ignore_header", "maxerror": "max_error"}


def _read_option(reader: Reader, options: CopyOptions) -> str:
    reader.take("format")
    reader.take("as")
    word = reader.word()
    if word in _NOT_BUILT:
        raise LocalLimit(f"COPY with {word.upper()}")
    if word in _FLAGS:
        options.flags.add(word)
    elif word in _COMPRESSIONS:
        options.compression = word
    elif word in _TEXTS:
        setattr(options, _TEXTS[word], _value(reader))
    elif word in _NUMBERS:
        reader.take("as")
        setattr(options, _NUMBERS[word], reader.integer())
    elif word in ("csv", "parquet", "json"):
        _read_format(word, reader, options)
    else:
        _read_other(word, reader, options)
    return word


def _read_format(word: str, reader: Reader, options: CopyOptions) -> None:
    options.format = word
    if word == "csv" and reader.take("quote"):
        options.quote = _value(reader)
    elif word == "json":
        reader.take("as")
        if _is_text_next(reader):
            options.json_option = reader.text()


def _is_text_next(reader: Reader) -> bool:
    return not reader.done and reader.tokens[reader.at].kind == "string"


def _read_other(word: str, reader: Reader, options: CopyOptions) -> None:
    if word == "encoding":
        options.encoding = _encoding(reader)
    elif word == "acceptinvchars":
        reader.take("as")
        options.replacement = reader.text() if _is_text_next(reader) else "?"
    elif word == "statupdate":
        options.statupdate = _switch(reader) is not False
    elif word == "compupdate":
        if not reader.take("preset"):
            _switch(reader)
    elif word == "comprows":
        reader.integer()
    elif word == "region":
        _value(reader)
    else:
        reader.at -= 1
        reader.fail()


def _encoding(reader: Reader) -> str:
    reader.take("as")
    name = (reader.text() if reader.tokens[reader.at].kind == "string" else reader.word()).lower()
    names = {
        "utf8": "utf-8",
        "auto": "utf-8",
        "utf16": "utf-16",
        "utf16le": "utf-16-le",
        "utf16be": "utf-16-be",
    }
    if name not in names:
        raise LocalLimit(f"COPY with ENCODING {name.upper()}")
    return names[name]


def _check(options: CopyOptions, seen: list[str]) -> None:
    if options.format == "parquet":
        for word in seen:
            if word != "parquet" and word not in _COLUMNAR:
                raise RedshiftError(
                    f"{word.upper()} argument is not supported for PARQUET based COPY", "0A000"
                )
        return
    if "quote" in seen and options.format != "csv":
        raise RedshiftError("QUOTE can only be used with CSV")
    for word in _INCOMPATIBLE.get(options.format, ()):
        if word in seen:
            raise RedshiftError(f"{options.format.upper()} is not compatible with {word.upper()}", "0A000")
    for name, text in (("DELIMITER", options.field_delimiter), ("QUOTE", options.quote)):
        if len(text) != 1 or not text.isascii():
            raise RedshiftError(f"COPY {name} must be a single ASCII character")
    if not 0 <= options.max_error <= 100_000:
        raise RedshiftError("MAXERROR is 0 to 100000", "22023")
