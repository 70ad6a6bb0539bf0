"""Trains the group heads: what the drafter of codebook groups guesses of a frame's codes 1 to 7, each given those before.

    python groups.py --work DIR --minutes 8

From h, which the depth decoder starts from, and the embeddings of codes 0 to k: x = silu(A h + B (e(c0) + ... + e(ck)) + a_k),
y = x + silu(C x + c), logits of code k + 1 = V_k y. They learn the frozen target's distributions, the depth decoder's rows after
the true codes before. Written are group_heads.safetensors, and how often a head draws what the target draws under the same
noise.
"""

import argparse
import json
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
from target import Packer, depth_frames, load_speaker

WIDTH = 384
ROWS = 256


class GroupHeads(nn.Module):
    def __init__(self):
        super().__init__()
        self.state = nn.Linear(BACKBONE.hidden_size, WIDTH, bias=False)
        self.codes = nn.Linear(BACKBONE.hidden_size, WIDTH, bias=False)
        self.hidden = nn.Linear(WIDTH, WIDTH)
        self.heads = nn.Module()
        self.heads.bias = nn.Parameter(torch.zeros(CODEBOOKS - 1, WIDTH))
        self.heads.weight = nn.Parameter(torch.randn(CODEBOOKS - 1, VOCABULARY, WIDTH) * 0.02)

    def forward(self, hidden, embedded):
        """hidden [frames, 384], embedded codes 0 to 6 [frames, 7, 384] -> logits of codes 1 to 7 [frames, 7, vocabulary]"""
        x = F.silu(self.state(hidden)[:, None] + self.codes(embedded).cumsum(1) + self.heads.bias)
        x = x + F.silu(self.hidden(x))
        return torch.einsum("fnw,nvw->fnv", x, self.heads.weight.to(x.dtype))


@torch.no_grad()
def teach(model, tokens, codes, targets, utterance, look, chosen):
    """Of the chosen frames: h, the embeddings of codes 0 to 6, and the target's logits of codes 1 to 7."""
    batch, length = tokens.shape
    places = torch.arange(length)
    mask = (utterance[:, :, None] == utterance[:, None, :]) & (places[:, None] >= places[None, :])
    with torch.autocast("cpu", torch.bfloat16):
        hidden, _ = model.backbone(model.rows(tokens, codes), places.expand(batch, -1), mask)
        hidden = hidden.flatten(0, 1)[chosen]
        following = targets.flatten(0, 1)[chosen]
        logits = model.depth(hidden, following[:, :-1])
    return hidden.float(), model.embed_frames(following[:, :-1]).float(), logits.float()


def agreement(ours, theirs, temperature):
    """How often both draw the same code under the same Gumbel noise, by codebook."""
    noise = -torch.log(-torch.log(torch.rand_like(theirs).clamp(1e-9, 1 - 1e-7)))
    ours, theirs = ((logits[..., :END + 1] / temperature + noise[..., :END + 1]).argmax(-1) for logits in (ours, theirs))
    return (ours == theirs).float()


def train(rank, count, options):
    torch.manual_seed(1)
    model, heads = load_speaker(options.work), GroupHeads()
    optimizer = torch.optim.AdamW(heads.parameters(), lr=3e-3, betas=(0.9, 0.95), weight_decay=0.01)
    source, chance = Packer(Corpus(options.work), ROWS, f"groups {rank}"), torch.Generator().manual_seed(rank)
    for layer in (*model.backbone_model.layers, *model.depth_decoder.model.layers):
        layer.compile(dynamic=False)
    start, step, share = None, 0, 0.0
    while share < 1:
        for group in optimizer.param_groups:
            group["lr"] = 3e-3 * min(1, (step + 1) / 20, (1 - share) / 0.5)
        batch = source.batch()
        hidden, embedded, logits = teach(model, *batch, depth_frames(batch[2], chance))
        with torch.autocast("cpu", torch.bfloat16):
            guessed = heads(hidden, embedded)
        loss = F.cross_entropy(guessed.float().flatten(0, 1), logits.softmax(-1).flatten(0, 1))
        optimizer.zero_grad()
        loss.backward()
        start = start or time.monotonic()
        minutes, mean = workers.average([p.grad for p in heads.parameters()], (time.monotonic() - start) / 60, loss.item())
        optimizer.step()
        share, step = minutes / options.minutes, step + 1
        if rank == 0 and step % 50 == 0:
            print(step, round(mean, 4), flush=True)
    if rank != 0:
        return
    save_file({k: v.detach().to(torch.bfloat16).contiguous() for k, v in heads.state_dict().items()},
              options.work / "group_heads.safetensors", metadata={"format": "pt"})
    batches, all_hits = Packer(Corpus(options.work, held_out=True), ROWS, "groups"), {}
    with torch.no_grad():
        for _ in range(6):
            batch = batches.batch()
            hidden, embedded, logits = teach(model, *batch, depth_frames(batch[2], chance))
            for temperature in (0.6, 0.9, 1.0):
                all_hits.setdefault(temperature, []).append(agreement(heads(hidden, embedded), logits, temperature))
    for temperature, hits in all_hits.items():
        hits = torch.cat(hits)
        print(json.dumps({"temperature": temperature, "acceptance": [round(x, 3) for x in hits.mean(0).tolist()],
                          "codes accepted of the first 6": round(hits[:, :6].cumprod(1).sum(1).mean().item(), 2)}))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    process.add_work_option(parser)
    parser.add_argument("--minutes", type=float, default=8)
    workers.run(train, parser.parse_args())


if __name__ == "__main__":
    main()
