"""Writes tests/golden/dequantize.json: random GGUF blocks and what the `gguf` package makes of them.

Two blocks for each quantised type, eight elements for each plain one. Scales are drawn as finite halves, subnormals
included; everything else is random bytes. Needs numpy and gguf. Run from the repository root:
    python scripts/golden/dequantize.py
"""

import json
import pathlib

import gguf
import numpy as np

# Byte positions of the half-precision scales inside a block.
HALVES = {
    "F32": [], "F16": [0], "BF16": [], "Q8_0": [0], "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2],
    "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208],
}


def blocks_of(name, rng):
    elements, size = gguf.GGML_QUANT_SIZES[gguf.GGMLQuantizationType[name]]
    count = 2 if elements > 1 else 8
    blocks = rng.integers(0, 256, (count, size), dtype=np.uint8)
    for position in HALVES[name]:
        halves = rng.normal(0, 0.02, count).astype(np.float16)
        if elements == 1:
            halves[:4] = [6e-8, -5e-5, 65504, -0.0]
        blocks[:, position : position + 2] = halves.view(np.uint8).reshape(count, 2)
    if name in ("F32", "BF16"):  # random exponents would be mostly out of the range of weights
        values = rng.normal(0, 0.02, count).astype(np.float32).view(np.uint8).reshape(count, 4)
        blocks = values[:, 4 - size :]
    return np.ascontiguousarray(blocks)


def main():
    rng = np.random.default_rng(7)
    cases = []
    for name in HALVES:
        blocks = blocks_of(name, rng)
        values = gguf.dequantize(blocks, gguf.GGMLQuantizationType[name]).astype(np.float32).ravel()
        # Nine digits give every float32 back exactly.
        cases.append({"type": name, "blocks": blocks.tobytes().hex(), "values": [float(f"{v:.9g}") for v in values]})
    rows = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    pathlib.Path("tests/golden/dequantize.json").write_text(f"[\n{rows}\n]\n")


if __name__ == "__main__":
    main()
