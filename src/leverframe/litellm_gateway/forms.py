"""Where does a released prompt stand in each form of request?"""

from __future__ import annotations

from typing import Any

ANTHROPIC = "anthropic_messages"
RESPONSES = "aresponses"
COMPLETIONS = "atext_completion"


def put_prompt(data: dict[str, Any], prompt: str, call_type: str) -> str:
    """Put the prompt in front of what the client sent; return why that is not possible, or nothing."""
    if not prompt:
        return ""
    if call_type == ANTHROPIC:
        data["system"] = _before_system(prompt, data.get("system"))
    elif isinstance(data.get("messages"), list):
        data["messages"] = [{"role": "system", "content": prompt}, *data["messages"]]
    elif call_type == RESPONSES:
        data["instructions"] = _before_text(prompt, data.get("instructions"))
    elif call_type == COMPLETIONS:
        return _before_completion(data, prompt)
    else:
        return "The feature's unit has a prompt, for which this kind of call has no place."
    return ""


def _before_system(prompt: str, given: Any) -> Any:
    """Anthropic's `system` is a text, or a list of blocks."""
    if isinstance(given, list):
        return [{"type": "text", "text": prompt}, *given]
    return _before_text(prompt, given)


def _before_text(prompt: str, given: Any) -> str:
    return f"{prompt}\n\n{given}" if given else prompt


def _before_completion(data: dict[str, Any], prompt: str) -> str:
    """A completion's prompt is a text or a list of texts; before tokens no text can stand."""
    given = data.get("prompt")
    texts = given if isinstance(given, list) else [given]
    if not all(isinstance(text, str) for text in texts):
        return "The feature's unit has a prompt, which cannot stand before tokens. Send the prompt as text."
    joined = [_before_text(prompt, text) for text in texts]
    data["prompt"] = joined if isinstance(given, list) else joined[0]
    return ""
