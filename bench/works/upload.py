"""A WAV of 200 MB is uploaded: how much memory that takes, and how long."""

from __future__ import annotations

import hashlib
import http.client
import json
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from bench.options import Options
from bench.report.figures import Figure, Row, median_of
from bench.stage import recording
from bench.stage.house import House, furnished
from bench.stage.server import Server, serving

SIZE = 200_000_000
MB = 1_000_000
BOUNDARY = "the-end-of-a-part"


def measure(options: Options) -> list[Row]:
    rounds, wrong = [], Counter[str]()
    for seed in range(options.rounds):
        with furnished(1) as house:
            file = house.folder / "noise.wav"
            recording.write(file, SIZE, seed)
            with serving(house.folder, options.workers) as server:
                server.ask_each_worker("/api/v1/users/me", house.people[0].headers)
                figures, is_right = _upload(server, house, file)
        rounds.append(figures)
        wrong["uploads with a wrong answer"] += not is_right
    return [Row("upload of a 200 MB WAV", median_of(rounds), +wrong)]


def _upload(server: Server, house: House, file: Path) -> tuple[list[Figure], bool]:
    before = {worker.pid: worker.resident for worker in server.workers}
    for worker in server.workers:
        worker.forget_peak()
    begun = time.perf_counter()
    status, answer = _post(server, house, file)
    seconds = time.perf_counter() - begun
    growth = max(worker.peak - before[worker.pid] for worker in server.workers)
    figures = [
        Figure(growth / MB, "MB more at the peak", at_most=60),
        Figure(file.stat().st_size / MB / seconds, "MB/s"),
    ]
    return figures, status == 201 and answer["audio"]["sha256"] == _sha256(file)


def _post(server: Server, house: House, file: Path) -> tuple[int, dict[str, dict[str, str]]]:
    head = (
        f"--{BOUNDARY}\r\n"
        f'Content-Disposition: form-data; name="file"; filename="{file.name}"\r\n'
        "Content-Type: audio/wav\r\n\r\n"
    ).encode()
    tail = f"\r\n--{BOUNDARY}--\r\n".encode()

    def body() -> Iterator[bytes]:
        yield head
        with file.open("rb") as audio:
            while piece := audio.read(recording.MIB):
                yield piece
        yield tail

    headers = house.people[0].headers | {
        "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
        "Content-Length": str(len(head) + file.stat().st_size + len(tail)),
    }
    connection = http.client.HTTPConnection(*server.address)
    connection.request("POST", "/api/v1/tracks", body(), headers)
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    return answer.status, json.loads(text)


def _sha256(file: Path) -> str:
    with file.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()
