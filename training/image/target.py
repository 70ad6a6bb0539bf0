"""Trains the target: a decoder that draws the codes of a picture behind its caption.

    python target.py --work DIR --minutes 65

Every picture is a new one. The schedule follows the clock as that of vq.py does, and an
ended run goes on from its last checkpoint. The learning rate falls to zero over the last DECAY_SHARE.
"""

import argparse
import json
import math
import random
import time

import workers

if __name__ == "__main__":
    workers.settle()

import numpy as np
import torch
import torch.nn.functional as F

import process
from captions import caption_of, draw_scene
from encoding import Encoding
from janus import Painter
from layout import BOI, BOS, CODES, PAD, TOKENS
from renderer import compose
from tokenizer import make_tokenizer
from train import Muon, save
from vq import load_codec

PROMPT = 26  # tokens of the longest, with BOS and BOI
PICTURES = 8  # a batch of each process
UNCONDITIONAL = 0.1
TWINS_SHARE = 0.35
WARMUP_STEPS, DECAY_SHARE = 40, 0.4
SAVE_SECONDS = 120


class Source:
    """Endless examples: tokens of the prompt, and codes."""

    def __init__(self, encoding, seed):
        self.encoding, self.chance = encoding, random.Random(seed)
        self.tokenizer = make_tokenizer()

    def draw(self, held_out=False):
        scene = draw_scene(self.chance, held_out, TWINS_SHARE)
        return (prompt_of(self.tokenizer, caption_of(self.chance, scene)),
                self.encoding.codes(scene.things, *compose(scene, self.chance.random())))

    def batch(self):
        examples = [self.draw() for _ in range(PICTURES)]
        return sequences([(unconditional(prompt) if self.chance.random() < UNCONDITIONAL else prompt, codes)
                          for prompt, codes in examples])


def prompt_of(tokenizer, caption):
    return tokenizer.encode(caption).ids + [BOI]


def unconditional(prompt):
    return [token if token in (BOS, BOI) else PAD for token in prompt]


def sequences(examples):
    """Tokens [rows, PROMPT + TOKENS - 1], positions and codes [rows, TOKENS]. Short rows are filled up at the end."""
    tokens = torch.full((len(examples), PROMPT + TOKENS - 1), CODES + PAD)
    positions = torch.empty(len(examples), TOKENS, dtype=torch.int64)
    for row, (prompt, codes) in enumerate(examples):
        length = len(prompt)
        tokens[row, :length] = torch.tensor(prompt) + CODES
        tokens[row, length:length + TOKENS - 1] = codes[:-1]
        positions[row] = torch.arange(length - 1, length - 1 + TOKENS)
    return tokens, positions, torch.stack([codes for _, codes in examples])


def make_optimizers(model, rank, count):
    """Muon for the matrices inside, which the processes share out, and AdamW for tables, head and vectors."""
    inner = [p for p in model.language_model.layers.parameters() if p.dim() == 2]
    inner += [model.generation_aligner.hidden_layers[0].weight, model.generation_head.proj_out.weight]
    rest = [p for p in model.parameters() if all(p is not q for q in inner)]
    adam = torch.optim.AdamW([{"params": [p for p in rest if p.dim() == 2], "weight_decay": 0.02},
                              {"params": [p for p in rest if p.dim() == 1], "weight_decay": 0.0}], lr=3e-3, betas=(0.9, 0.95))
    return inner, Muon(inner[rank::count], lr=0.02, momentum=0.95, weight_decay=0.05), adam


def train(rank, count, options):
    torch.manual_seed(options.seed)
    model = Painter()
    inner, *optimizers = make_optimizers(model, rank, count)
    rates = [[group["lr"] for group in o.param_groups] for o in optimizers]
    state = {"step": 0, "pictures": 0, "minutes": 0.0}
    checkpoint = options.work / "target.pt"
    if checkpoint.exists():
        state = torch.load(checkpoint)
        model.load_state_dict(state.pop("model"))
        optimizers[1].load_state_dict(state.pop("adam"))  # Muon's averages are soon made again
    encoding = Encoding(options.work)
    if state["step"] == 0:  # codes that look alike begin alike
        model.generation_embeddings.weight.data.copy_(2 * load_codec(options.work).quantize.embedding.weight)
    parameters = list(model.parameters())
    source, valid = Source(encoding, f"{options.seed}/{rank}/{state['step']}"), Source(encoding, "valid")
    tokens, positions, valid_codes = sequences([valid.draw(held_out=True) for _ in range(PICTURES)])

    def forward(tokens, positions, codes):
        with torch.autocast("cpu", torch.bfloat16):
            logits = model(tokens, positions)
        return F.cross_entropy(logits.float().flatten(0, 1), codes.flatten())
    loss_of = torch.compile(forward, dynamic=False)

    log = open(options.work / "target.log", "a", buffering=1) if rank == 0 else None
    first_step = state["step"]
    began, start, last_save, losses = state["minutes"], None, time.monotonic(), []
    share = began / options.minutes
    while share < 1:
        rate = min(1, (state["step"] - first_step + 1) / WARMUP_STEPS, max(0.0, 1 - share) / DECAY_SHARE)
        for optimizer, initial in zip(optimizers, rates):
            for group, full in zip(optimizer.param_groups, initial):
                group["lr"] = full * rate
        loss = loss_of(*source.batch())
        loss.backward()
        start = start or time.monotonic()  # the compiler's time does not count
        minutes, mean_loss = workers.average([p.grad for p in parameters],
                                             began + (time.monotonic() - start) / 60, loss.item())
        share = minutes / options.minutes
        for optimizer in optimizers:
            optimizer.step()
        workers.exchange([p.data for p in inner])
        model.zero_grad(set_to_none=True)
        state["step"] += 1
        state["pictures"] += count * PICTURES
        state["minutes"] = minutes
        losses.append(mean_loss)
        if rank == 0 and state["step"] % 20 == 0:
            record = {k: round(v, 1) for k, v in state.items()}
            record |= {"bits": round(float(np.mean(losses[-20:])) / math.log(2), 4), "time": time.strftime("%H:%M:%S")}
            if state["step"] % 100 == 0:
                with torch.no_grad():
                    record["valid"] = round(loss_of(tokens, positions, valid_codes).item() / math.log(2), 4)
            log.write(json.dumps(record) + "\n")
        if rank == 0 and (time.monotonic() - last_save > SAVE_SECONDS or share >= 1):
            save(checkpoint, state | {"model": model.state_dict(), "adam": optimizers[1].state_dict()})
            last_save = time.monotonic()


def load_painter(work):
    model = Painter()
    model.load_state_dict(torch.load(work / "target.pt")["model"])
    return model.eval().requires_grad_(False)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    process.add_work_option(parser)
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--seed", type=int, default=1)
    workers.run(train, parser.parse_args())


if __name__ == "__main__":
    main()
