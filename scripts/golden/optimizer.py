"""Writes tests/golden/optimizer.json: torch.optim.AdamW over 100 steps, with clipping, weight decay and two learning rates.

Four tensors of 16 elements take the places of A and B of two modules; B's learning rate is 16 times A's (LoRA+). Start
values and gradients follow closed formulas that the test repeats. Needs torch. Run from the repository root:
    python scripts/golden/optimizer.py
"""

import json
import math
import pathlib

import torch

OUT = pathlib.Path("tests/golden/optimizer.json")
STEPS, TENSORS, SIZE, LEARNING_RATE, RATIO, CLIP = 100, 4, 16, 3e-3, 16.0, 1.0


def main():
    start = [math.cos(i) for i in range(TENSORS * SIZE)]
    tensors = [torch.tensor(start[t * SIZE:(t + 1) * SIZE]).requires_grad_() for t in range(TENSORS)]
    groups = [{"params": tensors[0::2], "lr": LEARNING_RATE}, {"params": tensors[1::2], "lr": LEARNING_RATE * RATIO}]
    optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.99), eps=1e-7, weight_decay=0.05, foreach=False)
    norms = []
    for step in range(STEPS):
        for t, tensor in enumerate(tensors):
            values = [math.sin(0.37 * (t * SIZE + i + 1) + 0.11 * step) * (1 + step % 7) / 10 for i in range(SIZE)]
            tensor.grad = torch.tensor(values)
        norms.append(torch.nn.utils.clip_grad_norm_(tensors, CLIP).item())
        optimizer.step()
    state = [optimizer.state[tensor] for tensor in tensors]
    golden = {
        "norms": norms,
        "parameters": torch.cat(tensors).tolist(),
        "exp_avg": torch.cat([s["exp_avg"] for s in state]).tolist(),
        "exp_avg_sq": torch.cat([s["exp_avg_sq"] for s in state]).tolist(),
    }
    OUT.write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main()
