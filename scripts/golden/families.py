"""Writes tests/golden/families.json: log-probabilities and greedy continuations of tiny models by transformers, float32.

Every family, rope type and switch of the block, in the config spellings of transformers 4 and 5. Needs torch and
transformers:
    python scripts/golden/families.py
"""

from formula import formula_model, formula_tokens, greedy, rounded, token_logprobs, write_rows

VOCABULARY = 40
LENGTH = 28
GREEDY_TOKENS = 12
# Two programs agree to some 1e-6 in a logit: far from where they could choose differently.
MARGIN = 1e-3
SCALE = 0.5

SIZES = {
    "vocab_size": VOCABULARY, "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2,
    "num_attention_heads": 4, "max_position_embeddings": 64, "bos_token_id": 1, "eos_token_id": 2,
}


def config(family, **fields):
    architecture = {"llama": "Llama", "mistral": "Mistral", "qwen2": "Qwen2", "qwen3": "Qwen3"}[family]
    return {"architectures": [f"{architecture}ForCausalLM"], "model_type": family, **{**SIZES, **fields}}


LLAMA3 = {"factor": 4.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 32}

CASES = {
    "llama tied gqa": config("llama", num_key_value_heads=2, tie_word_embeddings=True, rope_theta=500.0),
    "llama untied, no kv heads given, biases": config("llama", attention_bias=True, mlp_bias=True, rms_norm_eps=1e-5),
    "llama one kv head, head_dim 10": config("llama", num_key_value_heads=1, head_dim=10),
    "llama linear (v4, type)": config(
        "llama", num_key_value_heads=2, rope_theta=100.0, rope_scaling={"type": "linear", "factor": 2.5}),
    "llama dynamic, inside": config("llama", rope_scaling={"rope_type": "dynamic", "factor": 2.0}),
    "llama dynamic, beyond": config(
        "llama", rope_theta=100.0, max_position_embeddings=16, rope_scaling={"type": "dynamic", "factor": 2.0}),
    "qwen3 dynamic, beyond (v5)": config(
        "qwen3", head_dim=8, num_key_value_heads=2, max_position_embeddings=20,
        rope_parameters={"rope_type": "dynamic", "rope_theta": 50.0, "factor": 3.0}),
    "llama llama3 (v4)": config(
        "llama", num_key_value_heads=2, head_dim=16, rope_theta=100.0, rope_scaling={"rope_type": "llama3", **LLAMA3}),
    "llama llama3 (v5)": config(
        "llama", num_key_value_heads=2, head_dim=16, rope_parameters={"rope_type": "llama3", "rope_theta": 300.0, **LLAMA3}),
    "llama yarn (v4)": config(
        "llama", head_dim=16, rope_theta=100.0, max_position_embeddings=128,
        rope_scaling={"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32}),
    "qwen2 yarn (v5, mscale)": config(
        "qwen2", num_key_value_heads=2, num_attention_heads=2, max_position_embeddings=128,
        rope_parameters={
            "rope_type": "yarn", "rope_theta": 200.0, "factor": 4.0, "original_max_position_embeddings": 32,
            "mscale": 1.0, "mscale_all_dim": 0.5, "beta_fast": 8.0, "beta_slow": 2.0}),
    "mistral yarn, attention factor, no truncation": config(
        "mistral", num_key_value_heads=2, head_dim=16, sliding_window=None, rope_theta=100.0,
        rope_scaling={"type": "yarn", "factor": 2.0, "original_max_position_embeddings": 32, "attention_factor": 1.3,
                      "truncate": False}),
    "mistral sliding window, head_dim 8": config("mistral", num_key_value_heads=2, head_dim=8, sliding_window=5),
    "mistral without window (v5), tied": config(
        "mistral", num_key_value_heads=2, sliding_window=None, tie_word_embeddings=True,
        rope_parameters={"rope_type": "default", "rope_theta": 1000.0}),
    "qwen2 tied": config("qwen2", num_key_value_heads=2, tie_word_embeddings=True, sliding_window=4),
    "qwen2 windows from layer 1": config(
        "qwen2", num_key_value_heads=4, num_hidden_layers=3, use_sliding_window=True, sliding_window=6,
        max_window_layers=1),
    "qwen2 layer types": config(
        "qwen2", num_key_value_heads=2, use_sliding_window=True, sliding_window=3,
        layer_types=["sliding_attention", "full_attention"]),
    "qwen3 tied, head_dim 12": config("qwen3", num_key_value_heads=2, head_dim=12, tie_word_embeddings=True),
    "qwen3 biases, windows": config(
        "qwen3", num_key_value_heads=2, head_dim=8, attention_bias=True, use_sliding_window=True, sliding_window=4,
        max_window_layers=1, rope_theta=1000.0),
}


def main():
    rows = []
    for name, case in CASES.items():
        model = formula_model(case, SCALE)
        tokens = formula_tokens(name, LENGTH, VOCABULARY)
        prompt = tokens[:3]
        rows.append({
            "name": name, "config": case, "scale": SCALE, "tokens": tokens, "logprobs": rounded(token_logprobs(model, tokens)),
            "greedy": greedy(model, prompt, GREEDY_TOKENS, MARGIN),
        })
        print(name, min(rows[-1]["logprobs"]), max(rows[-1]["logprobs"]), rows[-1]["greedy"])
    write_rows("families.json", rows)


if __name__ == "__main__":
    main()
