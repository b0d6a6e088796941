"""Writes tests/golden/smollm2.json: log-probabilities and a greedy continuation of SmolLM2-135M-Instruct by transformers.

transformers reads the GGUF file itself, de-quantising with the `gguf` package into float32. Needs torch, transformers and
gguf:
    python scripts/golden/smollm2.py SmolLM2-135M-Instruct.Q4_1.gguf
"""

import argparse
import json
import pathlib

import torch
from formula import OUT, greedy, rounded, token_logprobs
from transformers import AutoModelForCausalLM, AutoTokenizer

DIALOGUES = [
    ("What is the capital of France?", "The capital of France is Paris."),
    ("Write one sentence about rain.", "Rain taps softly on the roof while the garden drinks.\nGood night."),
    ("Translate to German: good morning", "Guten Morgen! 🌞 (x² + y² = 1)"),
    ("List the primes below 30.", "2, 3, 5, 7, 11, 13, 17, 19, 23, 29"),
]
PROMPT = "Give three tips for staying healthy."
GREEDY_TOKENS = 40
MARGIN = 0.01  # a hundred times what two programs differ in a logit


def chat(user, assistant=None):
    text = f"<|im_start|>user\n{user}<|im_end|>\n<|im_start|>assistant\n"
    return text if assistant is None else f"{text}{assistant}<|im_end|>"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gguf", type=pathlib.Path)
    path = parser.parse_args().gguf.resolve()
    source = {"pretrained_model_name_or_path": str(path.parent), "gguf_file": path.name}
    tokenizer = AutoTokenizer.from_pretrained(**source)
    model = AutoModelForCausalLM.from_pretrained(**source, dtype=torch.float32, attn_implementation="eager").eval()

    rows = []
    for user, assistant in DIALOGUES:
        tokens = tokenizer.encode(chat(user, assistant), add_special_tokens=False)
        rows.append({"tokens": tokens, "logprobs": rounded(token_logprobs(model, tokens))})
    prompt = tokenizer.encode(chat(PROMPT), add_special_tokens=False)
    continuation = greedy(model, prompt, GREEDY_TOKENS, MARGIN)
    print(tokenizer.decode(continuation))
    golden = {"sequences": rows, "prompt": prompt, "greedy": continuation}
    (OUT / "smollm2.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
