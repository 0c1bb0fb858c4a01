"""What admins do with accounts: the state, the note in the audit, and what anybody else gets."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from playlist_app.database import now, session, write
from playlist_app.people import accounts, entering, password_links, passwords
from playlist_app.people.accounts import LastAdmin
from playlist_app.people.entering import WrongLogIn
from playlist_app.people.models import Role, User
from playlist_app.people.password_links import PasswordLink
from playlist_app.people.sessions import LogInSession
from playlist_app.refusals import Conflict, Invalid, NotAllowed, NotFound
from tests.cast import PASSWORD, Browser, Person, ok, problem
from tests.people.test_audit import noted
from tests.serving import Client
from tests.soak import within

ADMIN = frozenset({Role.ADMIN, Role.MEMBER})
MEMBER = frozenset({Role.MEMBER})


@pytest.fixture
def do(app: Flask) -> Callable[..., Any]:
    """`do(accounts.block, "bob", by="dora")`: call a verb on people by their names."""

    def run(verb: Callable[..., Any], name: str, *values: Any, by: str | None) -> Any:
        with app.app_context():
            return verb(User.named(name), *values, by=by and User.named(by))

    return run


def log_in(nobody: Person, name: str, password: str = PASSWORD) -> int:
    body = {"username": name, "password": password}
    status: int = nobody.post("/users/login", body).status_code
    return status


# --- who may -------------------------------------------------------------------------------------

VERBS: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
    (accounts.set_roles, (ADMIN,)),
    (accounts.block, ()),
    (accounts.unblock, ()),
    (accounts.set_password, ("another password",)),
    (accounts.offer_password, ()),
    (accounts.end_sessions, ()),
]


@pytest.mark.parametrize(("verb", "values"), VERBS)
def test_for_who_is_no_admin_nobody_is_there(
    app: Flask, do: Callable[..., Any], verb: Callable[..., Any], values: Any, charlie: Person
) -> None:
    with pytest.raises(NotFound):
        do(verb, "alice", *values, by="charlie")
    assert noted(app) == []
    assert ok(charlie.get("/users/me"))["roles"] == ["member"]


@pytest.mark.parametrize(("verb", "values"), VERBS)
def test_who_was_an_admin_a_moment_ago_does_nothing(
    app: Flask, verb: Callable[..., Any], values: Any, dora: Person
) -> None:
    with app.app_context():
        admin, alice = User.named("dora"), User.named("alice")
        session().expunge(admin)  # as who asks is known when a request begins
        with write() as tx:
            tx.execute(update(User).where(User.username == "dora").values(roles=MEMBER))
        with pytest.raises(NotFound):
            verb(alice, *values, by=admin)
    assert noted(app) == []


# --- roles ---------------------------------------------------------------------------------------


def test_roles_are_given_and_taken(app: Flask, do: Callable[..., Any], bob: Person) -> None:
    do(accounts.set_roles, "bob", {Role.MEMBER, Role.REVIEWER}, by="dora")
    assert ok(bob.get("/users/me"))["roles"] == ["member", "reviewer"]
    do(accounts.set_roles, "bob", {Role.REVIEWER}, by=None)
    do(accounts.set_roles, "bob", {Role.REVIEWER}, by=None)  # again: it is so already
    first, second = noted(app, "user.roles_changed")
    assert (first.actor_name, first.subject) == ("Dora", "bob")
    assert first.detail == {"given": ["reviewer"], "taken": []}
    assert second.detail == {"given": [], "taken": ["member"]}


def test_without_any_role_nobody_is_left(app: Flask, do: Callable[..., Any]) -> None:
    with pytest.raises(Invalid, match="at least one role"):
        do(accounts.set_roles, "bob", set(), by="dora")
    assert noted(app) == []


def test_the_last_admin_stays_one(app: Flask, do: Callable[..., Any]) -> None:
    for by in ("dora", None):
        with pytest.raises(LastAdmin, match="Dora is the only admin"):
            do(accounts.set_roles, "dora", MEMBER, by=by)
    with pytest.raises(LastAdmin):
        do(accounts.block, "dora", by=None)
    # One who is blocked doesn't count: they could not log in.
    do(accounts.set_roles, "bob", ADMIN, by="dora")
    do(accounts.block, "bob", by="dora")
    with pytest.raises(LastAdmin):
        do(accounts.set_roles, "dora", MEMBER, by="dora")
    do(accounts.unblock, "bob", by="dora")
    do(accounts.set_roles, "dora", MEMBER, by="dora")
    with app.app_context():
        assert [one.username for one in session().scalars(select(User)) if one.is_admin] == ["bob"]


def test_of_two_admins_who_depose_each_other_one_stays(app: Flask, do: Callable[..., Any]) -> None:
    do(accounts.set_roles, "bob", ADMIN, by=None)
    together = threading.Barrier(2)

    def depose(name: str, by: str) -> None:
        with app.app_context():
            other, me = User.named(name), User.named(by)
            session().rollback()
            together.wait()
            with contextlib.suppress(LastAdmin, NotFound):
                accounts.set_roles(other, MEMBER, by=me)

    threads = [
        threading.Thread(target=depose, args=names) for names in (("bob", "dora"), ("dora", "bob"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with app.app_context():
        admins = [u.username for u in session().scalars(select(User)) if u.is_admin]
    assert len(admins) == 1


def test_who_is_no_member_any_more_has_to_log_in_again(
    do: Callable[..., Any], bob: Person, nobody: Person
) -> None:
    do(accounts.set_roles, "bob", {Role.GUEST}, by="dora")
    problem(bob.get("/users/me"), 401)
    assert log_in(nobody, "bob") == 200


# --- blocking ------------------------------------------------------------------------------------


def test_who_is_blocked_is_out_at_once_and_stays_out(
    app: Flask, do: Callable[..., Any], bob: Person, nobody: Person, happened: Any
) -> None:
    do(accounts.block, "bob", by="dora")
    do(accounts.block, "bob", by="dora")  # again: it is so already
    problem(bob.get("/users/me"), 401)
    assert log_in(nobody, "bob") == 401
    assert [type_ for type_, _ in happened()] == ["session.revoked"]
    [note] = noted(app)
    assert (note.action, note.subject, note.detail) == (
        "user.blocked",
        "bob",
        {"sessions_ended": 1},
    )
    do(accounts.unblock, "bob", by="dora")
    do(accounts.unblock, "bob", by="dora")
    problem(bob.get("/users/me"), 401)  # the sessions from before are gone for good
    assert log_in(nobody, "bob") == 200
    assert len(noted(app, "user.unblocked")) == 1


def test_nobody_blocks_themselves(app: Flask, do: Callable[..., Any]) -> None:
    do(accounts.set_roles, "bob", ADMIN, by=None)
    with pytest.raises(NotAllowed):
        do(accounts.block, "dora", by="dora")
    with app.app_context():
        assert User.named("dora").is_active


def test_sockets_of_who_is_blocked_are_closed_within_a_second(clients: dict[str, Client]) -> None:
    bob = clients["bob"].ok("GET", "/users/me")["id"]
    socket = clients["bob"].listens("/ws/me")
    socket.until("connection.established")
    clients["dora"].ok("PATCH", f"/users/{bob}", {"is_active": False})
    began = time.monotonic()
    assert socket.until_closed() == 1008
    assert time.monotonic() - began < within(1)


# --- passwords -----------------------------------------------------------------------------------


def test_a_typed_password_holds_at_once_and_ends_all_sessions(
    app: Flask, do: Callable[..., Any], bob: Person, nobody: Person
) -> None:
    do(accounts.set_password, "bob", "another password", by="dora")
    problem(bob.get("/users/me"), 401)
    assert (log_in(nobody, "bob"), log_in(nobody, "bob", "another password")) == (401, 200)
    [note] = noted(app)
    assert (note.action, note.detail) == ("user.password_reset", {"sessions_ended": 1})


def test_a_password_that_can_not_be_changes_nothing(
    app: Flask, do: Callable[..., Any], bob: Person
) -> None:
    with pytest.raises(Invalid):
        do(accounts.set_password, "bob", "short", by="dora")
    assert noted(app) == []
    ok(bob.get("/users/me"))


def test_a_link_changes_nothing_until_it_is_used_and_is_good_once(
    app: Flask, do: Callable[..., Any], bob: Person, nobody: Person
) -> None:
    code = do(accounts.offer_password, "bob", by="dora")
    ok(bob.get("/users/me"))
    with app.app_context():
        with pytest.raises(Invalid):
            password_links.use(code, "short")
        assert password_links.use(code, "another password").username == "bob"
        with pytest.raises(NotFound):
            password_links.use(code, "a third password")
        assert session().scalar(select(func.count()).select_from(PasswordLink)) == 0
    problem(bob.get("/users/me"), 401)
    assert log_in(nobody, "bob", "another password") == 200
    assert [note.action for note in noted(app)] == [
        "user.password_link_made",
        "user.password_chosen",
    ]
    assert not any(code in str(note.as_json()) for note in noted(app))


def test_a_link_ends_with_a_newer_one_a_day_a_reset_and_a_block(
    app: Flask, do: Callable[..., Any]
) -> None:
    def is_good(code: str) -> bool:
        with app.app_context():
            try:
                return bool(password_links.person_of(code).username == "bob")
            except NotFound:
                return False

    first, second = (do(accounts.offer_password, "bob", by="dora") for _ in range(2))
    assert (is_good(first), is_good(second)) == (False, True)
    do(accounts.set_password, "bob", "another password", by="dora")
    assert not is_good(second)
    third = do(accounts.offer_password, "bob", by="dora")
    do(accounts.block, "bob", by="dora")
    do(accounts.unblock, "bob", by="dora")
    assert not is_good(third)
    fourth = do(accounts.offer_password, "bob", by="dora")
    with app.app_context(), write() as tx:
        tx.execute(update(PasswordLink).values(ends_at=now() - timedelta(seconds=1)))
    assert not is_good(fourth)
    with app.app_context():
        password_links.forget_ended()
        assert session().scalar(select(func.count()).select_from(PasswordLink)) == 0


def test_who_is_blocked_gets_no_link(app: Flask, do: Callable[..., Any]) -> None:
    do(accounts.block, "bob", by="dora")
    with pytest.raises(Conflict, match="Unblock"):
        do(accounts.offer_password, "bob", by="dora")


def test_no_session_is_opened_behind_the_back_of_a_reset(
    app: Flask, do: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The password was right when it was checked, and is another when the session opens."""
    is_right = passwords.is_right

    def and_then_it_is_reset(password: str, password_hash: str | None) -> bool:
        right = is_right(password, password_hash)
        thread = threading.Thread(
            target=do, args=(accounts.set_password, "bob", "another password"), kwargs={"by": None}
        )
        thread.start()
        thread.join()
        return right

    monkeypatch.setattr(passwords, "is_right", and_then_it_is_reset)
    with app.app_context():
        with pytest.raises(WrongLogIn):
            entering.log_in("bob", PASSWORD)
        opened = select(func.count()).where(LogInSession.user_id == User.named("bob").id)
        assert session().scalar(opened) == 0


# --- sessions ------------------------------------------------------------------------------------


def test_sessions_are_ended_and_an_admin_keeps_their_own(
    app: Flask, do: Callable[..., Any], bob: Person, dora: Person
) -> None:
    assert do(accounts.end_sessions, "bob", by="dora") == 1
    assert do(accounts.end_sessions, "bob", by="dora") == 0
    problem(bob.get("/users/me"), 401)
    Browser(app).logs_in("dora")
    with app.test_request_context("/", headers=dora.headers):
        from flask_login import current_user

        assert accounts.end_sessions(User.named("dora"), by=current_user) == 1
    ok(dora.get("/users/me"))
    assert len(noted(app, "user.sessions_ended")) == 2


# --- over the API --------------------------------------------------------------------------------


def names(person: Person, query: str = "") -> list[str]:
    return [user["username"] for user in ok(person.get(f"/users{query}"))["items"]]


def test_admins_list_and_find_people(app: Flask, dora: Person) -> None:
    with app.app_context(), write() as tx:
        tx.execute(update(User).where(User.username == "bob").values(email="b.smith@example.org"))
    assert names(dora) == ["alice", "bob", "charlie", "dora"]
    assert names(dora, "?search=ALI") == ["alice"]
    assert names(dora, "?search=smith") == ["bob"]
    assert names(dora, "?search=%25") == []
    assert names(dora, "?role=admin") == ["dora"]
    assert names(dora, "?state=blocked") == []
    problem(dora.get("/users?role=emperor"), 422)


def test_a_long_list_comes_in_pieces(dora: Person) -> None:
    found, cursor = [], ""
    while True:
        answer = ok(dora.get(f"/users?limit=1&cursor={cursor}"))
        found += [user["username"] for user in answer["items"]]
        cursor = answer["next_cursor"]
        if not cursor:
            break
    assert found == ["alice", "bob", "charlie", "dora"]


def test_over_the_api_all_of_a_change_happens_or_nothing(
    app: Flask, dora: Person, bob: Person
) -> None:
    bob_id, dora_id = bob.id, dora.id
    answer = ok(dora.patch(f"/users/{bob_id}", {"roles": ["admin"], "is_active": False}))
    assert (answer["roles"], answer["is_active"]) == (["admin"], False)
    before = len(noted(app))
    problem(
        dora.patch(f"/users/{dora_id}", {"roles": ["admin", "reviewer"], "is_active": False}), 403
    )
    assert ok(dora.get("/users/me"))["roles"] == ["admin", "member"]
    assert len(noted(app)) == before
    problem(dora.patch(f"/users/{bob_id}", {"roles": ["emperor"]}), 422)
    problem(dora.patch("/users/nobody", {"is_active": False}), 404)


def test_over_the_api_outsiders_get_nothing(alice: Person, charlie: Person, nobody: Person) -> None:
    alice_id = alice.id
    problem(charlie.get("/users"), 404)
    problem(charlie.patch(f"/users/{alice_id}", {"is_active": False}), 404)
    problem(charlie.patch("/users/nobody", {"is_active": False}), 404)
    problem(nobody.get("/users"), 401)
    ok(alice.get("/users/me"))
