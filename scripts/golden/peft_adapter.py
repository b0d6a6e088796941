"""Writes tests/golden/peft_adapter/: a tiny Llama, a LoRA adapter saved by PEFT, and the logits of both together.

The adapter (rank 4, q_proj and v_proj) has non-zero A and B, so that a wrong scale or a swapped matrix shows. Weights are
random from a fixed seed. Needs torch, transformers and peft. Run from the repository root:
    python scripts/golden/peft_adapter.py
"""

import json
import pathlib

import torch
from peft import LoraConfig, get_peft_model
from transformers import LlamaConfig, LlamaForCausalLM

OUT = pathlib.Path("tests/golden/peft_adapter")
TOKENS = [1, 7, 3, 22, 14, 9, 30, 5]


def main():
    torch.manual_seed(11)
    config = LlamaConfig(
        vocab_size=32, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=64, rms_norm_eps=1e-5, tie_word_embeddings=False,
        bos_token_id=1, eos_token_id=2, attn_implementation="eager",
    )
    base = LlamaForCausalLM(config).eval()
    for parameter in base.parameters():
        if parameter.dim() > 1:  # larger than the default 0.02, so that attention is far from uniform
            torch.nn.init.normal_(parameter, std=0.3)
    base.save_pretrained(OUT / "model")
    # A relative name: absolute paths of this machine do not belong into a fixture.
    base.name_or_path = base.config._name_or_path = "tiny-llama"

    lora = LoraConfig(r=4, lora_alpha=6, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM")
    model = get_peft_model(base, lora).eval()
    for name, parameter in model.named_parameters():
        if "lora_" in name:
            torch.nn.init.normal_(parameter, std=0.3)
    model.save_pretrained(OUT / "adapter")
    (OUT / "adapter" / "README.md").unlink(missing_ok=True)
    (OUT / "model" / "generation_config.json").unlink(missing_ok=True)

    tokens = torch.tensor([TOKENS])
    with torch.no_grad():
        adapted = model(tokens).logits[0]
        with model.disable_adapter():
            plain = model(tokens).logits[0]
    expected = {
        "tokens": TOKENS,
        "adapted": [float(f"{v:.9g}") for v in adapted.flatten()],
        "base": [float(f"{v:.9g}") for v in plain.flatten()],
    }
    (OUT / "expected.json").write_text(json.dumps(expected) + "\n")


if __name__ == "__main__":
    main()
