"""Roles: what a person may do in one playlist (SPEC §2)."""

from __future__ import annotations

from enum import StrEnum

from playlist_app.people.models import User


class Role(StrEnum):
    """A person's role in one playlist."""

    OWNER = "owner"
    HOST = "host"  # a co-host: all but what is the owner's alone
    EDITOR = "editor"
    VOTER = "voter"
    VIEWER = "viewer"


# The roles that an owner can give.
GIVEN = (Role.HOST, Role.EDITOR, Role.VOTER, Role.VIEWER)
# Those that a code can: whoever has it may pass it on.
INVITED = (Role.EDITOR, Role.VOTER, Role.VIEWER)


# The role of a membership that keeps a person out (past/blocking.py): it gives them none.
BLOCKED = "blocked"


class Visibility(StrEnum):
    PRIVATE = "private"
    MEMBERS = "members"  # everybody with an account on this server
    LINK = "link"  # whoever was given its address, and has an account


class Right(StrEnum):
    SEE = "see"
    VOTE = "vote"
    DOWN = "down"  # vote down
    ADD = "add"
    MOVE = "move"
    REMOVE = "remove"  # what others added
    SKIP = "skip"  # go on to the next
    EDIT = "edit"  # the list as a whole: clear and restore it
    CONTROL = "control"  # play, pause, seek, next, speaker
    MANAGE = "manage"  # title, settings, members, invites
    OWN = "own"  # deleting, handing over, making hosts


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.OWNER: frozenset(Right),
    Role.HOST: frozenset(Right) - {Right.OWN},
    Role.EDITOR: frozenset(Right) - {Right.MANAGE, Right.OWN},
    Role.VOTER: frozenset({Right.SEE, Right.VOTE, Right.DOWN}),
    Role.VIEWER: frozenset({Right.SEE}),
}

# What a person is told who sees the playlist, but may not do this.
REFUSED = {
    Right.VOTE: "You can look at this playlist, but not vote in it.",
    Right.ADD: "You can't add to this playlist. Ask its owner to make you an editor.",
    Right.DOWN: "Nobody votes down here. Vote for what you would rather hear.",
    Right.MOVE: "You can't move songs here. Ask its owner to make you an editor.",
    Right.REMOVE: "You can take away what you added yourself, and nothing else.",
    Right.SKIP: "You can't skip what plays here.",
    Right.EDIT: "You can't change this playlist. Ask its owner to make you an editor.",
    Right.CONTROL: "You can't control what plays here. You can listen for yourself.",
    Right.MANAGE: "Only the hosts of this playlist can do that.",
    Right.OWN: "Only the owner of this playlist can do that.",
}


def role_of(person: User, owner_id: str, visibility: str, given: str | None) -> Role | None:
    """The person's role in a playlist, where `given` is that of their membership in it.

    None when they may not see it.
    """
    if owner_id == person.id or person.is_admin:
        return Role.OWNER
    if given == BLOCKED:
        return None
    if given:
        return Role(given)
    if not person.is_member:
        return None
    return {Visibility.MEMBERS: Role.VOTER, Visibility.LINK: Role.VIEWER}.get(
        Visibility(visibility)
    )
