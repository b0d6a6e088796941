"""Writes tests/golden/trl_steps.json: 20 optimizer steps of DPO and of DPO + SFT by TRL on a tiny Llama, float32.

Model, adapter and pairs come from the formula in formula.py; pairs are handed to TRL as token ids, so that no tokenizer is
involved. B starts at zero, the reference is the base. Needs torch, transformers, peft and trl:
    python scripts/golden/trl_steps.py
"""

import json
import tempfile

import torch
from datasets import Dataset
from formula import OUT, formula_model, formula_tensor, formula_tokens, rounded
from peft import LoraConfig
from tokenizers import Tokenizer, models
from transformers import PreTrainedTokenizerFast
from trl import DPOConfig, DPOTrainer

STEPS, BATCH, VOCABULARY = 20, 4, 40
BETA, LEARNING_RATE, SFT_WEIGHT = 0.3, 5e-3, 0.5
RANK, ALPHA, SCALE = 4, 8, 0.25
CONFIG = {
    "architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": VOCABULARY, "hidden_size": 16,
    "intermediate_size": 24, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
    "max_position_embeddings": 64, "bos_token_id": 1, "eos_token_id": 2,
}
TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


class IdTrainer(DPOTrainer):
    def _prepare_dataset(self, dataset, *args, **kwargs):
        return dataset  # already token ids


def pairs():
    rows = []
    for i in range(STEPS * BATCH):
        # A preferred answer is drawn from the lower half of the vocabulary, so that there is something to learn.
        prompt = formula_tokens(f"prompt {i}", 3 + i % 7, VOCABULARY)
        chosen = formula_tokens(f"chosen {i}", 2 + i % 5, VOCABULARY // 2)
        rejected = formula_tokens(f"rejected {i}", 2 + i % 4, VOCABULARY)
        rows.append({"prompt_ids": prompt, "chosen_ids": chosen, "rejected_ids": rejected})
    return rows


def tokenizer():
    words = {f"t{i}": i for i in range(VOCABULARY)}
    return PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer(models.WordLevel(words, unk_token="t0")), pad_token="t0", eos_token="t2", bos_token="t1")


def run(sft):
    with tempfile.TemporaryDirectory() as directory:
        args = DPOConfig(
            output_dir=directory, use_cpu=True, bf16=False, beta=BETA, learning_rate=LEARNING_RATE,
            loss_type=["sigmoid", "sft"] if sft else ["sigmoid"], loss_weights=[1.0, SFT_WEIGHT] if sft else None,
            lr_scheduler_type="constant", per_device_train_batch_size=BATCH, max_steps=STEPS, logging_steps=1,
            gradient_checkpointing=False, train_sampling_strategy="sequential", save_strategy="no", report_to="none",
            disable_tqdm=True, max_grad_norm=1.0)
        lora = LoraConfig(r=RANK, lora_alpha=ALPHA, target_modules=TARGETS, task_type="CAUSAL_LM")
        trainer = IdTrainer(
            model=formula_model(CONFIG, SCALE), args=args, train_dataset=Dataset.from_list(pairs()),
            processing_class=tokenizer(), peft_config=lora)
        with torch.no_grad():
            for name, parameter in trainer.model.named_parameters():
                if "lora_A" in name:
                    parameter.copy_(formula_tensor(name.replace(".default", ""), parameter.shape, SCALE))
                elif "lora_B" in name:
                    parameter.zero_()
        trainer.train()
        return [entry for entry in trainer.state.log_history if "loss" in entry]


def main():
    content = {
        "config": CONFIG, "scale": SCALE, "rank": RANK, "alpha": ALPHA, "batch": BATCH, "beta": BETA,
        "learning_rate": LEARNING_RATE, "sft_weight": SFT_WEIGHT, "pairs": pairs(), "runs": {},
    }
    for name, sft in (("dpo", False), ("dpo+sft", True)):
        history = run(sft)
        content["runs"][name] = {
            key: rounded([entry[key] for entry in history])
            for key in ("loss", "rewards/margins", "rewards/accuracies", "logps/chosen", "grad_norm", "entropy",
                        "mean_token_accuracy", "logits/chosen", "logits/rejected")}
    (OUT / "trl_steps.json").write_text(json.dumps(content, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
