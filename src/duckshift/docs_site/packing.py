"""Data inside of a page, deflated: dbt's docs and the lineage graph are three times smaller so.

A page from file:// may not fetch, and what browsers inflate by themselves comes too late for scripts that
need the data at once: the 300 lines of tiny-inflate do it.
"""

import base64
import json
import zlib
from importlib.resources import files
from typing import Any

UNPACK = """
window.duckshiftUnpack = (text, size) => {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(inflate(bytes, new Uint8Array(size))));
};
"""


def as_text(content: Any) -> str:
    """Return content as JSON without blanks."""
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False, sort_keys=True)


def packed(text: str) -> str:
    """Return the expression of JavaScript that gives the content of a JSON text."""
    content = text.encode()
    deflate = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    data = base64.b64encode(deflate.compress(content) + deflate.flush()).decode()
    return f'duckshiftUnpack("{data}",{len(content)})'


def unpacker() -> str:
    """Return the script that a page with packed data needs before it."""
    inflate = (files("duckshift.docs_site") / "vendor" / "tiny_inflate.js").read_text(encoding="utf-8")
    code = f"const module = {{}};\n{inflate}\nconst inflate = module.exports;{UNPACK}"
    return f"<script>(() => {{\n{code}}})();</script>"
