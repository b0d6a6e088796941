"""Writes tests/golden/feedback_sources.json: what the sources in tests/feedback/sources give on the shared data sets.

Each set is converted here once more, in plain Python and straight from the description of its labels, without the mapping
language. Per source: rows, sets (two or more different answers), pairs, demonstrations, unpaired labels, the sum of margins
between best and worst, and a digest of (prompt, best, worst) over the sets where both are unique. Standard library only. Run
from the repository root with the folder of shared material:
    python scripts/golden/feedback.py FOLDER
"""

import csv
import gzip
import itertools
import json
import pathlib
import statistics
import sys
import zlib

ROOT = pathlib.Path(sys.argv[1])
SPACE = " \t\r\n\f\v"


def rows(*names):
    for name in names:
        path = ROOT / "data" / name
        if name.endswith(".gz"):
            text = gzip.open(path, "rt", encoding="utf-8", newline="").read()
        else:
            text = path.read_text(encoding="utf-8")
        if name.endswith(".csv"):
            yield from csv.DictReader(open(path, encoding="utf-8", newline=""))
        elif name.endswith(".json"):
            yield from json.loads(text)
        else:
            yield from (json.loads(line) for line in text.split("\n") if line.strip())


def user(text):
    return [("user", text.strip(SPACE))]


def shown(prompt):
    return "|".join(f"{role}:{content}" for role, content in prompt)


def dialogue(text):
    turns = []
    while text:
        human = text.startswith("\n\nHuman:")
        text = text[len("\n\nHuman:" if human else "\n\nAssistant:"):]
        ends = [at for at in (text.find("\n\nHuman:"), text.find("\n\nAssistant:")) if at >= 0]
        end = min(ends, default=len(text))
        turns.append(("user" if human else "assistant", text[:end].strip(SPACE)))
        text = text[end:]
    return turns


def answerable(prompt):
    body = prompt[1:] if prompt and prompt[0][0] == "system" else prompt
    roles = [role for role, _ in body]
    return bool(body) and roles == ["user", "assistant"] * (len(roles) // 2) + ["user"] and body[-1][1].strip(SPACE) != ""


def summary(count, sets, strategy="best_vs_worst", limit=16, least=0.0, demonstrations=0, unpaired=0):
    """sets: list of (prompt, [(text, utility)]), the texts of one set still with repeats."""
    kept, pairs, margins, digest, unique = 0, 0, 0.0, 0, 0
    for prompt, answers in sets:
        by_text = {}
        for text, utility in answers:
            by_text.setdefault(text.strip(SPACE), []).append((text, utility))
        merged = [(min(t for t, _ in same), statistics.fmean(u for _, u in same)) for same in by_text.values()]
        if len(merged) < 2:
            continue
        kept += 1
        merged.sort(key=lambda answer: -answer[1])
        levels = sorted({round(utility, 12) for _, utility in merged}, reverse=True)
        if strategy == "all_pairs":
            gaps = [abs(a[1] - b[1]) for a, b in itertools.combinations(merged, 2)]
            pairs += min(limit, sum(gap > 1e-12 and gap >= least for gap in gaps))
        elif strategy == "adjacent":
            pairs += min(limit, len(levels) - 1)
        else:
            pairs += levels[0] - levels[-1] > max(1e-12, least)
        margins += merged[0][1] - merged[-1][1]
        if len(levels) > 1 and levels[0] > round(merged[1][1], 12) and levels[-1] < round(merged[-2][1], 12):
            unique += 1
            digest += zlib.crc32("\0".join([shown(prompt), merged[0][0], merged[-1][0]]).encode())
    return {
        "rows": count, "sets": kept, "pairs": pairs, "demonstrations": demonstrations, "unpaired": unpaired,
        "margins": margins, "unique": unique, "digest": digest % 2**32,
    }


def grouped(entries):
    """(prompt, text, utility) by prompt."""
    groups = {}
    for prompt, text, utility in entries:
        groups.setdefault(tuple((r, c.strip(SPACE)) for r, c in prompt), (prompt, []))[1].append((text, utility))
    return list(groups.values())


def text(value):
    """A table has truth values and numbers where an answer looks like one."""
    return value if isinstance(value, str) else json.dumps(value)


def two(prompt, first, second, sign):
    """sign: 1 the first is surely better, -1 the second."""
    first, second = text(first), text(second)
    if not first.strip(SPACE) or not second.strip(SPACE) or not answerable(prompt):
        return []
    return [(prompt, [(first, (1 + sign) / 2), (second, (1 - sign) / 2)])]


def quantiles(prompt, ranked):
    """ranked: (text, standing), higher is better."""
    result = []
    for text, standing in ranked:
        below = sum(other < standing for _, other in ranked)
        equal = sum(other == standing for _, other in ranked)
        result.append((text, (below + (equal + 1) / 2) / (len(ranked) + 1)))
    return (prompt, result)


def hh_rlhf():
    data, sets = list(rows("hh_rlhf/harmless_base_test.jsonl.gz")), []
    for row in data:
        chosen, rejected = dialogue(row["chosen"]), dialogue(row["rejected"])
        shared = 0
        while shared + 1 < min(len(chosen), len(rejected)) and chosen[shared] == rejected[shared]:
            shared += 1
        if len(chosen) == len(rejected) == shared + 1 and chosen[-1][0] == rejected[-1][0] == "assistant":
            sets += two(chosen[:-1], chosen[-1][1], rejected[-1][1], 1)
    return summary(len(data), sets)


ROLES = {"human": "user", "gpt": "assistant", "system": "system"}


def llamafactory_pairs():
    data, sets = list(rows("llamafactory_demo/dpo_en_demo.json")), []
    for row in data:
        prompt = [(ROLES[m["from"]], m["value"]) for m in row["conversations"]]
        sets += two(prompt, row["chosen"]["value"], row["rejected"]["value"], 1)
    return summary(len(data), sets)


def labels(count, entries):
    sets, unpaired = [], 0
    for prompt, answers in grouped(entries):
        if len({utility for _, utility in answers}) == 1:
            unpaired += len({text.strip(SPACE) for text, _ in answers})
        else:
            sets.append((prompt, answers))
    return summary(count, sets, unpaired=unpaired)


def llamafactory_labels():
    data = list(rows("llamafactory_demo/kto_en_demo.json"))
    return labels(len(data), [
        ([(m["role"], m["content"]) for m in row["messages"][:-1]], row["messages"][-1]["content"], float(row["label"]))
        for row in data])


def instruction(row):
    return user(row["instruction"] + ("\n\n" + row["input"] if row["input"].strip(SPACE) else ""))


def demonstrations(count, pairs):
    return summary(count, [], demonstrations=sum(bool(a.strip(SPACE)) and answerable(p) for p, a in pairs))


def llamafactory_alpaca():
    data = list(rows("llamafactory_demo/alpaca_en_demo.json"))
    return demonstrations(len(data), [(instruction(row), row["output"]) for row in data])


def llmbar():
    names = ["natural", "adversarial_neighbor", "adversarial_gptinst", "adversarial_gptout", "adversarial_manual",
             "processed_mt-bench", "processed_faireval", "processed_llmeval2"]
    data = list(rows(*(f"llmbar/{name}.jsonl" for name in names)))
    sets = [s for row in data
            for s in two([("user", row["input"])], row["output_1"], row["output_2"], {1: 1, 2: -1}[row["label"]])]
    return summary(len(data), sets)


def pandalm():
    data, sets = list(rows("pandalm/testset_v1.jsonl.gz")), []
    for row in data:
        votes = [{0: 0, 1: 1, 2: -1}[row[f"annotator{i}"]] for i in (1, 2, 3)]
        sets += two(instruction(row), row["response1"], row["response2"], sum(votes) / 3)
    return summary(len(data), sets)


def tulu_human_eval():
    data, votes = list(rows("tulu_human_eval/annotations.jsonl.gz")), {}
    code = {"a-is-better": 1, "a-is-slightly-better": 0.5, "tie": 0, "b-is-slightly-better": -0.5, "b-is-better": -1}
    for row in data:
        first, second, sign = row["completion_a"], row["completion_b"], code[row["preference"]]
        if first.strip(SPACE) == second.strip(SPACE):
            continue
        for prompt, answers in two([("user", row["prompt"])], first, second, sign):
            key = (shown(prompt).strip(SPACE), tuple(sorted(text.strip(SPACE) for text, _ in answers)))
            votes.setdefault(key, (prompt, []))[1].extend(answers)
    return summary(len(data), list(votes.values()))


def ukp_convarg():
    data, sets = list(rows("ukp_convarg/pairs.jsonl.gz")), []
    for row in data:
        prompt = user(f"{row['title']}\n\n{row['description']}\n\nGive one convincing argument for this side: "
                      f"{row['stance']}")
        votes = [{"a1": 1, "a2": -1, "equal": 0}[vote["vote"]] for vote in row["votes"]]
        sets += two(prompt, row["a1"], row["a2"], sum(votes) / len(votes))
    return summary(len(data), sets)


def ukp_ranking():
    data = list(rows("ukp_convarg/ranking.jsonl.gz"))
    sets = [quantiles(user(f"{row['title']}\n\nGive one convincing argument for this side: {row['stance']}"),
                      [(item["text"], -item["score"]) for item in row["items"]]) for row in data]
    return summary(len(data), sets, "adjacent", 100)


def oasst():
    data, sets = list(rows("oasst_en100/en_100_tree.jsonl.gz")), []

    def walk(node, before):
        prompt = before + [({"prompter": "user", "assistant": "assistant"}[node["role"]], node["text"])]
        replies = [reply for reply in node["replies"] if not reply.get("deleted")]
        if node["role"] == "prompter":
            ranked = [(r["text"], -r["rank"]) for r in replies if r.get("rank") is not None and r["text"].strip(SPACE)]
            if len(ranked) > 1:
                sets.append(quantiles(prompt, ranked))
        for reply in replies:
            walk(reply, prompt)

    for row in data:
        walk(row["prompt"], [])
    return summary(len(data), sets)


def with_passages(row):
    passages = "\n".join(sentence for passage in row["passages"] for sentence in passage)
    return user(row["question"] + ("\n\nUse these passages.\n\n" + passages if passages.strip(SPACE) else ""))


def qa_feedback():
    data, sets = list(rows("qa_feedback/dev_feedback.jsonl.gz")), []
    for row in data:
        texts = [row[f"prediction {i}"] for i in (1, 2, 3, 4)]
        signs = [{0: 0, 1: 1, 2: -1}[label] for label in row["preference"]]
        beaten = [0.0] * 4
        for (i, j), sign in zip(itertools.combinations(range(4), 2), signs):
            beaten[i] += (1 + sign) / 2
            beaten[j] += (1 - sign) / 2
        agree = all((beaten[i] > beaten[j]) - (beaten[i] < beaten[j]) == sign
                    for (i, j), sign in zip(itertools.combinations(range(4), 2), signs))
        if agree:
            sets.append(quantiles(with_passages(row), list(zip(texts, beaten))))
    return summary(len(data), sets)


def qa_feedback_edits():
    data = list(rows("qa_feedback/dev_feedback.jsonl.gz"))
    sets = [s for row in data
            for s in two(with_passages(row), row["feedback"].get("corrected-prediction") or "", row["prediction 1"], 1)]
    return summary(len(data), sets)


def summeval(axes, middle):
    data = list(rows("summeval/summeval.jsonl.gz"))
    entries = []
    for row in data:
        utility = statistics.fmean(
            (middle([expert[axis] for expert in row["expert_annotations"]]) - 1) / 4 for axis in axes)
        entries.append((user("Summarize this article.\n\n" + row["text"]), row["summary"], utility))
    return summary(len(data), grouped(entries))


def unieval(prompt, axis, low, high, *names):
    data = list(rows(*names))
    return summary(len(data), grouped([
        (prompt(row), row["system_output"], (row["scores"][axis] - low) / (high - low))
        for row in data if row["system_output"].strip(SPACE)]))


def alpaca_eval():
    data, sets = list(rows("alpaca_eval/lists.jsonl.gz")), []
    for row in data:
        answers = [(c["output"], c["preference"] - 1) for c in row["candidates"]] + [(row["baseline_output"], 0.5)]
        sets.append(([("user", row["instruction"])], [a for a in answers if a[0].strip(SPACE)]))
    merged = {}
    for prompt, answers in sets:
        merged.setdefault(shown(prompt).strip(SPACE), (prompt, []))[1].extend(answers)
    return summary(len(data), list(merged.values()), "all_pairs", 3, 0.25)


def mlqe_pe():
    data = list(rows(*(f"mlqe_pe/{lp}.train.jsonl.gz" for lp in ("ro-en", "et-en", "ru-en", "en-zh"))))
    sets = [s for row in data
            for s in two(user(f"Translate ({row['lp']}): {row['src']}"), row["pe"], row["mt"], min(1.0, row["hter"]))]
    return summary(len(data), sets)


def options(count, items):
    """items: (prompt, texts, right)."""
    return summary(count, [(prompt, [(text, float(i == right)) for i, text in enumerate(texts)])
                           for prompt, texts, right in items])


def winogrande():
    data = list(rows("winogrande/train_l.jsonl.gz", "winogrande/dev.jsonl"))
    return options(len(data), [
        (user(row["sentence"].strip(SPACE) + "\n\nWhat belongs in the blank?"), [row["option1"], row["option2"]],
         int(row["answer"]) - 1) for row in data if row["sentence"].count("_") == 1])


def stereoset(kind, form):
    data = list(rows("stereoset/stereoset_dev.jsonl.gz"))
    return options(len(data), [(user(form.format(row["context"])), [row["anti-stereotype"], row["stereotype"]], 0)
                               for row in data if row["type"] == kind])


def stereoset_ranking():
    data = list(rows("stereoset/stereoset_dev.jsonl.gz"))
    sets = [quantiles(user("Give a sentence that belongs with this: " + row["context"]),
                      [(row["anti-stereotype"], 3), (row["stereotype"], 2), (row["unrelated"], 1)]) for row in data]
    return summary(len(data), sets, "adjacent")


def truthfulqa_labels():
    data = list(rows("truthfulqa/truth_labels.jsonl.gz"))
    return labels(len(data), [([("user", row["question"])], row["answer"], float(row["label"])) for row in data])


def truthfulqa_pairs():
    data = list(rows("truthfulqa/TruthfulQA.csv"))
    return summary(len(data), [s for row in data
                               for s in two([("user", row["Question"])], row["Best Answer"],
                                            row["Best Incorrect Answer"], 1)])


def truthfulqa_mc():
    data = list(rows("truthfulqa/mc_task.json"))
    return labels(len(data), [([("user", row["question"])], text, float(label))
                              for row in data for text, label in row["mc2_targets"].items()])


def gsm8k_solutions():
    data = list(rows("gsm8k/model_solutions.jsonl.gz"))
    return labels(len(data), [
        ([("user", row["question"])], row[name]["solution"], float(row[name]["is_correct"])) for row in data
        for name in ("6b_finetuning", "6b_verification", "175b_finetuning", "175b_verification")])


def gsm8k():
    data = list(rows("gsm8k/train.jsonl.gz"))
    return demonstrations(len(data), [([("user", row["question"])], row["answer"]) for row in data])


def multiple_choice():
    data = list(rows(*(f"mc_accuracy/{n}.jsonl.gz" for n in ("arc_easy", "arc_challenge", "piqa", "commonsense_qa"))))
    return options(len(data), [([("user", row["query"])], row["choices"], row["gold"]) for row in data])


def lambada():
    data = list(rows("lambada/lambada_openai.jsonl.gz"))
    return demonstrations(len(data), [(user("Continue this text with one word.\n\n" + row["context"]),
                                       row["continuation"]) for row in data])


def dolly_hhrlhf():
    data = list(rows("demonstrations/dolly_hhrlhf_small.jsonl.gz"))
    return demonstrations(len(data), [([("user", row["prompt"])], row["response"]) for row in data])


def self_instruct():
    data = [{"instruction": row["instruction"], **instance}
            for row in rows("demonstrations/self_instruct_seed_tasks.jsonl",
                            "demonstrations/self_instruct_user_oriented.jsonl") for instance in row["instances"]]
    return demonstrations(len(data), [(instruction(row), row["output"]) for row in data])


AXES = ["coherence", "consistency", "fluency", "relevance"]
SOURCES = {
    "summeval": lambda: summeval(["consistency"], statistics.fmean),
    "summeval_all_axes": lambda: summeval(AXES, statistics.median),
    "unieval_topical_chat": lambda: unieval(
        lambda row: [("system", "Talk about this fact: " + row["context"].strip(SPACE)), ("user", row["source"])],
        "overall", 1, 5, "unieval/topical_chat.jsonl.gz"),
    "unieval_data_to_text": lambda: unieval(
        lambda row: user("Say this in one sentence: " + row["source"]), "overall", 1, 6,
        "unieval/sfres.jsonl.gz", "unieval/sfhot.jsonl.gz"),
    "unieval_consistency": lambda: unieval(
        lambda row: user("Summarize this article.\n\n" + row["source"]), "consistency", 0, 1,
        "unieval/qags_cnndm.jsonl.gz", "unieval/qags_xsum.jsonl.gz"),
    "stereoset_intersentence": lambda: stereoset("intersentence", "{}\n\nWhat comes next?"),
    "stereoset_intrasentence": lambda: stereoset(
        "intrasentence", "Fill in the blank and give the whole sentence.\n\n{}"),
}
for made in (hh_rlhf, llamafactory_pairs, llamafactory_labels, llamafactory_alpaca, llmbar, pandalm, tulu_human_eval,
             ukp_convarg, ukp_ranking, oasst, qa_feedback, qa_feedback_edits, alpaca_eval, mlqe_pe, winogrande,
             stereoset_ranking, truthfulqa_labels, truthfulqa_pairs, truthfulqa_mc, gsm8k_solutions, gsm8k,
             multiple_choice, lambada, dolly_hhrlhf, self_instruct):
    SOURCES[made.__name__] = made

result = {name: SOURCES[name]() for name in sorted(SOURCES)}
pathlib.Path("tests/golden/feedback_sources.json").write_text(json.dumps(result, indent=1) + "\n")
