"""Jamboree: a collaborative playlist. `create_app` is the table of contents."""

from __future__ import annotations

from functools import partial

from flask import Flask

from playlist_app import assets, database, web
from playlist_app.choices import registering
from playlist_app.choices.api import api as choices_api
from playlist_app.choices.routes import pages as choices_pages
from playlist_app.config import ROOT, Settings
from playlist_app.extensions import api, babel, csrf, sock
from playlist_app.imports import origins
from playlist_app.imports import own_data as imports_own_data
from playlist_app.imports import parting as imports_parting
from playlist_app.imports.api import api as imports_api
from playlist_app.imports.guard import Guard
from playlist_app.imports.jobs import jobs as imports_jobs
from playlist_app.imports.source_api import api as sources_api
from playlist_app.imports.source_routes import pages as import_pages
from playlist_app.library import incoming
from playlist_app.library import own_data as library_own_data
from playlist_app.library.api import api as library_api
from playlist_app.library.audio import files as audio_files
from playlist_app.library.commands import library
from playlist_app.library.curation.api import api as curation_api
from playlist_app.library.curation.routes import pages as curation_pages
from playlist_app.library.jobs import jobs as library_jobs
from playlist_app.library.routes import pages as library_pages
from playlist_app.library.uploads_api import api as uploads_api
from playlist_app.listening import asked
from playlist_app.listening import own_data as listening_own_data
from playlist_app.listening.api import api as listening_api
from playlist_app.listening.routes import pages as listening_pages
from playlist_app.listening.smart.api import api as smart_api
from playlist_app.listening.smart.routes import pages as smart_pages
from playlist_app.live import sockets
from playlist_app.offline import ahead
from playlist_app.offline import own_data as offline_own_data
from playlist_app.offline.api import api as offline_api
from playlist_app.offline.device_api import api as device_api
from playlist_app.offline.routes import pages as offline_pages
from playlist_app.operations import (
    concerns,
    cors,
    emptying_commands,
    folders,
    hosts,
    keeping_commands,
    key_commands,
    keys,
    mounting,
    seeding,
    status_commands,
    troubles,
)
from playlist_app.operations.admin.pages import PAGES as ADMIN_PAGES
from playlist_app.operations.backups import commands as backup_commands
from playlist_app.operations.backups import concerns as backup_concerns
from playlist_app.operations.backups.routes import pages as backup_pages
from playlist_app.operations.commands import data, on_a_prepared_folder, work
from playlist_app.operations.https import door
from playlist_app.operations.jobs import jobs as operations_jobs
from playlist_app.operations.letters import sending
from playlist_app.operations.moving import commands as moving_commands
from playlist_app.operations.reference.commands import reference
from playlist_app.operations.reference.routes import pages as reference_pages
from playlist_app.operations.routes import pages as operations_pages
from playlist_app.operations.sight import watching
from playlist_app.operations.sight.routes import health
from playlist_app.operations.work_routes import pages as long_work_pages
from playlist_app.people import api_tokens, limits, second_step, sessions
from playlist_app.people import own_data as people_own_data
from playlist_app.people.account_api import api as account_api
from playlist_app.people.account_routes import pages as account_pages
from playlist_app.people.api import api as people_api
from playlist_app.people.audit_api import api as audit_api
from playlist_app.people.codes import api as codes_api
from playlist_app.people.codes import pages as code_pages
from playlist_app.people.commands import users
from playlist_app.people.factor_routes import pages as factor_pages
from playlist_app.people.factors_api import api as factors_api
from playlist_app.people.invite_api import api as invites_api
from playlist_app.people.joining import pages as joining_pages
from playlist_app.people.routes import pages as people_pages
from playlist_app.people.security import pages as security_pages
from playlist_app.people.security_api import api as security_api
from playlist_app.playlists import own_data as playlists_own_data
from playlist_app.playlists import parting as playlists_parting
from playlist_app.playlists import sitting
from playlist_app.playlists.api import api as playlist_api
from playlist_app.playlists.exchange.api import api as exchange_api
from playlist_app.playlists.exchange.routes import pages as exchange_pages
from playlist_app.playlists.party_api import api as party_api
from playlist_app.playlists.party_routes import pages as party_pages
from playlist_app.playlists.past.api import api as past_api
from playlist_app.playlists.past.routes import pages as past_pages
from playlist_app.playlists.past.snapshot_api import api as snapshot_api
from playlist_app.playlists.past.snapshot_routes import pages as snapshot_pages
from playlist_app.playlists.routes import pages as playlist_pages
from playlist_app.playlists.sharing_api import api as sharing_api
from playlist_app.playlists.sharing_routes import pages as sharing_pages
from playlist_app.playlists.thread import messages as thread_messages
from playlist_app.playlists.thread.api import api as thread_api
from playlist_app.playlists.thread.routes import pages as thread_pages
from playlist_app.work import tasks
from playlist_app.work.api import api as work_api
from playlist_app.work.routes import pages as work_pages


def create_app(settings: Settings | None = None, **config: object) -> Flask:
    """The app on the data folder of `settings`, which is made where it is missing.

    The database is made and migrated by start-up (operations/startup.py), not here.
    """
    settings = settings or Settings.from_environment()
    Guard(settings.import_allow)  # a slip in it is told now, and not when somebody imports
    with troubles.explained(settings):
        folders.make(settings)
        keys.make(settings)
        secret_key, older_keys = keys.keys(settings)

    app = Flask(__name__, static_folder=None, template_folder=str(ROOT / "templates"))
    app.extensions["sealing_keys"] = partial(keys.every, settings)
    app.config.update(
        JAMBOREE=settings,
        SECRET_KEY=secret_key,
        SECRET_KEY_FALLBACKS=older_keys,
        SESSION_COOKIE_NAME="jamboree",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_PATH=settings.path_prefix or "/",
        TRUSTED_HOSTS=hosts.allowed(settings),
        WTF_CSRF_CHECK_DEFAULT=False,  # web.py asks for it, once it is known who asks
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: pages stay open for an evening
        API_TITLE="Jamboree",
        API_VERSION="1",
        OPENAPI_VERSION="3.1.0",
        CSRF_EXEMPT=sessions.is_bearer,
    )
    app.config.update(config)

    # What every slice stands on.
    door.init_app(app)  # first: what came by plain HTTP gets no further
    cors.init_app(app, settings)
    watch = watching.watch_of(settings)
    with troubles.explained(settings):
        database.init_app(
            app, settings.database, threads=settings.threads, connection=watch.connection()
        )
    babel.init_app(app)
    csrf.init_app(app)
    api.init_app(app)
    sessions.init_app(app)
    limits.init_app(app)
    api_tokens.init_app(app)
    incoming.init_app(app)
    sock.init_app(app)
    sockets.init_app(app)
    assets.init_app(app)

    # Pages, bytes, API, commands: a line each.
    for pages in (
        people_pages,
        joining_pages,
        code_pages,
        security_pages,
        factor_pages,
        account_pages,
        library_pages,
        curation_pages,
        audio_files,
        playlist_pages,
        exchange_pages,
        past_pages,
        snapshot_pages,
        sharing_pages,
        thread_pages,
        party_pages,
        import_pages,
        listening_pages,
        smart_pages,
        offline_pages,
        operations_pages,
        *ADMIN_PAGES,
        long_work_pages,
        backup_pages,
        work_pages,
        choices_pages,
        health,
        reference_pages,
    ):
        app.register_blueprint(pages)
    for calls in (
        people_api,
        codes_api,
        security_api,
        factors_api,
        account_api,
        invites_api,
        audit_api,
        library_api,
        uploads_api,
        curation_api,
        playlist_api,
        exchange_api,
        past_api,
        snapshot_api,
        sharing_api,
        thread_api,
        party_api,
        listening_api,
        smart_api,
        imports_api,
        sources_api,
        offline_api,
        device_api,
        work_api,
        choices_api,
    ):
        api.register_blueprint(calls)
    prepared = (on_a_prepared_folder(users), on_a_prepared_folder(library))
    for commands in (*prepared, data, work, reference):
        app.cli.add_command(commands)

    for command in (
        *status_commands.commands,
        *keeping_commands.commands,
        *key_commands.commands,
        *backup_commands.commands,
        *emptying_commands.commands,
        *moving_commands.commands,
    ):
        data.add_command(command)

    # What runs beside the requests (`flask work`).
    for jobs in (library_jobs, imports_jobs, operations_jobs):
        tasks.register(app, jobs)

    # What a lower slice asks of a higher one.
    registering.register()
    sending.register()
    sitting.register(app)
    thread_messages.register()
    origins.register()
    seeding.register()
    concerns.register()
    backup_concerns.register()
    asked.register()
    ahead.register()
    second_step.register()
    for parting in (playlists_parting, imports_parting):
        parting.register()
    for own_data in (
        people_own_data,
        playlists_own_data,
        library_own_data,
        listening_own_data,
        imports_own_data,
        offline_own_data,
    ):
        own_data.register()

    watching.init_app(app, watch)
    web.init_app(app)  # last: its error pages stand for all
    mounting.mount(app, settings)
    return app
