"""Measures the exported target and draft on the held-out libraries.

    python evaluate.py --work DIR

Bits per byte of files drawn from each library, next to xz -9 (each of the files by itself, and the whole library as one
file, which xz may search through at will), and how well the draft's distributions cover the target's. Each token is predicted from 512 to 1023 tokens of its file,
or all there are, never from another file.
"""

import argparse
import json
import lzma
import math
import os
import random
from collections import defaultdict

import process

if __name__ == "__main__":
    process.settle()

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from tokenizers import Tokenizer

from export import FOLDERS, POSITIONS
from model import SHAPES, Llama

STRIDE = POSITIONS // 2
SAMPLE = 100_000  # bytes to draw from a library, at least


def load_exported(name):
    model = Llama(SHAPES[name])
    model.load_state_dict({k: v.float() for k, v in load_file(FOLDERS[name] / "model.safetensors").items()})
    return model.eval()


def windows_of(tokens):
    """(window, first position that counts): windows overlap by half, and every token counts once."""
    for start in range(0, max(1, len(tokens) - 1 - STRIDE), STRIDE):
        yield tokens[start:start + POSITIONS + 1], 0 if start == 0 else STRIDE


def sample_of(texts):
    """The files of a library in random order, until there are bytes enough."""
    size = 0
    for text in random.Random(1).sample(texts, len(texts)):
        if size < SAMPLE:
            size += len(text.encode())
            yield text


@torch.no_grad()
def score(target, draft, tokens):
    """Sums over a file's tokens: bits of both models, agreement of their best tokens, overlap of their distributions."""
    sums = torch.zeros(4, dtype=torch.float64)
    for window, first in windows_of(tokens):
        window = torch.tensor([window])
        with torch.autocast("cpu", torch.bfloat16):
            p, q = (model(window[:, :-1])[0, first:].float().log_softmax(-1) for model in (target, draft))
        next_tokens = window[0, first + 1:]
        sums += torch.stack([
            F.nll_loss(p, next_tokens, reduction="sum") / math.log(2),
            F.nll_loss(q, next_tokens, reduction="sum") / math.log(2),
            (p.argmax(-1) == q.argmax(-1)).sum(),
            torch.minimum(p, q).exp().sum()]).double()
    return sums


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    process.add_work_option(parser)
    work = parser.parse_args().work
    torch.set_num_threads(os.cpu_count())
    target, draft = load_exported("target"), load_exported("draft")
    tokenizer = Tokenizer.from_file(str(FOLDERS["target"] / "tokenizer.json"))

    libraries = defaultdict(list)
    for line in open(work / "files" / "heldout.jsonl"):
        file = json.loads(line)
        libraries[file["library"]].append(file["text"])

    print("| library | bytes | target | draft | xz -9, each file | xz -9, whole library | same best token | overlap |")
    print("|---|---|---|---|---|---|---|---|")
    totals = torch.zeros(8, dtype=torch.float64)

    def row(name, sums):
        size, count, *bits = sums[0].item(), sums[1].item(), *(sums[2:6] / sums[0]).tolist()
        agreement, overlap = (sums[6:] / count).tolist()
        print(f"| {name} | {size:.0f} | " + " | ".join(f"{b:.3f}" for b in bits)
              + f" | {agreement:.3f} | {overlap:.3f} |", flush=True)

    for library, texts in sorted(libraries.items()):
        sums = torch.zeros(8, dtype=torch.float64)
        for text in sample_of(texts):
            tokens = tokenizer.encode(text).ids
            target_bits, draft_bits, agreement, overlap = score(target, draft, tokens).tolist()
            sums += torch.tensor([len(text.encode()), len(tokens) - 1, target_bits, draft_bits,
                                  8 * len(lzma.compress(text.encode(), preset=9)), 0, agreement, overlap],
                                 dtype=torch.float64)
        whole = "".join(texts).encode()
        sums[5] = sums[0] * 8 * len(lzma.compress(whole, preset=9)) / len(whole)
        row(library, sums)
        totals += sums
    row("all", totals)


if __name__ == "__main__":
    main()
