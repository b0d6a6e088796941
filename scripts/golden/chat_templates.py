"""Writes tests/golden/chat_templates.json: chat templates of many model families, rendered by transformers.

The templates in scripts/golden/chat_templates were written for this test from the documented formats; they use what
published templates use. `null` stands for a rendering that must fail. The clock stands still. Needs transformers 5.17.0
and jinja2 3.1.6. Run from the repository root:
    python scripts/golden/chat_templates.py
"""

import datetime
import json
import pathlib

from transformers.utils import chat_template_utils

HERE = pathlib.Path("scripts/golden/chat_templates")
NOW = datetime.datetime(2025, 3, 9, 14, 5, 7)
# Looks like the special tokens of all families. The renderings must show it as text from the conversation.
MARKER = "<|im_end|>[/INST]</s><|eot_id|><end_of_turn><|end|><|assistant|>"

TOOLS = [
    {"type": "function", "function": {
        "name": "get_weather", "description": "Weather of a city.",
        "parameters": {"type": "object", "properties": {
            "city": {"type": "string", "description": "Its name, e.g. \"Köln\""},
            "days": {"type": "integer", "description": "How many"},
            "tags": {"type": "array", "items": {"type": "string"}}}, "required": ["city"]},
        "return": {"type": "string"}}},
    {"type": "function", "function": {
        "name": "count", "description": "Counts.",
        "parameters": {"type": "object", "properties": {
            "table": {"type": "object", "additionalProperties": {"type": "number"}},
            "value": {"type": ["integer", "boolean"]}}}}},
]


def turn(role, content, **more):
    return {"role": role, "content": content, **more}


CALL = {"type": "function", "id": "abcdef123",
        "function": {"name": "get_weather", "arguments": {"city": "Köln", "days": 2, "exact": True, "unit": None}}}

CONVERSATIONS = {
    "single": {"messages": [turn("user", "Hi there")]},
    "answered": {"messages": [turn("user", "Hi there"), turn("assistant", "Hello!")], "prompt": False},
    "system": {"messages": [turn("system", "Be brief."), turn("user", "Why is the sky blue?")]},
    "empty_system": {"messages": [turn("system", ""), turn("user", "Hi")]},
    "multi": {"messages": [turn("system", "You are a poet."), turn("user", "One?"), turn("assistant", "Two."),
                           turn("user", "Three?"), turn("assistant", "Four."), turn("user", "Five?")]},
    "no_system_multi": {"messages": [turn("user", "a"), turn("assistant", "b"), turn("user", "c"),
                                     turn("assistant", "d")], "prompt": False},
    "space": {"messages": [turn("user", "  lead\n\n"), turn("assistant", "\n answer \t"), turn("user", "\r\nend ")]},
    "unicode": {"messages": [turn("user", "Grüße, 世界! e\u0301 👩‍👩‍👧 \u00a0\u2028"),
                             turn("assistant", "Здравствуй 🌍")], "prompt": False},
    "marker": {"messages": [turn("user", f"say {MARKER} now"), turn("assistant", f"{MARKER} ok"),
                            turn("user", MARKER)]},
    "marker_system": {"messages": [turn("system", f"x {MARKER}"), turn("user", f"{MARKER} y")]},
    "thinking": {"messages": [turn("user", "2+2?"), turn("assistant", "<think>\nadd\n</think>\n\n4"), turn("user", "3+3?"),
                              turn("assistant", "<think>\nadd again\n</think>\n\n6")], "prompt": False},
    "reasoning": {"messages": [turn("user", "2+2?"), turn("assistant", "4", reasoning_content="easy"),
                               turn("user", "/no_think more")], "own": {"enable_thinking": False}},
    "tools": {"messages": [turn("user", "Weather in Köln?")], "tools": TOOLS},
    "tool_turns": {"messages": [turn("system", "Use tools."), turn("user", "Weather?"),
                                turn("assistant", None, tool_calls=[CALL]),
                                turn("tool", "{\"temp\": 7.5}", name="get_weather", tool_call_id="abcdef123"),
                                turn("assistant", "7.5 degrees."), turn("user", "Thanks")], "tools": TOOLS},
    "tool_marker": {"messages": [turn("user", "Go"), turn("assistant", "", tool_calls=[CALL]),
                                 turn("tool", MARKER, tool_call_id="abcdef123")], "tools": TOOLS[1:]},
    "parts": {"messages": [turn("user", [{"type": "image"}, {"type": "text", "text": " Look at "},
                                         {"type": "text", "text": f"this {MARKER}"}])]},
    "documents": {"messages": [turn("user", "What do they say?")],
                  "documents": [{"title": "first", "text": "One."}, {"title": "Zwei ü", "text": f"{MARKER}\n"}]},
    "not_alternating": {"messages": [turn("user", "a"), turn("user", "b")]},
    "settings": {"messages": [turn("user", "a")],
                 "own": {"builtin_tools": ["search", "code_interpreter"], "date_string": "1 May 2025", "thinking": True,
                         "controls": {"length": "short"}}},
}

# What the tokenizer of each family provides, and tokens the template writes itself.
LLAMA2 = {"bos_token": "<s>", "eos_token": "</s>"}
LLAMA3 = {"bos_token": "<|begin_of_text|>", "eos_token": "<|eot_id|>"}
CHATML = {"bos_token": "<|endoftext|>", "eos_token": "<|im_end|>"}
GEMMA = {"bos_token": "<bos>", "eos_token": "<eos>"}
TEXT_END = {"bos_token": "<|endoftext|>", "eos_token": "<|endoftext|>"}
IM = ["<|im_start|>", "<|im_end|>"]
TEMPLATES = {
    "llama2": (LLAMA2, ["[INST]", "[/INST]", "<s>"]),
    "llama3": (LLAMA3, ["<|eot_id|>", "<|start_header_id|>", "<|begin_of_text|>"]),
    "llama31": (LLAMA3, ["<|eot_id|>", "<|start_header_id|>", "<|begin_of_text|>"]),
    "llama32": (LLAMA3, ["<|eot_id|>", "<|start_header_id|>", "<|begin_of_text|>"]),
    "mistral_v1": (LLAMA2, ["[INST]", "[/INST]", "<s>"]),
    "mistral_v3": (LLAMA2, ["[INST]", "[/INST]", "<s>"]),
    "mistral_nemo": (LLAMA2, ["[INST]", "[/INST]", "<s>"]),
    "qwen2": (CHATML, IM), "qwen25": (CHATML, IM), "qwen3": (CHATML, IM), "qwq": (CHATML, IM), "smollm2": (CHATML, IM),
    "smollm3": (CHATML, IM), "chatml": (CHATML, IM), "hermes": (CHATML, IM), "yi": (CHATML, IM),
    "zephyr": (LLAMA2, ["<|user|>", "</s>"]),
    "phi3": (LLAMA2, ["<|user|>", "<|end|>", "<|assistant|>", "<s>"]),
    "phi35": (TEXT_END, ["<|user|>", "<|end|>"]),
    "phi4_mini": (TEXT_END, ["<|user|>", "<|end|>"]),
    "gemma": (GEMMA, ["<bos>", "<start_of_turn>", "<end_of_turn>"]),
    "gemma3": (GEMMA, ["<bos>", "<start_of_turn>", "<end_of_turn>"]),
    "deepseek_r1": ({"bos_token": "<｜begin▁of▁sentence｜>", "eos_token": "<｜end▁of▁sentence｜>"},
                    ["<｜begin▁of▁sentence｜>", "<｜User｜>"]),
    "command_r": ({"bos_token": "<BOS_TOKEN>", "eos_token": "<|END_OF_TURN_TOKEN|>"},
                  ["<BOS_TOKEN>", "<|START_OF_TURN_TOKEN|>", "<|END_OF_TURN_TOKEN|>"]),
    "granite": ({"bos_token": "<|end_of_text|>", "eos_token": "<|end_of_text|>"},
                ["<|start_of_role|>", "<|end_of_role|>", "<|end_of_text|>"]),
    "nemotron": (LLAMA2, ["<extra_id_0>", "<extra_id_1>"]),
    "olmo": (TEXT_END, ["<|endoftext|>", "<|user|>"]),
    "tinyllama": (LLAMA2, ["<|user|>", "</s>"]),
    "openchat": ({"bos_token": "<s>", "eos_token": "<|end_of_turn|>"}, ["<s>", "<|end_of_turn|>"]),
    "vicuna": (LLAMA2, [" USER:"]),
    "alpaca": (LLAMA2, ["### Instruction:"]),
    "stablelm": (TEXT_END, ["<|user|>", "<|endoftext|>"]),
    "falcon": (TEXT_END, ["User: "]),
    "blocks": (LLAMA2, ["<s>", "<|SYSTEM|>", "<|end|>"]),
}


class StoppedClock(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return NOW


def render(source, own, conversation):
    """Text and, when the template marks them, byte ranges of what the assistant wrote."""
    arguments = {
        "conversations": [conversation["messages"]], "chat_template": source, "tools": conversation.get("tools"),
        "documents": conversation.get("documents"), "add_generation_prompt": conversation.get("prompt", True),
        **own, **conversation.get("own", {}),
    }
    try:
        if "generation" not in source or "endgeneration" not in source:
            return chat_template_utils.render_jinja_template(**arguments)[0][0], None
        texts, ranges = chat_template_utils.render_jinja_template(**arguments, return_assistant_tokens_mask=True)
    except Exception:  # any failure: the point is that there is no text
        return None, None
    text = texts[0]
    return text, [[len(text[:begin].encode()), len(text[:end].encode())] for begin, end in ranges[0]]


def main():
    chat_template_utils.datetime = StoppedClock
    names = sorted(path.stem for path in HERE.glob("*.jinja"))
    assert names == sorted(TEMPLATES), set(names) ^ set(TEMPLATES)
    templates = []
    count = 0
    for name in names:
        source = (HERE / f"{name}.jinja").read_text(encoding="utf-8")
        own, tokens = TEMPLATES[name]
        rendered = {}
        generated = {}
        for title, conversation in CONVERSATIONS.items():
            rendered[title], ranges = render(source, own, conversation)
            if ranges is not None:
                generated[title] = ranges
        count += sum(text is not None for text in rendered.values())
        templates.append({"name": name, "source": source, "own": own, "tokens": tokens, "rendered": rendered,
                          "generated": generated})
    print(f"{len(templates)} templates, {count} texts")
    now = int(NOW.replace(tzinfo=datetime.timezone.utc).timestamp())
    golden = {"now": now, "marker": MARKER, "conversations": CONVERSATIONS, "templates": templates}
    text = json.dumps(golden, ensure_ascii=False, separators=(",", ":")).replace('{"name":"', '\n{"name":"')
    pathlib.Path("tests/golden/chat_templates.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
