"""Weights of tiny models as a closed formula, so that no weights need to be stored: tests/model/formula_model.h has the same.

Element i of tensor `name` comes from h = splitmix64(fnv1a64(name) + (i + 1) * 0x9E3779B97F4A7C15). With k = the top 8 bits of
h, matrices and biases hold (2k - 255) / 256 * scale and norm weights hold 0.75 + (k >> 2) / 128: eight significant bits, so
that every value is the same in bfloat16 and float32. The scale is a power of two: 1 for embeddings, 1/2 for a separate head,
and a choice of each golden file for the linears inside.
"""

import json
import pathlib
import tempfile

import numpy as np
import torch
from transformers import AutoConfig, AutoModelForCausalLM

MASK = (1 << 64) - 1
GOLDEN_RATIO = 0x9E3779B97F4A7C15
OUT = pathlib.Path(__file__).resolve().parents[2] / "tests" / "golden"


def fnv1a64(text):
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = ((value ^ byte) * 0x100000001B3) & MASK
    return value


def top_bytes(name, count):
    """The k of elements 0..count-1."""
    index = np.arange(1, count + 1, dtype=np.uint64)
    with np.errstate(over="ignore"):
        z = np.uint64(fnv1a64(name)) + index * np.uint64(GOLDEN_RATIO)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(56)).astype(np.int64)


def formula_tensor(name, shape, scale):
    k = top_bytes(name, int(np.prod(shape)))
    if "norm" in name:
        values = 0.75 + (k >> 2) / 128
    else:
        values = (2 * k - 255) / 256 * {"model.embed_tokens.weight": 1.0, "lm_head.weight": 0.5}.get(name, scale)
    return torch.tensor(values.reshape(tuple(shape)), dtype=torch.float32)


def formula_tokens(name, count, vocabulary):
    return (top_bytes(name, count) % vocabulary).tolist()


def formula_model(config, scale, dtype=torch.float32):
    """A causal model for the text of a config.json, read by transformers from a file as users have it."""
    with tempfile.TemporaryDirectory() as directory:
        (pathlib.Path(directory) / "config.json").write_text(json.dumps(config))
        read = AutoConfig.from_pretrained(directory)
    model = AutoModelForCausalLM.from_config(read, attn_implementation="eager", dtype=dtype).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            name = name.replace("model.language_model.", "model.")  # the decoder of a multimodal model
            parameter.copy_(formula_tensor(name, parameter.shape, scale))
    return model


def token_logprobs(model, tokens):
    """Log-probabilities [T - 1] of tokens 1.. given those before."""
    with torch.no_grad():
        logits = model(torch.tensor([tokens])).logits[0].float()
    logprobs = torch.log_softmax(logits[:-1], dim=-1)
    return logprobs.gather(1, torch.tensor(tokens[1:])[:, None])[:, 0]


def greedy(model, prompt, count, margin):
    """Greedy continuation by whole forward passes; fails where the two likeliest tokens are closer than `margin`."""
    tokens = list(prompt)
    with torch.no_grad():
        for _ in range(count):
            top = model(torch.tensor([tokens])).logits[0, -1].float().topk(2)
            assert top.values[0] - top.values[1] > margin, f"two tokens nearly equal after {len(tokens)}"
            tokens.append(int(top.indices[0]))
    return tokens[len(prompt):]


def rounded(values, digits=8):
    return [float(f"{value:.{digits}g}") for value in values]


def write_rows(name, cases):
    """One case per line: small, and a change shows as a changed line."""
    rows = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    (OUT / name).write_text(f"[\n{rows}\n]\n")
