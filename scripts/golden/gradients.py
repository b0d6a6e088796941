"""Writes tests/golden/gradients.json: gradients of every LoRA tensor by PEFT and autograd, on tiny models in float32.

The loss is a weighted sum of the log-probabilities of the response tokens of two branches of one prompt, computed on the two
whole sequences. All linears are adapted, A and B both nonzero (formula.py). All weights are exact in bfloat16, so the same
numbers are the exact result that a bfloat16 run rounds around: two such runs differ from each other by more than from it. How
far PEFT's own bfloat16 gradients are from it is stored and printed. Needs torch, transformers and peft:
    python scripts/golden/gradients.py
"""

import torch
from families import config
from formula import formula_model, formula_tensor, formula_tokens, rounded, write_rows
from peft import LoraConfig, get_peft_model

PROMPT, CHOSEN, REJECTED = 10, 16, 14
RANK, ALPHA = 2, 3.0
# Small, because bfloat16 rounding grows with every sharp softmax: at 1/2, PEFT's own gradients are off by several per cent. Wide and
# long enough for roundings to average out.
SCALE = 0.125
WIDTH = {"hidden_size": 32, "intermediate_size": 48}

CASES = {
    "llama": config("llama", **WIDTH, num_key_value_heads=2, tie_word_embeddings=True, rope_theta=500.0),
    "mistral": config("mistral", **WIDTH, num_key_value_heads=2, head_dim=8, sliding_window=5),
    "qwen2": config(
        "qwen2", **WIDTH, num_key_value_heads=2, use_sliding_window=True, sliding_window=4, max_window_layers=1,
        rope_parameters={"rope_type": "yarn", "rope_theta": 200.0, "factor": 4.0, "original_max_position_embeddings": 16}),
    "qwen3": config("qwen3", **WIDTH, num_key_value_heads=1, head_dim=8),
    "phi3": config("phi3", **WIDTH, num_key_value_heads=2, rope_theta=500.0, original_max_position_embeddings=16, rope_scaling={
        "type": "longrope", "short_factor": [1.0, 1.0625, 1.125, 1.5], "long_factor": [1.0, 1.5, 3.0, 8.0]}),
    "gemma2": config(
        "gemma2", **WIDTH, num_key_value_heads=2, head_dim=8, sliding_window=5, query_pre_attn_scalar=12,
        attn_logit_softcapping=1.5, final_logit_softcapping=6.0, rope_theta=500.0),
    "gemma3": config(
        "gemma3_text", **WIDTH, num_key_value_heads=1, head_dim=8, sliding_window=6, sliding_window_pattern=2,
        rope_theta=1000.0, rope_local_base_freq=50.0),
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
            # Of opposite signs, as a preference loss has them, and not all the same.
            "chosen_weights": [-0.5 - 0.0625 * (i % 4) for i in range(CHOSEN)],
            "rejected_weights": [0.25 + 0.125 * (i % 4) for i in range(REJECTED)],
        }
        row["loss"], exact = gradients(case, torch.float32, row)
        row["gradients"] = {key: rounded(grad.flatten(), 7) for key, grad in exact.items()}
        _, rough = gradients(case, torch.bfloat16, row)
        errors = sorted(((rough[key] - exact[key]).norm() / exact[key].norm()).item() for key in exact)
        print(f"{name}: PEFT in bfloat16 is off by {errors[len(errors) // 2]:.4f} in the median, {errors[-1]:.4f} at most")
        row["bfloat16_error"] = rounded(errors)[-1]
        rows.append(row)
    write_rows("gradients.json", rows)


if __name__ == "__main__":
    main()
