"""Writes tests/golden/preference.json: preference losses, their gradients and rewards, pair by pair, in float64.

Where TRL 1.16 has the loss, its own code computes it: DPOTrainer._compute_loss and CPOTrainer.cpo_loss run with a stand-in
for the trainer and a "model" that returns given token log-probabilities. The others are the formulas of their papers,
written in terms of probabilities rather than of logits. Needs torch and trl. Run from the repository root:
    python scripts/golden/preference.py
"""

import collections
import json
import pathlib
from types import SimpleNamespace

import torch
from trl.experimental.cpo.cpo_trainer import CPOTrainer
from trl.trainer.dpo_trainer import DPOTrainer

torch.set_default_dtype(torch.float64)

TRL_NAMES = {
    "dpo": "sigmoid", "robust": "robust", "hinge": "hinge", "ipo": "ipo", "sigmoid_norm": "sigmoid_norm",
    "apo_zero": "apo_zero", "apo_down": "apo_down", "exo": "exo_pair", "nca": "nca_pair", "sppo": "sppo_hard",
}
DEFAULTS = {"label_smoothing": 0.0, "gamma": 0.5, "margin_scale": 1.0}
CONFIGS = [
    {"kind": "dpo", "beta": 0.1},
    {"kind": "dpo", "beta": 0.5, "label_smoothing": 0.125},
    {"kind": "robust", "beta": 0.1, "label_smoothing": 0.125},
    {"kind": "hinge", "beta": 0.1},
    {"kind": "ipo", "beta": 0.25},
    {"kind": "sigmoid_norm", "beta": 2.0},
    {"kind": "simpo", "beta": 2.5, "gamma": 0.75},
    {"kind": "orpo", "beta": 0.25},
    {"kind": "apo_zero", "beta": 0.1},
    {"kind": "apo_down", "beta": 0.1},
    {"kind": "exo", "beta": 0.1, "label_smoothing": 0.0625},
    {"kind": "nca", "beta": 0.1},
    {"kind": "sppo", "beta": 0.5},
    {"kind": "dpo_margin", "beta": 0.1, "margin_scale": 0.5},
    {"kind": "rpo_sq", "beta": 0.1, "margin_scale": 0.5},
    {"kind": "rpo_fwd_kl", "beta": 0.1, "margin_scale": 0.5},
    {"kind": "rpo_bwd_kl", "beta": 0.1, "margin_scale": 0.5},
]


class Model:
    """Stands for a policy: every answer's summed log-probability is put on its last token."""

    training = True

    def __init__(self, sums, length):
        self.sums, self.length = sums, length

    def __call__(self, **_):
        zeros = torch.zeros(2, self.length - 1)
        logps = torch.cat([zeros[:, :-1], self.sums.unsqueeze(1)], dim=1)
        return SimpleNamespace(log_probs=logps, entropy=zeros, mean_logits=zeros, is_top1=zeros.bool())


def dpo_of_trl(config, pair, sums):
    """Loss of one pair by DPOTrainer._compute_loss."""
    lengths = [pair["chosen_length"], pair["rejected_length"]]
    length = max(lengths) + 2
    mask = torch.zeros(2, length, dtype=torch.long)
    for row, count in enumerate(lengths):
        mask[row, length - count :] = 1
    same = SimpleNamespace(gather=lambda x: x, gather_for_metrics=lambda x: x, device=torch.device("cpu"))
    trainer = SimpleNamespace(
        model=Model(sums, length), accelerator=same, aux_loss_enabled=False, ld_alpha=None, precompute_ref_logps=True,
        f_divergence_type="reverse_kl", loss_types=[TRL_NAMES[config["kind"]]], loss_weights=[1.0],
        beta=config["beta"], label_smoothing=config["label_smoothing"], use_weighting=False, _tp_size=1,
        _total_train_tokens=0, _metrics={"train": collections.defaultdict(list)},
    )
    inputs = {
        "input_ids": torch.zeros(2, length, dtype=torch.long),
        "attention_mask": torch.ones(2, length, dtype=torch.long),
        "completion_mask": mask,
        "ref_chosen_logps": torch.tensor([pair["reference_chosen"]]),
        "ref_rejected_logps": torch.tensor([pair["reference_rejected"]]),
    }
    loss = DPOTrainer._compute_loss(trainer, trainer.model, inputs, False)
    metrics = trainer._metrics["train"]
    return loss, metrics["rewards/chosen"][0], metrics["rewards/rejected"][0]


def simpo_of_trl(config, pair, sums):
    trainer = SimpleNamespace(
        alpha=0.0, accelerator=SimpleNamespace(device=torch.device("cpu")), loss_type="simpo", beta=config["beta"],
        simpo_gamma=config["gamma"], label_smoothing=0.0,
    )
    means = sums / torch.tensor([pair["chosen_length"], pair["rejected_length"]], dtype=torch.float64)
    losses, chosen, rejected = CPOTrainer.cpo_loss(trainer, means[:1], means[1:])
    return losses.squeeze(0), chosen.item(), rejected.item()


def by_formula(config, pair, sums):
    beta, epsilon, kind = config["beta"], config["label_smoothing"], config["kind"]
    if kind == "orpo":
        chosen, rejected = sums[0] / pair["chosen_length"], sums[1] / pair["rejected_length"]
        p, q = chosen.exp(), rejected.exp()
        ratio = (p / (1 - p)) / (q / (1 - q))
        loss = -chosen - beta * torch.log(ratio / (1 + ratio))
        return loss, beta * chosen.item(), beta * rejected.item()
    chosen, rejected = sums[0] - pair["reference_chosen"], sums[1] - pair["reference_rejected"]
    logit, gap = beta * (chosen - rejected), torch.tensor(config["margin_scale"] * pair["margin"])
    model, truth = 1 / (1 + torch.exp(-logit)), 1 / (1 + torch.exp(-gap))

    def divergence(p, q):
        return p * torch.log(p / q) + (1 - p) * torch.log((1 - p) / (1 - q))

    loss = {
        "dpo": lambda: -(1 - epsilon) * torch.log(model) - epsilon * torch.log(1 - model),
        "dpo_margin": lambda: -torch.log(1 / (1 + torch.exp(gap - logit))),
        "rpo_sq": lambda: (logit - gap) ** 2,
        "rpo_fwd_kl": lambda: divergence(model, truth),
        "rpo_bwd_kl": lambda: divergence(truth, model),
    }[kind]()
    return loss, beta * chosen.item(), beta * rejected.item()


def method_of(config):
    if config["kind"] == "simpo":
        return "trl", simpo_of_trl
    if config["kind"] in TRL_NAMES and not (config["kind"] == "dpo" and config["label_smoothing"]):
        return "trl", dpo_of_trl
    return "formula", by_formula


def random_pairs(count):
    generator = torch.Generator().manual_seed(11)
    pairs = []
    for index in range(count):
        lengths = torch.randint(1, 40, (2,), generator=generator).tolist()
        sums = [-length * (0.2 + 2 * torch.rand((), generator=generator).item()) for length in lengths]
        shifts = (torch.randn(2, generator=generator) * (0 if index == 0 else 6)).tolist()
        pairs.append({
            "policy_chosen": sums[0], "policy_rejected": sums[1],
            "reference_chosen": sums[0] - shifts[0], "reference_rejected": sums[1] - shifts[1],
            "chosen_length": lengths[0], "rejected_length": lengths[1],
            "margin": [1.0, 0.25, 2.0, 4.0][index % 4],
        })
    return pairs


def main():
    pairs = random_pairs(8)
    cases = []
    for partial in CONFIGS:
        config = DEFAULTS | partial
        source, method = method_of(config)
        case = config | {"source": source, "losses": [], "chosen_gradients": [], "rejected_gradients": [],
                         "chosen_rewards": [], "rejected_rewards": []}
        for pair in pairs:
            sums = torch.tensor([pair["policy_chosen"], pair["policy_rejected"]], requires_grad=True)
            loss, chosen, rejected = method(config, pair, sums)
            loss.backward()
            case["losses"].append(loss.item())
            case["chosen_gradients"].append(sums.grad[0].item())
            case["rejected_gradients"].append(sums.grad[1].item())
            case["chosen_rewards"].append(chosen)
            case["rejected_rewards"].append(rejected)
        cases.append(case)
    path = pathlib.Path("tests/golden/preference.json")
    path.write_text(json.dumps({"pairs": pairs, "cases": cases}, indent=1) + "\n")


if __name__ == "__main__":
    main()
