#!/bin/sh
# Log in, make a playlist, add a track, vote for it. Needs curl and python3 (to read JSON).
#   SERVER=https://music.home.example NAME=alice PASSWORD=… sh start.sh
set -eu
api="${SERVER:-http://127.0.0.1:8000}/api/v1"
json='Content-Type: application/json'
field() { python3 -c "import json, sys; print(json.load(sys.stdin)$1)"; }

token=$(curl -sSf "$api/users/login" -H "$json" \
  -d "{\"username\": \"$NAME\", \"password\": \"$PASSWORD\"}" | field "['token']")
auth="Authorization: Bearer $token"

playlist=$(curl -sSf "$api/playlists" -H "$auth" -H "$json" \
  -d '{"title": "Friday kitchen", "order_mode": "votes"}' | field "['id']")

track=$(curl -sSf "$api/tracks" -H "$auth" -H "$json" \
  -d '{"title": "Low Tide", "artist": "Mira Lund"}' | field "['id']")

# Safe to send twice: the same key again gets the first answer.
item=$(curl -sSf "$api/playlists/$playlist/items" -H "$auth" -H "$json" \
  -H 'Idempotency-Key: 0b7e1d3e-6f0e-4a53-9c64-5f2f3f0b9f11' \
  -d "{\"track_id\": \"$track\"}" | field "['id']")

curl -sSf "$api/playlists/$playlist/items/$item/vote" -H "$auth" -H "$json" \
  -d '{"direction": "up"}' | field "['votes']"

# What is read often has an ETag: unchanged, it is a 304 without a body.
etag=$(curl -sSf -o /dev/null -D - "$api/playlists/$playlist/items" -H "$auth" |
  sed -n 's/^[Ee][Tt]ag: *//p' | tr -d '\r')
curl -sSf -o /dev/null -w '%{http_code}\n' "$api/playlists/$playlist/items" \
  -H "$auth" -H "If-None-Match: $etag"
