"""Which tools there are, which a chatbot may use, and what fits their arguments."""

from dataclasses import replace

import pytest
from django.core.exceptions import ValidationError

from chatbots import tools
from chatbots.tools import registry
from chatbots.tools.arguments import fitting
from chatbots.tools.calculator import CALCULATOR
from chatbots.tools.documents import _fit
from chatbots.tools.tool import ToolError
from language.terms import index_terms

SCHEMA = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "maxLength": 5},
        "count": {"type": "integer"},
        "share": {"type": "number"},
        "kind": {"type": "string", "enum": ["a", "b"]},
        "deep": {"type": "boolean"},
    },
    "required": ["name"],
}


@pytest.fixture
def predict(monkeypatch):
    """A tool that an app to the right brings."""
    monkeypatch.setattr(registry, "_tools", dict(registry._tools))
    tool = replace(CALCULATOR, name="predict", label="Predict")
    tools.register(tool)
    return tool


def test_the_tools_of_the_house():
    assert tools.choices() == [
        ("rag_search", "Search the documents"),
        ("summarize", "Summarize a document"),
        ("calculator", "Calculator"),
    ]


def test_a_later_app_registers_its_own(predict):
    assert tools.choices()[-1] == ("predict", "Predict")
    assert tools.allowed(["predict", "calculator"]) == [predict, CALCULATOR]
    tools.validate_tools(["predict"])


def test_a_name_is_given_once(predict):
    with pytest.raises(ValueError, match="predict"):
        tools.register(replace(predict, label="Other"))


def test_names_that_are_no_tools_are_refused_and_never_allowed():
    with pytest.raises(ValidationError, match="no tool named “http_get”"):
        tools.validate_tools(["calculator", "http_get"])
    with pytest.raises(ValidationError, match="twice"):
        tools.validate_tools(["calculator", "calculator"])
    assert tools.allowed(["http_get", "calculator", "calculator"]) == [CALCULATOR]


def test_schemas_offer_nothing_that_a_provider_would_not_take():
    for tool in tools.allowed([name for name, _ in tools.choices()]):
        assert set(tool.parameters) == {"type", "properties", "required"}
        for wanted in tool.parameters["properties"].values():
            assert wanted["type"] == "string"
            assert wanted["description"]


@pytest.mark.parametrize(
    "arguments",
    [{"name": "abc"}, {"name": "a", "count": 3, "share": 1, "kind": "b", "deep": True}],
)
def test_arguments_that_fit_stay_as_they_are(arguments):
    assert fitting(arguments, SCHEMA) == arguments


@pytest.mark.parametrize(
    "arguments",
    [
        None,
        {},
        {"name": 1},
        {"name": None},
        {"name": " "},
        {"name": "abcdef"},
        {"name": "a", "count": 1.5},
        {"name": "a", "count": True},
        {"name": "a", "share": "1"},
        {"name": "a", "kind": "c"},
        {"name": "a", "deep": 1},
        {"name": "a", "owner": "somebody"},
    ],
)
def test_arguments_that_do_not_fit_are_refused(arguments):
    with pytest.raises(ToolError):
        fitting(arguments, SCHEMA)


@pytest.mark.parametrize(
    ("named", "best"),
    [
        ("handbook 2026", "handbook-2026.pdf"),
        ("Employee Handbook", "employee handbook.docx"),
        ("the lamp's manual", "lamp-manual.pdf"),
        ("lamp-manual.pdf", "lamp-manual.pdf"),
    ],
)
def test_a_document_is_found_by_the_words_of_its_name(named, best):
    names = ["lamp-manual.pdf", "lamps of the world.pdf", "employee handbook.docx",
             "handbook-2026.pdf"]  # fmt: skip
    wanted = set(index_terms(named))
    assert max(names, key=lambda name: _fit(name, named, wanted)) == best
