"""What a chatbot's model may call: a fixed registry, allowed chatbot by chatbot."""

from chatbots.tools.registry import allowed, choices, register, tool_named, validate_tools
from chatbots.tools.tool import Reach, Result, Tool, ToolError

__all__ = [
    "Reach",
    "Result",
    "Tool",
    "ToolError",
    "allowed",
    "choices",
    "register",
    "tool_named",
    "validate_tools",
]
