"""4 players fetch random 256 KiB ranges of a 46 MB file that they may hear."""

from __future__ import annotations

import random
import zlib
from pathlib import Path

from bench.load.closed_loop import Script, Tally, all_wrong, closed_loop
from bench.load.http import Request, raw
from bench.options import Options
from bench.report.figures import Figure, Row, median_of, percentile
from bench.stage import recording
from bench.stage.house import House, furnished
from bench.stage.server import serving
from playlist_app.library.incoming import as_incoming
from playlist_app.library.upload import add_track, audio_path, receive
from playlist_app.people.models import User

SIZE = 46_000_000
LENGTH = 256 * 1024
CONNECTIONS = 4
CHECKED = 10  # of so many answers, one has its bytes compared
MB = 1_000_000


def measure(options: Options) -> list[Row]:
    with furnished(1) as house:
        path = _published(house)
        scripts = [_script(path, house.people[0].token, at) for at in range(CONNECTIONS)]
        with serving(house.folder, options.workers) as server:
            rounds = [
                closed_loop(server.address, scripts, options.seconds_or(5))
                for _ in range(options.rounds)
            ]
    figures = median_of([_figures(tally) for tally in rounds])
    work = f"256 KiB ranges of a 46 MB file, {CONNECTIONS} connections, authorised"
    return [Row(work, figures, all_wrong(rounds))]


def _published(house: House) -> Path:
    """A recording taken into the library; answers where its bytes are."""
    file = house.folder / "noise.wav"
    recording.write(file, SIZE)
    with house.app.app_context():
        config = house.app.config["JAMBOREE"]
        incoming = as_incoming(file, config)
        owner = User.by_id(house.people[0].id)
        track = add_track(receive(incoming, file.name), owner, {})
        incoming.remove()
        assert track.audio
        return audio_path(config, track.audio.sha256)


def _script(path: Path, token: str, seed: int) -> Script:
    """Ranges from anywhere; the name of the file is its hash."""
    random_, data = random.Random(seed), path.read_bytes()
    script = []
    for at in range(1000):
        start = random_.randrange(len(data) - LENGTH)
        wanted = {"Range": f"bytes={start}-{start + LENGTH - 1}"}
        checksum = zlib.crc32(data[start : start + LENGTH]) if at % CHECKED == 0 else None
        request = raw("GET", f"/audio/{path.name}", token, headers=wanted)
        script.append(Request(request, status=206, length=LENGTH, crc32=checksum))
    return script


def _figures(tally: Tally) -> list[Figure]:
    return [
        Figure(tally.rate, "/s", at_least=500),
        Figure(tally.rate * LENGTH / MB, "MB/s"),
        Figure(percentile(tally.milliseconds, 50), "ms", "p50"),
        Figure(percentile(tally.milliseconds, 99), "ms", "p99"),
    ]
