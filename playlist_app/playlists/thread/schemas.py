"""What the calls about a thread take."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from playlist_app.playlists.schemas import AnId, NewId
from playlist_app.playlists.thread.messages import LONGEST_TEXT


class APageOfThread(Schema):
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.Integer(load_default=None, validate=validate.Range(1, 2**53))


class NewMessage(Schema):
    """A text, a snapshot, a clip, or several of these. `snapshot`: the id of one that is there;
    `take_snapshot`: the list as it is now. `audio`: the id of audio that was sent before."""

    id = NewId()
    text = fields.String(load_default="", validate=validate.Length(max=LONGEST_TEXT))
    snapshot = AnId(load_default=None, allow_none=True)
    take_snapshot = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    audio = AnId(load_default=None, allow_none=True)


class EditedMessage(Schema):
    text = fields.String(required=True, validate=validate.Length(max=LONGEST_TEXT))
