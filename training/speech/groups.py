"""Trains the group heads, and the depth decoder towards them: what is to be guessed of a frame, and what guesses it.

    python groups.py --work DIR --minutes 50

Of h, which the depth decoder starts from, and codes c_0 to c_k: x = silu(A h + T_0[c_0] + ... + T_k[c_k]), y = silu(C x + c), and the
logits of code k + 1 are V_k y + b_k. These heads learn the depth decoder's rows after the true codes before. For the first
ALONE_SHARE of --minutes it stays as target.py left it; then it goes on learning from the data and is drawn to the heads meanwhile
(the way of Cai et al., "Medusa", 2024, whose second stage trains model and heads together): by CLOSENESS times what its
distributions are off theirs. The backbone stays, and so do all embeddings.

What both start from is made of all utterances first, once (states-0.pt and so on), since it takes the backbone. Written are
group_heads.safetensors, depth.pt, and how often a head draws what the target draws under the same noise. The schedule follows the
clock: an ended run goes on from groups.pt, and the learning rates fall to zero over the last half.
"""

import argparse
import json
import math
import time

import csm
import workers

if __name__ == "__main__":
    workers.settle()

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import nn

import process
from csm import BACKBONE, CODEBOOKS, END, VOCABULARY
from data import Corpus
from target import Packer, load_speaker, packed_backbone
from train import Muon, save

WIDE, WIDTH = 768, 256
ROWS = 512
FRAMES = 500  # in a batch of each process
ALONE_SHARE, CLOSENESS = 0.3, 3.0
WARMUP_STEPS, DECAY_SHARE = 40, 0.5
SAVE_SECONDS = 120


class GroupHeads(nn.Module):
    def __init__(self):
        super().__init__()
        self.state = nn.Linear(BACKBONE.hidden_size, WIDE, bias=False)
        self.codes = nn.Module()
        self.codes.weight = nn.Parameter(torch.zeros(CODEBOOKS - 1, VOCABULARY, WIDE))
        self.hidden = nn.Linear(WIDE, WIDTH)
        self.heads = nn.Module()
        self.heads.weight = nn.Parameter(torch.randn(CODEBOOKS - 1, VOCABULARY, WIDTH) * 0.02)
        self.heads.bias = nn.Parameter(torch.zeros(CODEBOOKS - 1, VOCABULARY))

    def begin_with(self, embeddings):
        """Codes that the target takes for alike are to begin alike. embeddings [8 x vocabulary, width of the backbone]"""
        tables = embeddings @ torch.randn(embeddings.shape[1], WIDE)
        self.codes.weight.data = (tables * (0.3 / tables.std())).view(CODEBOOKS, VOCABULARY, WIDE)[:-1].clone()

    def forward(self, hidden, codes):
        """hidden [frames, 384], codes 0 to 6 [frames, 7] -> logits of codes 1 to 7 [frames, 7, vocabulary]"""
        known = torch.stack([F.embedding(codes[:, k], self.codes.weight[k]) for k in range(CODEBOOKS - 1)], 1)
        x = F.silu(self.state(hidden)[:, None] + known.to(hidden.dtype).cumsum(1))
        y = F.silu(self.hidden(x))
        return torch.einsum("fnw,nvw->fnv", y, self.heads.weight.to(y.dtype)) + self.heads.bias.to(y.dtype)


@torch.no_grad()
def states(model, corpus, part, parts):
    """Of a part of the corpus: what the depth decoder starts from [frames, 384], and the codes [frames, 8]."""
    source = Packer(corpus, ROWS, f"groups {part}")
    source.fitting = source.fitting[part::parts]
    frames = sum(len(corpus.codes[i]) for i in source.fitting)
    found, of = [], []
    while sum(map(len, of)) < frames:
        tokens, codes, targets, utterance, look = source.batch()
        with torch.autocast("cpu", torch.bfloat16):
            hidden, _ = packed_backbone(model, tokens, codes, utterance)
        spoken = (targets[..., 0] >= 0) & (targets[..., 0] < END)
        found.append(hidden[spoken].bfloat16())
        of.append(targets[spoken].short())
    return torch.cat(found), torch.cat(of)


def teach(model, hidden, codes):
    """h, codes [frames, 8], and the target's logits of codes 1 to 7."""
    codes = codes.long()
    with torch.autocast("cpu", torch.bfloat16):
        return hidden, codes, model.depth(hidden, codes[:, :-1]).float()


def apart(theirs, ours):
    """How many nats a code the first's distributions are off the second's, by their logits [frames, 7, vocabulary]."""
    theirs, ours = theirs.log_softmax(-1), ours.log_softmax(-1)
    return (theirs.exp() * (theirs - ours)).sum(-1).mean()


def agreement(ours, theirs, temperature):
    """How often both draw the same code under the same Gumbel noise, by codebook."""
    noise = -torch.log(-torch.log(torch.rand_like(theirs).clamp(1e-9, 1 - 1e-7)))
    ours, theirs = ((logits[..., :END + 1] / temperature + noise[..., :END + 1]).argmax(-1) for logits in (ours, theirs))
    return (ours == theirs).float()


@torch.no_grad()
def report(model, heads, held_out):
    """Prints bits of a frame's codes 1 to 7, the target's and what the heads are off them, and what groups will be accepted."""
    torch.manual_seed(1)
    parts = [teach(model, *(t[i:i + FRAMES] for t in held_out)) for i in range(0, 6000, FRAMES)]
    with torch.autocast("cpu", torch.bfloat16):
        ours = torch.cat([heads(hidden, codes[:, :-1]) for hidden, codes, _ in parts]).float()
    codes, theirs = (torch.cat([part[i] for part in parts]) for i in (1, 2))
    bits = F.cross_entropy(theirs.transpose(1, 2), codes[:, 1:], reduction="none").mean(0) / math.log(2)
    print(json.dumps({"bits": [round(x, 2) for x in bits.tolist()], "of all": round(bits.sum().item(), 2),
                      "heads off": round(7 * apart(theirs, ours).item() / math.log(2), 2)}))
    for temperature in (0.6, 0.9, 1.0):
        hits = agreement(ours, theirs, temperature)
        print(json.dumps({"temperature": temperature, "acceptance": [round(x, 3) for x in hits.mean(0).tolist()],
                          "codes accepted of the first 6": round(hits[:, :6].cumprod(1).sum(1).mean().item(), 2),
                          "passes of a frame": round(7 - hits[:, :6].sum(1).mean().item(), 2)}), flush=True)


class Learner:
    """A module under training: Muon for its matrices, of which every process takes its share, and AdamW for the rest."""

    def __init__(self, module, matrices, rate, rank, count):
        self.module, self.matrices, self.steps = module, matrices, 0
        rest = [p for p in module.parameters() if all(p is not q for q in matrices)]
        self.muon = Muon(matrices[rank::count], lr=0.02 * rate, momentum=0.95, weight_decay=0.05)
        self.adam = torch.optim.AdamW([{"params": [p for p in rest if p.dim() > 2], "weight_decay": 0.01},
                                       {"params": [p for p in rest if p.dim() <= 2], "weight_decay": 0.0}],
                                      lr=4e-3 * rate, betas=(0.9, 0.95))
        self.full = [(group, group["lr"]) for optimizer in (self.muon, self.adam) for group in optimizer.param_groups]

    def gradients(self):
        return [p.grad for p in self.module.parameters()]

    def step(self, rate):
        self.steps += 1
        for group, full in self.full:
            group["lr"] = full * min(1, rate, self.steps / WARMUP_STEPS)
        self.muon.step()
        self.adam.step()
        workers.exchange([p.data for p in self.matrices])
        self.module.zero_grad()

    def state(self):
        return {"module": self.module.state_dict(), "adam": self.adam.state_dict()}  # Muon's averages are soon made again

    def restore(self, state):
        self.module.load_state_dict(state["module"])
        self.adam.load_state_dict(state["adam"])


def train(rank, count, options):
    torch.manual_seed(1)
    model, heads = load_speaker(options.work), GroupHeads()
    for layer in (*model.backbone_model.layers, *model.depth_decoder.model.layers):
        layer.compile(dynamic=False)
    stored = options.work / f"states-{rank}.pt"
    if not stored.exists():
        save(stored, states(model, Corpus(options.work), rank, count))
    hidden, codes = torch.load(stored, mmap=True)

    depth = model.depth_decoder
    learners = [Learner(heads, [heads.state.weight, heads.hidden.weight], 1, rank, count),
                Learner(depth, [p for p in depth.parameters() if p.dim() == 2], 0.25, rank, count)]
    step, began, checkpoint = 0, 0.0, options.work / "groups.pt"
    if checkpoint.exists():
        step, began, *parts = torch.load(checkpoint)
        for learner, part in zip(learners, parts):
            learner.restore(part)
    else:
        heads.begin_with(model.code_embeddings())
    chance = torch.Generator().manual_seed(hash((1, rank, step)))
    forward = torch.compile(heads, dynamic=False)
    start, last_save, history = None, time.monotonic(), []
    minutes, share = began, began / options.minutes
    while share < 1:
        together = share >= ALONE_SHARE
        depth.requires_grad_(together)
        learning = learners if together else learners[:1]
        chosen = torch.randint(len(hidden), (FRAMES,), generator=chance)
        seen, said, logits = teach(model, hidden[chosen], codes[chosen])
        with torch.autocast("cpu", torch.bfloat16):
            guessed = forward(seen, said[:, :-1])
        guessed = guessed.float()
        off, lost = apart(logits.detach(), guessed), F.cross_entropy(logits.transpose(1, 2), said[:, 1:])
        (off + lost + CLOSENESS * apart(logits, guessed.detach()) if together else off).backward()
        start = start or time.monotonic()  # the compiler's time does not count
        minutes, *means = workers.average([g for learner in learning for g in learner.gradients()],
                                          began + (time.monotonic() - start) / 60, off.item(), lost.item())
        share = minutes / options.minutes
        for learner in learning:
            learner.step((1 - share) / DECAY_SHARE)
        step += 1
        history.append(means)
        if rank == 0 and step % 100 == 0:
            print(step, round(minutes, 1), *(round(7 * sum(x) / len(x) / math.log(2), 2) for x in zip(*history[-100:])), flush=True)
        if rank == 0 and (time.monotonic() - last_save > SAVE_SECONDS or share >= 1):
            save(checkpoint, (step, minutes, *(learner.state() for learner in learners)))
            last_save = time.monotonic()
    if rank == 0:
        save_file({k: v.detach().to(torch.bfloat16).contiguous() for k, v in heads.state_dict().items()},
                  options.work / "group_heads.safetensors", metadata={"format": "pt"})
        save(options.work / "depth.pt", depth.state_dict())
        report(model, heads, states(model, Corpus(options.work, held_out=True), 0, 1))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    process.add_work_option(parser)
    parser.add_argument("--minutes", type=float, default=50)
    workers.run(train, parser.parse_args())


if __name__ == "__main__":
    main()
