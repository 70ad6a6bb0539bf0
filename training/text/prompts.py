"""Cuts the prompts of the text benchmark from the held-out libraries.

    python prompts.py --work DIR        into bench/src/main/resources/heldout-prompts.json
"""

import argparse
import json
import random
from collections import defaultdict
from itertools import islice
from pathlib import Path

from tokenizers import Tokenizer

import process

PROMPTS = Path(__file__).parents[2] / "bench" / "src" / "main" / "resources" / "heldout-prompts.json"
COUNT = 64
SHORTEST, LONGEST = 200, 400  # tokens
REST = 150  # so many tokens of the real file follow


def cut(tokenizer, text, chance):
    """A prompt that ends behind a line inside a method and starts behind a blank line; None if the file has none."""
    lines = text.split("\n")
    lengths = [len(e.ids) for e in tokenizer.encode_batch([line + "\n" for line in lines], add_special_tokens=False)]
    ends = [i for i, line in enumerate(lines)
            if line.startswith("        ") and line.endswith((";", "{")) and sum(lengths[i + 1:]) >= REST]
    chance.shuffle(ends)
    for end in ends:
        for start in range(max(0, end - 60), end):
            if (start == 0 or not lines[start - 1]) and lines[start]:
                prompt = "\n".join(lines[start:end + 1])
                if SHORTEST <= len(tokenizer.encode(prompt).ids) <= LONGEST:
                    return prompt
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    process.add_work_option(parser)
    work = parser.parse_args().work
    tokenizer = Tokenizer.from_file(str(work / "tokenizer.json"))
    chance = random.Random(1)

    libraries = defaultdict(list)
    for line in open(work / "files" / "heldout.jsonl"):
        file = json.loads(line)
        libraries[file["library"]].append(file)
    cuts = {}
    for library, files in libraries.items():
        chance.shuffle(files)
        cuts[library] = ((f["path"], prompt) for f in files if (prompt := cut(tokenizer, f["text"], chance)))

    prompts = []
    while len(prompts) < COUNT:  # one of every library in turn, as long as it has any
        for library in libraries:
            for file, prompt in islice(cuts[library], 1):
                prompts.append({"id": f"heldout-{len(prompts):02}", "library": library, "file": file, "prompt": prompt})
    PROMPTS.parent.mkdir(parents=True, exist_ok=True)
    PROMPTS.write_text(json.dumps(prompts[:COUNT], indent=1) + "\n")


if __name__ == "__main__":
    main()
