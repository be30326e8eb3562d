"""What stands on a page, as a browser without scripts reads it: its words, and its forms?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset({"input", "br", "meta", "link", "img", "hr", "col", "source"})


@dataclass(slots=True)
class Form:
    """One form: where it and its buttons go, what stands in its fields, and what may be chosen in its lists."""

    action: str
    also: set[str] = field(default_factory=set)
    fields: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)


class PageText(HTMLParser):
    """Reads a page: `words` are what is written in its main part, `forms` are all of its forms."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._written: list[str] = []
        self._open: list[str] = []
        self._form: Form | None = None
        self._filling, self._is_unnamed = "", False
        self.feed(html)

    @property
    def words(self) -> str:
        return " ".join(" ".join(self._written).split())

    def form_to(self, action: str) -> Form | None:
        """Return the form that is sent to an address, if the page has one."""
        return next((form for form in self.forms if action in {form.action, *form.also}), None)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            self._open.append(tag)
        if tag == "form":
            self._form = Form(given.get("action", ""))
            self.forms.append(self._form)
        elif self._form is not None and tag == "button":
            self._form.also |= {given["formaction"]} if "formaction" in given else set()
            self._choice(self._form, given, chosen=False)
        elif self._form is not None and given.get("type") == "radio":
            self._choice(self._form, given, chosen="checked" in given)
        elif self._form is not None and tag in ("input", "select", "textarea", "option"):
            self._field(self._form, tag, given)

    def _field(self, form: Form, tag: str, given: dict[str, str]) -> None:
        name = given.get("name", "")
        if tag == "option":
            self._option(form, given)
        elif given.get("type") == "file":
            form.files.add(name)
        elif name:
            form.fields[name] = given.get("value", "")
            self._filling = name
            if tag == "select":
                form.choices[name] = []

    def _choice(self, form: Form, given: dict[str, str], *, chosen: bool) -> None:
        """Take a named button, or one of several radio buttons, as one value of its name; a disabled one is none."""
        name, value = given.get("name", ""), given.get("value", "")
        if not name or "disabled" in given:
            return
        form.choices.setdefault(name, []).append(value)
        form.fields[name] = value if chosen else form.fields.get(name, "")

    def _option(self, form: Form, given: dict[str, str]) -> None:
        chosen = form.choices.get(self._filling)
        if chosen is None:
            return
        chosen.append(given.get("value", ""))
        self._is_unnamed = "value" not in given
        if len(chosen) == 1 or "selected" in given:
            form.fields[self._filling] = chosen[-1]

    def _name_option(self, form: Form, text: str) -> None:
        """Let an option without a value send its own text, as browsers do."""
        chosen = form.choices.get(self._filling)
        if chosen and self._is_unnamed and not chosen[-1]:
            chosen[-1] = text
            form.fields[self._filling] = form.fields[self._filling] or text

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass
        if tag == "form":
            self._form = None

    def handle_data(self, data: str) -> None:
        if self._form is not None and self._open[-1:] == ["textarea"]:
            self._form.fields[self._filling] += data.removeprefix("\n")
        elif self._form is not None and self._open[-1:] == ["option"]:
            self._name_option(self._form, data.strip())
        elif "main" in self._open:
            self._written.append(data)


def fill(form: Form, typed: dict[str, str]) -> Iterator[str]:
    """Type into a form; yields what a person could not do there: a field that is not in it, an absent choice."""
    for name, value in typed.items():
        if name not in form.fields:
            yield f"{form.action} has no field {name}"
        elif name in form.choices and value not in form.choices[name]:
            yield f"{form.action} offers {form.choices[name]} for {name}, and no {value}"
        form.fields[name] = value
