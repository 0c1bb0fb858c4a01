"""Find tracks, page by page, and put them on a new playlist. Needs nothing but Python.

SERVER=https://music.home.example NAME=alice PASSWORD=… python3 start.py Jazz
"""

import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request

API = os.environ.get("SERVER", "http://127.0.0.1:8000") + "/api/v1"
TOKEN = ""


def call(method: str, path: str, body: object = None, **query: object) -> dict:
    """The JSON of an answer. Raises HTTPError, whose body is a problem+json."""
    asked = {name: value for name, value in query.items() if value is not None}
    url = f"{API}{path}?{urllib.parse.urlencode(asked)}" if asked else API + path
    request = urllib.request.Request(url, method=method)
    request.add_header("Content-Type", "application/json")
    if TOKEN:
        request.add_header("Authorization", f"Bearer {TOKEN}")
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(request, data, timeout=30) as answer:
        return json.loads(answer.read() or "{}")


TOKEN = call(
    "POST",
    "/users/login",
    {"username": os.environ["NAME"], "password": os.environ["PASSWORD"]},
)["token"]

genre = sys.argv[1] if len(sys.argv) > 1 else None
playlist = call("POST", "/playlists", {"title": genre or "Everything"})
cursor, added = None, 0
while True:
    page = call("GET", "/tracks", genre=genre, limit=100, cursor=cursor)
    for track in page["items"]:
        try:
            call("POST", f"/playlists/{playlist['id']}/items", {"track_id": track["id"]})
            added += 1
        except urllib.error.HTTPError as refused:
            if refused.code != 409:  # it is there already
                raise SystemExit(json.loads(refused.read())["detail"]) from None
    cursor = page["next_cursor"]
    if cursor is None:
        break
print(f"{playlist['title']}: {added} tracks, {playlist['id']}")
