"""What calls take: JSON Schemas of the marshmallow schemas that check it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema, fields
from webargs.fields import DelimitedFieldMixin

from playlist_app.described import bytes_of, taken

JSON = dict[str, Any]

AT = "#/components/schemas/"


def _named(schema: Any) -> str:
    """By slice and class, so that no two schemas have one name, nor that of an answer."""
    kind = schema if isinstance(schema, type) else type(schema)
    slice_ = kind.__module__.split(".")[1]
    return f"{slice_}.{kind.__name__}"


class Bodies:
    """Schemas of bodies, queries and forms; `found` are those that others refer to."""

    def __init__(self) -> None:
        plugin = MarshmallowPlugin(schema_name_resolver=_named)
        self._spec = APISpec("", "1", "3.1.0", plugins=[plugin])
        converter: Any = plugin.converter  # it comes without types
        converter.add_attribute_function(_of_own_field)
        converter.add_attribute_function(_pattern)
        self._converter = converter

    @property
    def found(self) -> dict[str, JSON]:
        found: dict[str, JSON] = self._spec.components.schemas
        kinds = {name: key[0] for key, name in self._converter.refs.items()}
        # What holds between fields a schema says by itself, as a field does.
        return {
            name: _closed(schema) | dict(getattr(kinds.get(name), "takes", {}))
            for name, schema in found.items()
        }

    def of(self, view: Any) -> JSON | None:
        """The body that a view takes; None where it takes none."""
        said = taken(view)
        content: JSON = {
            media: {"schema": self._one_of(media, what() if callable(what) else what)}
            for media, what in said.bodies.items()
        }
        schema = _arguments(view, "json")
        if schema is not None:
            content["application/json"] = {"schema": self._ref(schema)}
        if not content:
            return None
        return {"required": not said.optional_body, "content": content}

    def query(self, view: Any) -> Iterator[JSON]:
        """The parameters that a view takes in its query."""
        schema = _arguments(view, "query")
        if schema is None:
            return
        for name, field in schema.fields.items():
            known = self._converter.field2property(field)
            default = known.pop("default", None)
            if default not in ("", None):
                known["default"] = default
            said: JSON = {
                "name": field.data_key or name,
                "in": "query",
                "required": bool(field.required),
                "schema": known,
            }
            if isinstance(field, DelimitedFieldMixin):
                said |= {"style": "form", "explode": False}
            yield said

    def _one_of(self, media: str, what: Any) -> JSON:
        if isinstance(what, dict):
            return what
        schemas = [each for each in what if isinstance(each, type)]
        files = next((each for each in what if isinstance(each, dict)), {})
        if media == "multipart/form-data":
            return self._form(schemas[0] if schemas else None, files)
        refs = [self._ref(each()) for each in schemas]
        return refs[0] if len(refs) == 1 else {"anyOf": refs}

    def _form(self, schema: type[Schema] | None, files: dict[str, str]) -> JSON:
        """Fields of a form, with files. Numbers are texts in a form; a location is one, too."""
        properties: JSON = {name: bytes_of(what) for name, what in files.items()}
        for name, field in (schema() if schema else Schema()).fields.items():
            known = self._converter.field2property(field)
            is_plain = not isinstance(field, fields.Nested | fields.List)
            properties[name] = known if is_plain else {"type": "string"}
        return {"type": "object", "properties": properties, "required": list(files)}

    def _ref(self, schema: Schema) -> JSON:
        found: JSON = self._converter.resolve_nested_schema(schema)
        return found


def _arguments(view: Any, location: str) -> Schema | None:
    """The schema by which `@api.arguments` checks what stands in `location`."""
    noted = getattr(view, "_apidoc", {}).get("arguments", {}).get("parameters", [])
    for each in noted:
        if each["in"] == location:
            schema = each["schema"]
            found: Schema = schema() if isinstance(schema, type) else schema
            return found
    return None


def _closed(schema: JSON) -> JSON:
    """What marshmallow refuses: members that it does not know."""
    return {"additionalProperties": False} | schema


def _of_own_field(_: object, field: Any, **__: Any) -> JSON:
    """A field of ours says by itself what it takes."""
    found: JSON = getattr(field, "takes", {})
    return dict(found)


def _pattern(_: object, field: Any, ret: JSON, **__: Any) -> JSON:
    """Python's own marks of beginning and end, as JSON Schema has them."""
    if "pattern" not in ret:
        return {}
    return {"pattern": "^" + ret["pattern"].removesuffix(r"\Z").removesuffix("$") + "$"}
