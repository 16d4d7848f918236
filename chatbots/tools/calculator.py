"""The calculator: models are bad at sums."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from chatbots.tools.arithmetic import FUNCTIONS, compute, written
from chatbots.tools.tool import Reach, Result, Tool


async def run(reach: Reach, arguments: dict[str, Any]) -> Result:
    expression = arguments["expression"]
    result = f"{expression} = {written(compute(expression))}"
    return Result(told=result, summary=result, material=result)


CALCULATOR = Tool(
    name="calculator",
    label=_("Calculator"),
    description=(
        "Computes an arithmetic expression exactly. Use it for every calculation with numbers. "
        "Operators: + - * / % (remainder) ** and parentheses; functions: "
        + ", ".join(sorted(FUNCTIONS))
        + ". Write 15 percent as 15/100. No units, no separators of thousands."
    ),
    parameters={
        "type": "object",
        "properties": {
            "expression": {"type": "string", "description": "For example (1200 - 340) * 1.07"}
        },
        "required": ["expression"],
    },
    run=run,
)
