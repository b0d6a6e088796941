"""Writes tests/golden/gradients.json: gradients of every LoRA tensor by PEFT and autograd, on tiny models.

The loss is a weighted sum of the log-probabilities of the response tokens of two branches of one prompt, computed on the two
whole sequences. All linears are adapted, A and B both nonzero (formula.py). "float32" is the gradient with float32 weights;
all weights are exact in bfloat16, so the same numbers serve as the exact result that a bfloat16 run rounds around, and
"bfloat16" holds what PEFT gets there. Needs torch, transformers and peft:
    python scripts/golden/gradients.py
"""

import torch
from families import config
from formula import formula_model, formula_tensor, formula_tokens, rounded, write_rows
from peft import LoraConfig, get_peft_model

PROMPT, CHOSEN, REJECTED = 7, 6, 5
RANK, ALPHA = 2, 3.0
# Small, because bfloat16 rounding grows with every sharp softmax: with 1/2, PEFT's own bfloat16 gradients are up to 24 % off.
SCALE = 0.125

CASES = {
    "llama": config("llama", num_key_value_heads=2, tie_word_embeddings=True, rope_theta=500.0),
    "mistral": config("mistral", num_key_value_heads=2, head_dim=8, sliding_window=5),
    "qwen2": config(
        "qwen2", num_key_value_heads=2, use_sliding_window=True, sliding_window=4, max_window_layers=1,
        rope_parameters={"rope_type": "yarn", "rope_theta": 200.0, "factor": 4.0, "original_max_position_embeddings": 16}),
    "qwen3": config("qwen3", num_key_value_heads=1, head_dim=8),
}


def adapted(case, dtype):
    lora = LoraConfig(r=RANK, lora_alpha=ALPHA, target_modules="all-linear", task_type="CAUSAL_LM")
    model = get_peft_model(formula_model(case, SCALE, dtype), lora).eval()
    tensors = {}
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.requires_grad:
                assert parameter.dtype == torch.float32
                name = name.removeprefix("base_model.model.").removesuffix(".default.weight")
                parameter.copy_(formula_tensor(name, parameter.shape, SCALE))
                tensors[name] = parameter
    return model, tensors


def sequence_term(model, prompt, response, weights):
    logits = model(torch.tensor([prompt + response])).logits[0].float()
    logprobs = torch.log_softmax(logits[len(prompt) - 1 : -1], dim=-1)
    chosen = logprobs.gather(1, torch.tensor(response)[:, None])[:, 0]
    return (chosen * torch.tensor(weights)).sum()


def gradients(case, dtype, row):
    model, tensors = adapted(case, dtype)
    loss = sum(sequence_term(model, row["prompt"], row[branch], row[branch + "_weights"])
               for branch in ("chosen", "rejected"))
    loss.backward()
    return loss.item(), {name: tensor.grad for name, tensor in sorted(tensors.items())}


def main():
    rows = []
    for name, case in CASES.items():
        row = {
            "name": name, "config": case, "scale": SCALE, "rank": RANK, "alpha": ALPHA,
            "prompt": formula_tokens(name + " prompt", PROMPT, case["vocab_size"]),
            "chosen": formula_tokens(name + " chosen", CHOSEN, case["vocab_size"]),
            "rejected": formula_tokens(name + " rejected", REJECTED, case["vocab_size"]),
            # Different for every token, and of opposite signs, as a preference loss has them.
            "chosen_weights": [-0.5 - 0.0625 * i for i in range(CHOSEN)],
            "rejected_weights": [0.25 + 0.125 * i for i in range(REJECTED)],
        }
        exact = None
        for label, dtype in (("float32", torch.float32), ("bfloat16", torch.bfloat16)):
            loss, grads = gradients(case, dtype, row)
            digits = 8 if dtype == torch.float32 else 5
            row[label] = {"loss": loss, "gradients": {key: rounded(grad.flatten(), digits) for key, grad in grads.items()}}
            exact = exact or grads
        errors = {key: ((grads[key] - exact[key]).norm() / exact[key].norm()).item() for key in grads}
        worst = max(errors, key=errors.get)
        print(f"{name}: loss {row['float32']['loss']:.6f} and {loss:.6f}, bfloat16 off by {errors[worst]:.4f} at {worst}, "
              f"median {sorted(errors.values())[len(errors) // 2]:.4f}")
        rows.append(row)
    write_rows("gradients.json", rows)


if __name__ == "__main__":
    main()
