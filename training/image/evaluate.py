"""Measures an exported checkpoint on the held-out captions.

    python evaluate.py --work DIR [--model FOLDER] [--out FOLDER] [--count 100] [--guidance 1 3 5]

Prints the codec's PSNR on pictures of the held-out captions, with the encoder's codes and with those of encoding.py, and the
target's bits per code; with --out also draws the captions and writes OUT/guidance-G/heldout-NN.png for the benchmark's checker, and a sheet of them.
"""

import argparse
import math
from pathlib import Path

import workers

if __name__ == "__main__":
    workers.settle()

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from transformers import DynamicCache, JanusForConditionalGeneration

import process
from captions import held_out_scenes
from encoding import Encoding
from export import FOLDER
from layout import BOI, BOS, GRID, PAD, TOKENS
from renderer import compose, render, sheet
from tokenizer import make_tokenizer
from vq import to_tensor


def to_pictures(pixels):
    return list(((pixels.permute(0, 2, 3, 1) + 1) * 127.5).round().clamp(0, 255).to(torch.uint8).numpy())


def prompts_of(captions, conditional):
    """Tokens and mask, filled up in front."""
    tokenizer = make_tokenizer()
    rows = [tokenizer.encode(caption).ids + [BOI] for caption in captions]
    if not conditional:
        rows = [[t if t in (BOS, BOI) else PAD for t in row] for row in rows]
    length = max(map(len, rows))
    tokens = torch.tensor([[PAD] * (length - len(row)) + row for row in rows])
    mask = torch.tensor([[0] * (length - len(row)) + [1] * len(row) for row in rows])
    return tokens, mask


class Stepper:
    """Logits of the next code, for rows of prompts that advance together."""

    def __init__(self, model, tokens, mask):
        self.model, self.mask, self.cache = model, mask, DynamicCache()
        self.length = tokens.shape[1]
        self.embedded = model.get_input_embeddings()(tokens)

    def logits(self):
        hidden = self.model.model.language_model(
            inputs_embeds=self.embedded, attention_mask=self.mask, past_key_values=self.cache, use_cache=True,
            position_ids=(self.mask.cumsum(1) - 1).clamp_min(0)[:, -self.embedded.shape[1]:]).last_hidden_state
        return self.model.model.generation_head(hidden[:, -1])

    def append(self, codes):
        self.embedded = self.model.prepare_embeddings_for_image_generation(codes[:, None])
        self.mask = F.pad(self.mask, (0, 1), value=1)


def sample(model, captions, guidance, temperature=1.0, top_k=0, top_p=1.0, seed=1):
    """Codes [captions, TOKENS] and the mean negative log-likelihood in bits under the guided distribution."""
    generator = torch.Generator().manual_seed(seed)
    branches = [Stepper(model, *prompts_of(captions, True))]
    if guidance != 1:
        branches.append(Stepper(model, *prompts_of(captions, False)))
    codes, bits = [], 0.0
    for _ in range(TOKENS):
        rows = [branch.logits() for branch in branches]
        logits = rows[0] if guidance == 1 else rows[1] + guidance * (rows[0] - rows[1])
        logits = logits / temperature
        if top_k:
            logits = logits.masked_fill(logits < logits.topk(top_k).values[:, -1:], -math.inf)
        p = logits.softmax(-1)
        if top_p < 1:
            ordered, places = p.sort(descending=True)
            ordered[ordered.cumsum(-1) - ordered >= top_p] = 0
            p = torch.zeros_like(p).scatter(-1, places, ordered / ordered.sum(-1, keepdim=True))
        code = torch.multinomial(p, 1, generator=generator)[:, 0]
        bits -= p.gather(1, code[:, None]).log2().mean().item() / TOKENS
        codes.append(code)
        for branch in branches:
            branch.append(code)
    return torch.stack(codes, dim=1), bits


def decode(model, codes):
    return [picture for part in codes.split(10) for picture in to_pictures(model.model.vqmodel.decode(part))]


def measure_codec(model, name, pictures, codes):
    """PSNR of the mean squared error over all pictures."""
    restored = decode(model, codes)
    errors = [np.mean((a.astype(float) - b) ** 2) for a, b in zip(pictures, restored)]
    each = [10 * math.log10(255 ** 2 / error) for error in errors]
    use = torch.bincount(codes.flatten()).float() / codes.numel()
    grid = codes.view(-1, GRID, GRID)
    print(f"{name}: PSNR {10 * math.log10(255 ** 2 / np.mean(errors)):.2f} dB over all, mean of pictures {np.mean(each):.2f}, "
          f"worst {min(each):.2f}; {(use > 0).sum()} codes, {-(use * (use + 1e-12).log2()).sum():.2f} bits without context, "
          f"{(grid[:, :, 1:] == grid[:, :, :-1]).float().mean():.2f} equal the code to their left")
    return restored


def bits_of(model, captions, codes):
    """Bits per code, every code known up to it, with and without the caption."""
    found = []
    for conditional in (True, False):
        bits = []
        for start in range(0, len(captions), 20):
            tokens, mask = prompts_of(captions[start:start + 20], conditional)
            part = codes[start:start + 20]
            embedded = torch.cat([model.get_input_embeddings()(tokens),
                                  model.prepare_embeddings_for_image_generation(part[:, :-1])], dim=1)
            mask = F.pad(mask, (0, TOKENS - 1), value=1)
            hidden = model.model.language_model(inputs_embeds=embedded, attention_mask=mask,
                                                position_ids=(mask.cumsum(1) - 1).clamp_min(0)).last_hidden_state
            logits = model.model.generation_head(hidden[:, -TOKENS:])
            bits.append(F.cross_entropy(logits.flatten(0, 1), part.flatten()).item() / math.log(2))
        found.append(sum(bits) / len(bits))
    print(f"target: {found[0]:.3f} bits per code, {found[1]:.3f} without the caption")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    process.add_work_option(parser)
    parser.add_argument("--model", type=Path, default=FOLDER)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--guidance", type=float, nargs="*", default=[1, 3, 5])
    parser.add_argument("--temperature", type=float, default=1.0)
    parser.add_argument("--top-k", type=int, default=0)
    parser.add_argument("--top-p", type=float, default=1.0)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    encoding = Encoding(options.work)
    model = JanusForConditionalGeneration.from_pretrained(options.model).eval()

    scenes = held_out_scenes()
    chosen = list(scenes.items())[::len(scenes) // options.count]
    captions = [caption for _, caption in chosen]
    pictures = [render(scene, "held out") for scene, _ in chosen]
    composed = torch.stack([encoding.codes(scene.things, *compose(scene, "held out")) for scene, _ in chosen])
    encoded = torch.cat([model.model.vqmodel.encode(to_tensor(pictures[i:i + 10])).image_tokens
                         for i in range(0, len(pictures), 10)]).view(-1, TOKENS)
    restored = measure_codec(model, "encoder's codes", pictures, encoded)
    measure_codec(model, "composed codes", pictures, composed)
    bits_of(model, captions, composed)
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        Image.fromarray(sheet([p for pair in zip(pictures, restored) for p in pair][:80], 10)).save(options.out / "codec.png")
        for guidance in options.guidance:
            codes, bits = sample(model, captions, guidance, options.temperature, options.top_k, options.top_p)
            folder = options.out / f"guidance-{guidance:g}"
            folder.mkdir(exist_ok=True)
            drawn = decode(model, codes)
            for (scene, _), picture in zip(chosen, drawn):
                Image.fromarray(picture).save(folder / f"heldout-{list(scenes).index(scene):02}.png")
            Image.fromarray(sheet(drawn, 10)).save(options.out / f"guidance-{guidance:g}.png")
            print(f"guidance {guidance:g}: {bits:.3f} bits per code drawn", flush=True)


if __name__ == "__main__":
    main()
