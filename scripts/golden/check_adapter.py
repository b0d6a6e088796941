"""Loads MODEL and ADAPTER with PEFT and prints the logits of a fixed token sequence, to compare with braid's own.

    python scripts/golden/check_adapter.py MODEL ADAPTER [--tokens 1,403,407]
"""

import argparse
import json

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="Hugging Face directory")
    parser.add_argument("adapter", help="PEFT adapter directory")
    parser.add_argument("--tokens", default="1,403,407,261,378")
    args = parser.parse_args()

    base = AutoModelForCausalLM.from_pretrained(args.model, dtype=torch.float32, attn_implementation="eager")
    model = PeftModel.from_pretrained(base, args.adapter).eval()
    tokens = torch.tensor([[int(token) for token in args.tokens.split(",")]])
    with torch.no_grad():
        adapted = model(tokens).logits[0].double()
        with model.disable_adapter():
            plain = model(tokens).logits[0].double()
    for name, logits in (("adapted", adapted), ("base", plain)):
        print(json.dumps({
            "logits": name,
            "sum": logits.sum().item(),
            "sum_abs": logits.abs().sum().item(),
            "last": [round(value, 6) for value in logits[-1, :8].tolist()],
        }))


if __name__ == "__main__":
    main()
