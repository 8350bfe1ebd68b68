"""So much of Amazon S3 as intake uses, over HTTP, for boto3 itself: list, read and write objects."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

PAGE = 3  # keys per page of a listing, so that there is more than one
MODIFIED_AT = datetime(2024, 1, 16, 0, 5, tzinfo=UTC)


class Bucket:
    """The objects of a bucket by key, and what was asked of it."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.reads: list[str] = []


@contextmanager
def s3_server(name: str) -> Iterator[tuple[str, Bucket]]:
    """Yield the address of a server with one bucket, and the bucket."""
    bucket = Bucket()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(name, bucket))
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", bucket
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(name: str, bucket: Bucket) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_HEAD(self) -> None:
            self._object(with_body=False)

        def do_GET(self) -> None:
            if urlsplit(self.path).path == f"/{name}":
                self._list()
            else:
                self._object(with_body=True)

        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            bucket.objects[self._key()] = body
            self._answer(200, b"", ETag='"x"')

        def _key(self) -> str:
            return unquote(urlsplit(self.path).path).removeprefix(f"/{name}/")

        def _object(self, *, with_body: bool) -> None:
            content = bucket.objects.get(self._key())
            if content is None:
                self._answer(404, b"")
                return
            if with_body:
                bucket.reads.append(self._key())
            modified_at = format_datetime(MODIFIED_AT, usegmt=True)
            self._answer(200, content, with_body, ETag='"x"', **{"Last-Modified": modified_at})

        def _list(self) -> None:
            query = parse_qs(urlsplit(self.path).query)
            prefix = query.get("prefix", [""])[0]
            after = query.get("continuation-token", [""])[0]
            keys = sorted(key for key in bucket.objects if key.startswith(prefix) and key > after)
            page = keys[:PAGE]
            contents = "".join(
                f"<Contents><Key>{escape(key)}</Key><LastModified>{MODIFIED_AT:%Y-%m-%dT%H:%M:%S.000Z}"
                f"</LastModified><ETag>x</ETag><Size>{len(bucket.objects[key])}</Size></Contents>"
                for key in page
            )
            more = len(keys) > PAGE
            token = f"<NextContinuationToken>{escape(page[-1])}</NextContinuationToken>" if more else ""
            self._answer(
                200,
                f"<ListBucketResult><IsTruncated>{str(more).lower()}</IsTruncated>{token}{contents}"
                "</ListBucketResult>".encode(),
            )

        def _answer(self, status: int, body: bytes, with_body: bool = True, **headers: str) -> None:
            self.send_response(status)
            for header, value in headers.items():
                self.send_header(header, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if with_body:
                self.wfile.write(body)

    return Handler
