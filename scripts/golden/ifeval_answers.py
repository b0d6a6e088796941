"""Writes tests/golden/ifeval_answers.json: IFEval end to end, greedy answers of a small model and the verdicts on them.

Prompts are rendered in tests/golden/plain_turns.jinja and answered by transformers' generate in float32, one at a time; the
answers are checked by the official checker as in ifeval.py. An answer is the text of all its pieces, so that it keeps the
blank that decoding takes away from the front of a text. `gap` is the least distance of a chosen logit to the next one: where
it is as small as float32's rounding, another order of sums may choose another token. A verdict is `?` where the checker
draws what it asks for at random (a "letter" that is none: its verdict changes from call to call); the metrics leave such
prompts out. Needs what evaluation.py and ifeval.py need:
    python scripts/golden/ifeval_answers.py DATA stories260K
"""

import argparse
import json
import os
import pathlib
import random
import sys
import tempfile

import torch
from chat_scores import ChatScorer
from formula import OUT
from ifeval import import_checker, write_punkt_tables

PROMPTS, NEW_TOKENS = 456, 64


def piece_bytes(pieces, token):
    if pieces.is_byte(token):
        return bytes([int(pieces.id_to_piece(token)[3:5], 16)])
    return pieces.id_to_piece(token).replace("\u2581", " ").encode()


def answer(scorer, prompt):
    """Text, whether it came to an end, and the least gap; None if the prompt leaves no room."""
    ids = scorer.encode(scorer.render(prompt))
    room = scorer.context - len(ids)
    if room <= 0:
        return None
    eos, pieces = scorer.tokenizer.eos, scorer.tokenizer.tokenizer
    output = scorer.model.generate(
        torch.tensor([ids]), attention_mask=torch.ones(1, len(ids), dtype=torch.long), do_sample=False,
        max_new_tokens=min(NEW_TOKENS, room), eos_token_id=eos, pad_token_id=eos, output_logits=True,
        return_dict_in_generate=True)
    new = output.sequences[0, len(ids):].tolist()
    best = torch.stack([logits[0].double().topk(2).values for logits in output.logits])
    complete = new[-1] == eos
    text = b"".join(piece_bytes(pieces, token) for token in new[:len(new) - complete])
    return text.decode(errors="replace"), complete, (best[:, 0] - best[:, 1]).min().item()


class Draws(random.Random):
    """Counts what is drawn."""

    count = 0

    def getrandbits(self, k):
        self.count += 1
        return super().getrandbits(k)


def verdicts(utils, draws, row, text):
    """Strict and loose, a digit or ? per instruction."""
    result = {"strict": "", "loose": ""}
    for name, kwargs in zip(row["instruction_id_list"], row["kwargs"]):
        example = utils.InputExample(key=0, instruction_id_list=[name], prompt=row["prompt"], kwargs=[kwargs])
        for kind in result:
            test = getattr(utils, f"test_instruction_following_{kind}")
            before = draws.count
            followed = test(example, text).follow_all_instructions
            result[kind] += "?" if draws.count > before else "01"[followed]
    return result


def rows_of(scorer, utils, draws, data):
    rows, skipped = [], []
    lines = (data / "ifeval" / "input_data.jsonl").read_text(encoding="utf-8").split("\n")[:PROMPTS]
    for row in map(json.loads, lines):
        found = answer(scorer, row["prompt"])
        if found is None:
            skipped.append(row["key"])
            continue
        text, complete, gap = found
        rows.append({"key": row["key"], "answer": text, "complete": complete, "gap": float(f"{gap:.3g}"),
                     **verdicts(utils, draws, row, text)})
    return rows, skipped


def metrics(rows):
    def shares(kind):
        lists = [row[kind] for row in rows if "?" not in row["strict"] + row["loose"]]
        return {f"prompt_{kind}": sum("0" not in v for v in lists) / len(lists),
                f"instruction_{kind}": sum(v.count("1") for v in lists) / sum(map(len, lists))}

    return shares("strict") | shares("loose")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("model", type=pathlib.Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    scorer = ChatScorer(str(options.model), OUT / "plain_turns.jinja")
    with tempfile.TemporaryDirectory() as folder:
        write_punkt_tables(pathlib.Path(folder) / "tokenizers" / "punkt_tab" / "english")
        os.environ["NLTK_DATA"] = folder
        utils, instructions_util = import_checker()
        draws = Draws(0)
        sys.modules["lm_eval.tasks.ifeval.instructions"].random = instructions_util.random = draws
        import langdetect

        langdetect.DetectorFactory.seed = 0
        rows, skipped = rows_of(scorer, utils, draws, options.data)
    rest = {"prompts": PROMPTS, "new_tokens": NEW_TOKENS, "too_long": skipped, "metrics": metrics(rows)}
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    (OUT / "ifeval_answers.json").write_text(f'{json.dumps(rest)[:-1]}, "rows": [\n{lines}\n]}}\n', encoding="utf-8")
    gaps = sorted(row["gap"] for row in rows)
    print(f"{len(rows)} answers, {len(skipped)} too long, least gaps {gaps[:5]}, {rest['metrics']}")


if __name__ == "__main__":
    main()
