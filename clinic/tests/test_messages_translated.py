"""What an action says to a person afterwards goes through gettext.

A run through all pages reaches few of these words: they are said of actions that succeed.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
APPS = ("accounts", "audit", "clinic", "facilities", "patients", "records", "scheduling")
# Where the words stand among the arguments of each call.
WORDS = {"success": 1, "info": 1, "warning": 1, "error": 1, "debug": 1, "add_message": 2}
WORDS |= {"message_user": 1}


def literals_said(source: str) -> Iterator[int]:
    """Yield the lines on which a message is told in words that no catalogue can know."""
    tree = ast.parse(source)
    known = {
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _tells(node.func):
            words = _words(node)
            if words is not None and _is_literal(words, known):
                yield node.lineno


def _tells(function: ast.expr) -> bool:
    """Say whether this is `messages.success` or one like it."""
    if not isinstance(function, ast.Attribute) or function.attr not in WORDS:
        return False
    module = function.value
    return function.attr == "message_user" or (
        isinstance(module, ast.Name) and module.id == "messages"
    )


def _words(call: ast.Call) -> ast.expr | None:
    assert isinstance(call.func, ast.Attribute)
    place = WORDS[call.func.attr]
    named = next((word.value for word in call.keywords if word.arg == "message"), None)
    return call.args[place] if len(call.args) > place else named


def _is_literal(words: ast.expr, known: dict[str, ast.expr]) -> bool:
    match words:
        case ast.Constant(value=str(text)):
            return any(letter.isalpha() for letter in text)
        case ast.JoinedStr(values=parts):
            return any(_is_literal(part, known) for part in parts)
        case ast.BinOp(left=left, op=ast.Mod()):
            return _is_literal(left, known)
        case ast.BinOp(left=left, right=right):
            return _is_literal(left, known) or _is_literal(right, known)
        case ast.IfExp(body=body, orelse=orelse):
            return _is_literal(body, known) or _is_literal(orelse, known)
        case ast.Call(func=ast.Attribute(value=value, attr="format")):
            return _is_literal(value, known)
        case ast.Name(id=name) if name in known:
            others = {each: value for each, value in known.items() if each != name}
            return _is_literal(known[name], others)
    return False


@pytest.mark.parametrize("app", APPS)
def test_no_message_is_a_literal(app):
    files = [path for path in (ROOT / app).rglob("*.py") if "tests" not in path.parts]
    said = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in files
        for line in literals_said(path.read_text())
    ]
    assert not said, f"These words cannot be translated: {said}"


@pytest.mark.parametrize(
    "told",
    [
        'messages.success(request, "Booked")',
        'messages.info(request, f"Booked {name}")',
        'messages.error(request, "Booked %s" % name, extra_tags="x")',
        'messages.add_message(request, messages.INFO, "Booked " + name)',
        'messages.success(request, message="Booked")',
        'self.message_user(request, "Done".format(1))',
        'words = "Booked"\nmessages.success(request, words % told)',
        'messages.success(request, _("Booked") if new else "Booked")',
    ],
)
def test_a_literal_is_found(told):
    assert list(literals_said(told))


@pytest.mark.parametrize(
    "told",
    [
        'messages.success(request, _("Booked"))',
        'messages.success(request, _("Booked: %(x)s") % {"x": "text"}, extra_tags="page:x")',
        'words = gettext("Booked")\nmessages.success(request, words % told)',
        'messages.success(request, f"{words}: {error}")',
        'messages.success(request, ngettext("One", "Many", n) % {"n": n})',
        "messages.error(request, error.messages[0])",
        'log.info(request, "done")',
    ],
)
def test_what_is_translated_is_let_pass(told):
    assert not list(literals_said(told))
