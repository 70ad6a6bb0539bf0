"""Trains the target: backbone and depth decoder, which say a prompt's symbols as frames of codes.

    python target.py --work DIR --minutes 25 --rows 256      short utterances, to learn to read
    python target.py --work DIR --minutes 50 --rows 512      goes on from there with all

The data are those of data.py. The schedule follows the clock as that of the image target does: an ended run goes on from its last
checkpoint, and the learning rate falls to zero over the last DECAY_SHARE of --minutes (--no-decay: not in this part).

Utterances are packed into rows of one length, each blind to the others. Every frame teaches code 0; DEPTH_FRAMES of a batch,
drawn anew each time, teach the codes that follow, so that the depth decoder costs no more than the backbone (as Sesame's CSM
was trained). Which symbol is said when is known from espeak-ng: one head of the backbone is taught to look at it
(GUIDANCE), which spares the model from finding out by itself.
"""

import argparse
import json
import math
import random
import time

import csm
import workers

if __name__ == "__main__":
    workers.settle()

import numpy as np
import torch
import torch.nn.functional as F

import codec
import process
from csm import CODEBOOKS, CODES, END, VOCABULARY, Speaker
from data import CODEC, Corpus
from train import Muon, save

POSITIONS = 3072      # rows of the backbone in a batch of each process
DEPTH_FRAMES = 480
GUIDANCE = 0.1
WARMUP_STEPS, DECAY_SHARE = 40, 0.45
SAVE_SECONDS = 120
NONE = -100


class Packer:
    """Endless batches of a corpus: every utterance once, in random order, then again."""

    def __init__(self, corpus, row_length, seed):
        self.corpus, self.length, self.chance = corpus, row_length, random.Random(seed)
        self.fitting = [i for i in range(len(corpus)) if self.rows_of(i) <= row_length]
        self.queue, self.waiting = [], []

    def rows_of(self, i):
        return len(self.corpus.tokens[i]) + len(self.corpus.codes[i])

    def next_fitting(self, room):
        """An utterance of those that wait that fills most of the room."""
        while len(self.waiting) < 24:
            if not self.queue:
                self.queue = self.fitting.copy()
                self.chance.shuffle(self.queue)
            self.waiting.append(self.queue.pop())
        best = max((i for i in self.waiting if self.rows_of(i) <= room), key=self.rows_of, default=None)
        if best is not None:
            self.waiting.remove(best)
        return best

    def batch(self):
        rows, length = POSITIONS // self.length, self.length
        tokens = np.zeros((rows, length), np.int64)
        codes = np.zeros((rows, length, CODEBOOKS), np.int64)
        targets = np.full((rows, length, CODEBOOKS), NONE, np.int64)
        utterance = np.full((rows, length), -1, np.int64)
        look = np.full((rows, length), NONE, np.int64)
        for row in range(rows):
            at, first = 0, self.next_fitting(length)
            while first is not None:
                prompt, frames, places = (x[first] for x in (self.corpus.tokens, self.corpus.codes, self.corpus.places))
                start, end = at + len(prompt), at + len(prompt) + len(frames)
                tokens[row, at:start], tokens[row, start:end] = prompt, -1
                codes[row, start:end] = frames
                targets[row, start - 1:end - 1], targets[row, end - 1] = frames, END
                utterance[row, at:end] = at
                look[row, start - 1:end - 1], look[row, end - 1] = at + places, start - 1
                at, first = end, self.next_fitting(length - end)
        return tuple(map(torch.from_numpy, (tokens, codes, targets, utterance, look)))


def depth_frames(targets, chance):
    """Rows that frames follow, DEPTH_FRAMES of them, numbered through the batch."""
    rows = torch.nonzero(targets[..., 0].flatten() != NONE)[:, 0]
    return rows[torch.randint(len(rows), (DEPTH_FRAMES,), generator=chance)]


def packed_backbone(model, tokens, codes, utterance):
    """What the backbone makes of a batch, each utterance blind to the others: see Speaker.backbone."""
    batch, length = tokens.shape
    places = torch.arange(length)
    mask = (utterance[:, :, None] == utterance[:, None, :]) & (places[:, None] >= places[None, :])
    return model.backbone(model.rows(tokens, codes), places.expand(batch, -1), mask)


def losses(model, tokens, codes, targets, utterance, look, chosen):
    """Nats: of code 0 [], of codes 1 to 7 [7], and of where to look []."""
    with torch.autocast("cpu", torch.bfloat16):
        hidden, looks = packed_backbone(model, tokens, codes, utterance)
        logits = model.lm_head(hidden).float()
        following = targets.flatten(0, 1)[chosen]
        depth = model.depth(hidden.flatten(0, 1)[chosen], following[:, :-1]).float()
    first = F.cross_entropy(logits.flatten(0, 1), targets[..., 0].flatten(), ignore_index=NONE)
    others = F.cross_entropy(depth.transpose(1, 2), following[:, 1:], reduction="none").mean(0)
    looked = looks.gather(-1, look.clamp(min=0)[..., None])[..., 0]
    return first, others, -torch.where(look >= 0, looked, 0).sum() / (look >= 0).sum()


def make_optimizers(model, rank, count):
    """Muon for the matrices inside, which the processes share out, and AdamW for tables, heads and vectors."""
    depth = model.depth_decoder.model
    inner = [p for part in (model.backbone_model.layers, depth.layers) for p in part.parameters() if p.dim() == 2]
    inner.append(depth.inputs_embeds_projector.weight)
    rest = [p for p in model.parameters() if all(p is not q for q in inner)]
    adam = torch.optim.AdamW([{"params": [p for p in rest if p.dim() > 1], "weight_decay": 0.01},
                              {"params": [p for p in rest if p.dim() == 1], "weight_decay": 0.0}], lr=3e-3, betas=(0.9, 0.95))
    return inner, Muon(inner[rank::count], lr=0.02, momentum=0.95, weight_decay=0.05), adam


def train(rank, count, options):
    torch.manual_seed(options.seed)
    model = Speaker()
    inner, *optimizers = make_optimizers(model, rank, count)
    rates = [[group["lr"] for group in o.param_groups] for o in optimizers]
    state = {"step": 0, "frames": 0, "minutes": 0.0}
    checkpoint = options.work / "target.pt"
    if checkpoint.exists():
        state = torch.load(checkpoint)
        model.load_state_dict(state.pop("model"))
        optimizers[1].load_state_dict(state.pop("adam"))  # Muon's averages are soon made again
    else:
        model.begin_with(codec.load(options.work / CODEC).quantizer.codebooks.detach())
    parameters = list(model.parameters())
    corpus = Corpus(options.work)
    source = Packer(corpus, options.rows, f"{options.seed}/{rank}/{state['step']}")
    chance = torch.Generator().manual_seed(hash((options.seed, rank, state["step"])))
    if rank == 0:
        print(sum(p.numel() for p in parameters), "parameters,", len(corpus), "utterances,", corpus.frames() / 90000, "hours",
              flush=True)
    for layer in (*model.backbone_model.layers, *model.depth_decoder.model.layers):
        layer.compile(dynamic=False)  # layer by layer: all of one kind share what the compiler makes of the first

    held_out = Packer(Corpus(options.work, held_out=True), options.rows, "held out")
    held_out = [(batch, depth_frames(batch[2], torch.Generator().manual_seed(1))) for batch in (held_out.batch() for _ in range(4))]

    def validate():
        all_bits = []
        for batch, chosen in held_out:
            first, others, look = losses(model, *batch, chosen)  # with gradients, to need no other compilation
            all_bits.append(torch.cat([first[None], others, look[None]]).detach() / math.log(2))
        bits = [round(b, 2) for b in torch.stack(all_bits).mean(0).tolist()]
        return {"valid": round(sum(bits[:-1]), 2), "by_codebook": bits[:-1], "look": bits[-1]}

    log = open(options.work / "target.log", "a", buffering=1) if rank == 0 else None
    first_step = state["step"]
    began, start, last_save, history = state["minutes"], None, time.monotonic(), []
    share = began / options.minutes
    while share < 1:
        decay = 1 if options.no_decay else (1 - share) / DECAY_SHARE
        rate = min(1, (state["step"] - first_step + 1) / WARMUP_STEPS, decay)
        for optimizer, initial in zip(optimizers, rates):
            for group, full in zip(optimizer.param_groups, initial):
                group["lr"] = full * rate
        batch = source.batch()
        first, others, look = losses(model, *batch, depth_frames(batch[2], chance))
        (first + others.sum() + GUIDANCE * look).backward()
        start = start or time.monotonic()  # the compiler's time does not count
        frames = (batch[2][..., 0] >= 0).sum().item()
        minutes, *means = workers.average(
            [p.grad for p in parameters], began + (time.monotonic() - start) / 60, first.item(), others.sum().item(),
            look.item(), frames)
        share = minutes / options.minutes
        for optimizer in optimizers:
            optimizer.step()
        workers.exchange([p.data for p in inner])
        model.zero_grad(set_to_none=True)
        state["step"] += 1
        state["frames"] += round(count * means[-1])
        state["minutes"] = minutes
        history.append(means[:3])
        if rank == 0 and state["step"] % 20 == 0:
            bits = np.mean(history[-20:], 0) / math.log(2)
            record = {k: round(v, 1) for k, v in state.items()}
            record |= {"first": round(bits[0], 3), "others": round(bits[1], 2), "look": round(bits[2], 3), "time": time.strftime("%H:%M:%S")}
            if state["step"] % 100 == 0:
                record |= validate()
            log.write(json.dumps(record) + "\n")
        if rank == 0 and (time.monotonic() - last_save > SAVE_SECONDS or share >= 1):
            save(checkpoint, state | {"model": model.state_dict(), "adam": optimizers[1].state_dict()})
            last_save = time.monotonic()


def load_speaker(work):
    """As this script left it; but for the depth decoder if groups.py has trained that since."""
    model = Speaker()
    model.load_state_dict(torch.load(work / "target.pt")["model"])
    if (work / "depth.pt").exists():
        model.depth_decoder.load_state_dict(torch.load(work / "depth.pt"))
    return model.eval().requires_grad_(False)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    process.add_work_option(parser)
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--rows", type=int, default=512, help="length of the rows that utterances are packed into")
    parser.add_argument("--no-decay", action="store_true", help="keep the learning rate: another part follows")
    parser.add_argument("--seed", type=int, default=1)
    workers.run(train, parser.parse_args())


if __name__ == "__main__":
    main()
