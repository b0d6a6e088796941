"""Writes tests/golden/families.json: log-probabilities and greedy continuations of tiny models by transformers, float32.

Every family, rope type and switch of the block, in the config spellings of transformers 4 and 5. Needs torch and
transformers:
    python scripts/golden/families.py
"""

import json

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
    architecture = {"gemma3_text": "Gemma3"}.get(family, family.capitalize())
    # The padding of phi3's class default lies outside of this vocabulary.
    padding = {"pad_token_id": 0} if family == "phi3" else {}
    return {"architectures": [f"{architecture}ForCausalLM"], "model_type": family, **{**SIZES, **padding, **fields}}


LLAMA3 = {"factor": 4.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 32}
LONGROPE = {"short_factor": [1.0, 1.0625, 1.125, 1.5], "long_factor": [1.0, 1.5, 3.0, 8.0]}

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
    "phi3 grouped heads": config("phi3", num_key_value_heads=2, rope_theta=100.0),
    "phi3 sliding window, head_dim 8": config("phi3", num_attention_heads=2, sliding_window=5, rope_theta=1000.0),
    "phi3 longrope, inside (v4)": config(
        "phi3", num_attention_heads=2, original_max_position_embeddings=32, rope_theta=100.0,
        rope_scaling={"type": "longrope", **LONGROPE}),
    "phi3 longrope, beyond (v4, su)": config(
        "phi3", num_attention_heads=2, original_max_position_embeddings=8, rope_theta=100.0,
        rope_scaling={"type": "su", "original_max_position_embeddings": 8, **LONGROPE}),
    "phi3 longrope, beyond, partial rotary, tied (v5)": config(
        "phi3", num_attention_heads=2, num_key_value_heads=1, original_max_position_embeddings=8, tie_word_embeddings=True,
        sliding_window=20, rope_parameters={
            "rope_type": "longrope", "rope_theta": 300.0, "partial_rotary_factor": 0.75, "attention_factor": 1.25,
            "short_factor": [1.0, 1.125, 1.5], "long_factor": [1.25, 2.0, 6.0], "original_max_position_embeddings": 8}),
    "llama longrope, factor": config(
        "llama", num_attention_heads=2, rope_scaling={
            "rope_type": "longrope", "factor": 3.0, "original_max_position_embeddings": 12, **LONGROPE}),
    "gemma one kv head": config("gemma", num_key_value_heads=1, head_dim=8, rope_theta=100.0, hidden_act="gelu_pytorch_tanh"),
    "gemma untied, biases": config("gemma", num_key_value_heads=4, head_dim=6, tie_word_embeddings=False, attention_bias=True),
    "gemma2 low caps, alternating windows": config(
        "gemma2", num_hidden_layers=3, num_key_value_heads=2, head_dim=8, sliding_window=5, query_pre_attn_scalar=6,
        attn_logit_softcapping=1.5, final_logit_softcapping=10.0, rope_theta=100.0),
    "gemma2 caps of the class, biases": config("gemma2", num_key_value_heads=4, head_dim=8, attention_bias=True, sliding_window=7),
    "gemma2 no caps, layer types (v5)": config(
        "gemma2", num_key_value_heads=2, head_dim=8, sliding_window=3, query_pre_attn_scalar=20, attn_logit_softcapping=None,
        final_logit_softcapping=None, layer_types=["full_attention", "sliding_attention"],
        rope_parameters={"rope_type": "default", "rope_theta": 200.0}),
    "gemma3 two ropes, pattern (v4)": config(
        "gemma3_text", num_hidden_layers=4, num_key_value_heads=2, head_dim=8, sliding_window=5, sliding_window_pattern=2,
        query_pre_attn_scalar=10, rope_theta=1000.0, rope_local_base_freq=20.0,
        rope_scaling={"rope_type": "linear", "factor": 4.0}),
    "gemma3 two ropes, layer types, cap (v5)": config(
        "gemma3_text", num_hidden_layers=3, num_key_value_heads=1, head_dim=8, sliding_window=4,
        layer_types=["sliding_attention", "full_attention", "sliding_attention"], final_logit_softcapping=8.0,
        rope_parameters={
            "full_attention": {"rope_type": "linear", "factor": 2.0, "rope_theta": 500.0},
            "sliding_attention": {"rope_type": "default", "rope_theta": 30.0}}),
    "gemma3 ropes of the class": config("gemma3_text", num_hidden_layers=6, num_key_value_heads=2, head_dim=8, sliding_window=3),
    "gemma3 multimodal": {
        "architectures": ["Gemma3ForConditionalGeneration"], "model_type": "gemma3", "image_token_index": 39,
        "text_config": config("gemma3_text", num_key_value_heads=2, head_dim=8, sliding_window=4, sliding_window_pattern=2),
        "vision_config": {
            "model_type": "siglip_vision_model", "hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1,
            "num_attention_heads": 1, "image_size": 28, "patch_size": 14}},
}


def saved(model):
    """config.json as this transformers writes it."""
    written = json.loads(model.config.to_json_string())
    for part in ("dtype", "transformers_version", "vision_config"):
        written.pop(part, None)
    return {"architectures": [type(model).__name__], **written}


def main():
    rows = []
    for name, case in CASES.items():
        model = formula_model(case, SCALE)
        tokens = formula_tokens(name, LENGTH, VOCABULARY)
        prompt = tokens[:3]
        rows.append({
            "name": name, "config": case, "scale": SCALE, "tokens": tokens, "logprobs": rounded(token_logprobs(model, tokens)),
            "greedy": greedy(model, prompt, GREEDY_TOKENS, MARGIN), "saved": saved(model),
        })
        print(name, min(rows[-1]["logprobs"]), max(rows[-1]["logprobs"]), rows[-1]["greedy"])
    write_rows("families.json", rows)


if __name__ == "__main__":
    main()
