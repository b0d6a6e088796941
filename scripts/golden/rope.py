"""Writes tests/golden/rope.json: inverse frequencies and attention factors by transformers' rope functions.

transformers computes them in float32. Needs torch and transformers:
    python scripts/golden/rope.py
"""

from formula import rounded, write_rows
from transformers import LlamaConfig
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS
from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding

LLAMA3 = {"rope_type": "llama3", "rope_theta": 5e5, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
          "original_max_position_embeddings": 8192}
YARN = {"rope_type": "yarn", "rope_theta": 1e6, "factor": 4.0, "original_max_position_embeddings": 32768}
LONGROPE = {"rope_type": "longrope", "rope_theta": 1e4, "original_max_position_embeddings": 4096,
            "short_factor": [1.0, 1.02, 1.1, 1.2, 1.3, 1.5, 1.9, 2.5], "long_factor": [1.0, 1.1, 1.8, 4.0, 9.0, 21.0, 48.0, 64.0]}

# head_dim, max_position_embeddings, sequence length, rope parameters
CASES = [
    (64, 8192, 100, {"rope_type": "default", "rope_theta": 1e5}),
    (128, 4096, 100, {"rope_type": "linear", "rope_theta": 1e4, "factor": 8.0}),
    (64, 4096, 100, {"rope_type": "linear", "rope_theta": 1e4, "factor": 2.0, "partial_rotary_factor": 0.25}),
    (128, 4096, 4096, {"rope_type": "dynamic", "rope_theta": 1e4, "factor": 2.0}),
    (128, 4096, 4097, {"rope_type": "dynamic", "rope_theta": 1e4, "factor": 2.0}),
    (128, 4096, 8192, {"rope_type": "dynamic", "rope_theta": 1e4, "factor": 2.0}),
    (64, 2048, 5000, {"rope_type": "dynamic", "rope_theta": 1e4, "factor": 4.0, "partial_rotary_factor": 0.5}),
    (128, 131072, 100, {**LLAMA3, "factor": 8.0}),
    (64, 131072, 100, {**LLAMA3, "factor": 32.0}),
    (128, 131072, 100, YARN),
    (128, 131072, 100, {**YARN, "truncate": False, "beta_fast": 24.0, "beta_slow": 2.0}),
    (128, 131072, 100, {**YARN, "factor": 40.0, "mscale": 1.0, "mscale_all_dim": 0.7}),
    (128, 131072, 100, {**YARN, "mscale": 0.7}),
    (128, 131072, 100, {**YARN, "attention_factor": 0.9}),
    (64, 40960, 100, {**YARN, "rope_theta": 1e4, "partial_rotary_factor": 0.5}),
    (128, 32768, 100, {**YARN, "factor": 1.0}),
    (16, 64, 100, {**YARN, "rope_theta": 100.0, "original_max_position_embeddings": 8}),  # both limits clamped
    (16, 131072, 4096, LONGROPE),
    (16, 131072, 4097, LONGROPE),
    (16, 131072, 5000, {**LONGROPE, "factor": 8.0}),
    (16, 131072, 100, {**LONGROPE, "attention_factor": 1.3}),
    (16, 4096, 100, LONGROPE),
]


def frequencies(config, length):
    kind = config.rope_parameters["rope_type"]
    if kind == "default":
        return LlamaRotaryEmbedding.compute_default_rope_parameters(config, "cpu")
    return ROPE_INIT_FUNCTIONS[kind](config, "cpu", seq_len=length)


def main():
    rows = []
    for head_dim, max_position, length, parameters in CASES:
        config = LlamaConfig(head_dim=head_dim, max_position_embeddings=max_position, rope_parameters=dict(parameters))
        inverse, factor = frequencies(config, length)
        rows.append({
            "head_dim": head_dim, "max_position": max_position, "sequence_length": length, "rope": parameters,
            "inverse": rounded(inverse), "attention_factor": factor,
        })
    write_rows("rope.json", rows)


if __name__ == "__main__":
    main()
