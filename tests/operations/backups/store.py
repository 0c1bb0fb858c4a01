"""An object store for the tests: as much of S3 as backups ask for, over real HTTP, in memory."""

from __future__ import annotations

import contextlib
import re
import threading
import uuid
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape, unescape

LIST = '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
MADE = "<LastModified>2026-11-21T17:00:00.000Z</LastModified>"


class FakeStore(ThreadingHTTPServer):
    """What lies in it, by key with the bucket; `puts` are keys in the order they came."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.objects: dict[str, bytes] = {}
        self.parts: dict[str, dict[int, bytes]] = {}
        self.puts: list[str] = []
        self.is_down = False

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: FakeStore
    protocol_version = "HTTP/1.1"

    def _asked(self) -> tuple[str, dict[str, str]]:
        parts = urlsplit(self.path)
        query = parse_qs(parts.query, keep_blank_values=True)
        return unquote(parts.path).strip("/"), {k: v[0] for k, v in query.items()}

    def _answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _is_let_in(self) -> bool:
        signed = self.headers.get("Authorization", "").startswith(
            "AWS4-HMAC-SHA256 Credential=key/"
        )
        if self.server.is_down or not signed:
            self._answer(403, b"<Error><Code>AccessDenied</Code></Error>")
            return False
        return True

    def do_PUT(self) -> None:
        key, query = self._asked()
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if not self._is_let_in():
            return
        if "partNumber" in query:
            self.server.parts[query["uploadId"]][int(query["partNumber"])] = body
        else:
            self.server.objects[key] = body
            self.server.puts.append(key)
        self._answer(200, ETag='"one"')

    def do_POST(self) -> None:
        key, query = self._asked()
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        if not self._is_let_in():
            return
        if "delete" in query:
            keys = re.findall("<Key>(.*?)</Key>", body)
            for name in keys:
                self.server.objects.pop(f"{key}/{unescape(name)}", None)
            said = "".join(f"<Deleted><Key>{name}</Key></Deleted>" for name in keys)
            name = "DeleteResult"
        elif "uploads" in query:
            upload = str(uuid.uuid4())
            self.server.parts[upload] = {}
            said = f"<Bucket>b</Bucket><Key>{escape(key)}</Key><UploadId>{upload}</UploadId>"
            name = "InitiateMultipartUploadResult"
        else:
            parts = self.server.parts.pop(query["uploadId"])
            self.server.objects[key] = b"".join(parts[number] for number in sorted(parts))
            self.server.puts.append(key)
            said, name = '<ETag>"one"</ETag>', "CompleteMultipartUploadResult"
        self._answer(200, f"<{name}>{said}</{name}>".encode())

    def do_GET(self) -> None:
        key, query = self._asked()
        if not self._is_let_in():
            return
        if "list-type" in query:
            before = f"{key}/"
            keys = sorted(
                k.removeprefix(before)
                for k in self.server.objects
                if k.startswith(before + query.get("prefix", ""))
            )
            rows = "".join(
                f"<Contents><Key>{escape(k)}</Key>{MADE}<ETag>one</ETag>"
                f"<Size>{len(self.server.objects[before + k])}</Size></Contents>"
                for k in keys
            )
            end = "<IsTruncated>false</IsTruncated></ListBucketResult>"
            self._answer(200, (LIST + rows + end).encode())
        elif key in self.server.objects:
            headers = {"ETag": '"one"', "Last_Modified": "Sat, 21 Nov 2026 17:00:00 GMT"}
            self._answer(200, self.server.objects[key], **headers)
        else:
            self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")

    def do_HEAD(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """The tests look at what lies in it."""


@contextlib.contextmanager
def served() -> Iterator[FakeStore]:
    with FakeStore() as store:
        thread = threading.Thread(target=store.serve_forever, daemon=True)
        thread.start()
        try:
            yield store
        finally:
            store.shutdown()
            thread.join()
