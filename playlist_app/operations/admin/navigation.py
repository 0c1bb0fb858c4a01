"""The one navigation of the administration: which pages there are, in which order."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, current_app, url_for
from flask_babel import lazy_gettext as _

pages = Blueprint("administration", __name__)


@dataclass(frozen=True)
class Entry:
    """A page of the administration; slices that know it better may serve it."""

    name: str
    path: str
    title: str

    @property
    def place(self) -> int:
        """Its place among all, by which the template finds its icon."""
        return ENTRIES.index(self)


ENTRIES = (
    Entry("overview", "/admin", _("Overview")),
    Entry("people", "/admin/people", _("People")),
    Entry("invites", "/admin/invites", _("Invites")),
    Entry("storage", "/admin/storage", _("Storage")),
    Entry("backups", "/admin/backups", _("Backups")),
    Entry("tasks", "/admin/tasks", _("Tasks")),
    Entry("imports", "/admin/imports", _("Imports")),
    Entry("settings", "/admin/settings", _("Settings")),
    Entry("audit", "/admin/audit", _("Audit")),
)


@pages.app_template_global("admin_pages")
def admin_pages() -> list[tuple[Entry, str]]:
    """What the navigation leads to, each with its endpoint; without what nobody serves."""
    served: dict[str, str] = current_app.extensions.setdefault("admin_pages", {})
    if not served:
        served |= {
            rule.rule: rule.endpoint
            for rule in current_app.url_map.iter_rules()
            if "GET" in (rule.methods or ())
        }
    return [(entry, served[entry.path]) for entry in ENTRIES if entry.path in served]


@pages.app_template_global("admin_url")
def admin_url(name: str) -> str:
    """The address of a page of the administration by its name; empty where nobody serves it."""
    return next((url_for(to) for entry, to in admin_pages() if entry.name == name), "")
