"""Writes codec and target in the layout of Hugging Face's JanusForConditionalGeneration, and checks what it wrote.

    python export.py --work DIR [--out FOLDER]        into models/image

Weights are BF16. The tower for looking at pictures, which generation never uses, is random.
"""

import argparse
import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import JanusForConditionalGeneration

from workers import process
from janus import Painter
from layout import BOI, BOS, CODES, EOS, PAD, SIDE, SPECIAL_TOKENS, TOKENS, config
from target import load_painter
from tokenizer import make_tokenizer
from vq import load_codec

FOLDER = Path(__file__).parents[2] / "models" / "image"
GENERATION = {"bos_token_id": BOS, "eos_token_id": EOS, "pad_token_id": PAD, "do_sample": True, "temperature": 0.25, "top_k": 0,
              "top_p": 1.0, "guidance_scale": 1.4, "generation_kwargs": {"boi_token_id": BOI}}


def write_json(path, value):
    path.write_text(json.dumps(value, indent=2) + "\n")


def write_descriptions(folder):
    description = config().to_dict()
    description.pop("transformers_version", None)
    write_json(folder / "config.json", description | {"architectures": ["JanusForConditionalGeneration"], "dtype": "float32"})
    write_json(folder / "generation_config.json", GENERATION)
    write_json(folder / "preprocessor_config.json", {
        "image_processor_type": "JanusImageProcessor", "size": {"height": SIDE, "width": SIDE}, "min_size": 14,
        "rescale_factor": 1 / 255, "image_mean": [0.5] * 3, "image_std": [0.5] * 3})
    make_tokenizer().save(str(folder / "tokenizer.json"))
    bos, eos, pad, boi, eoi, image = SPECIAL_TOKENS
    write_json(folder / "tokenizer_config.json", {
        "tokenizer_class": "PreTrainedTokenizerFast", "bos_token": bos, "eos_token": eos, "pad_token": pad,
        "extra_special_tokens": {"boi_token": boi, "eoi_token": eoi, "image_token": image},
        "model_max_length": 512, "clean_up_tokenization_spaces": False})


def tensors_of(codec, painter):
    torch.manual_seed(1)
    whole = JanusForConditionalGeneration(config()).state_dict()
    whole.pop("lm_head.weight")  # tied
    ours = {f"model.vqmodel.{k}": v for k, v in codec.state_dict().items()}
    ours |= {f"model.{k}": v for k, v in painter.state_dict().items()}
    assert ours.keys() <= whole.keys(), ours.keys() - whole.keys()
    left = {k.split(".")[1] for k in whole.keys() - ours.keys()}
    assert left == {"vision_model", "aligner"}, left
    return {k: v.contiguous().to(torch.bfloat16) for k, v in (whole | ours).items()}


@torch.no_grad()
def check(folder, codec, painter):
    """transformers must load it without complaint and compute what the training's modules compute."""
    model, report = JanusForConditionalGeneration.from_pretrained(folder, output_loading_info=True)
    assert not any(report.values()), report
    model.eval()
    rounded = Painter()
    for ours, exact in ((rounded, painter), (codec, codec)):
        ours.load_state_dict({k: v.to(torch.bfloat16).float() for k, v in exact.state_dict().items()})
    codes = torch.randint(CODES, (1, TOKENS), generator=torch.Generator().manual_seed(1))
    prompt = torch.tensor([make_tokenizer().encode("a red circle on the left at night").ids + [BOI]])
    embedded = torch.cat([model.get_input_embeddings()(prompt), model.prepare_embeddings_for_image_generation(codes)], dim=1)
    theirs = model.model.generation_head(model.model.language_model(inputs_embeds=embedded).last_hidden_state)
    tokens = torch.cat([prompt + CODES, codes], dim=1)
    ours = rounded(tokens, torch.arange(tokens.shape[1])[None])
    logits = (theirs - ours).abs().max().item()
    pixels = (model.model.vqmodel.decode(codes) - codec.decode(codes)).abs().max().item()
    print(f"largest differences: logits {logits:.1e}, pixels {pixels:.1e}")
    assert logits < 1e-3 and pixels < 1e-3


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    process.add_work_option(parser)
    parser.add_argument("--out", type=Path, default=FOLDER)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    codec, painter = load_codec(options.work), load_painter(options.work)
    write_descriptions(options.out)
    # Written beside and renamed, so that a reader sees the old weights or the new ones.
    new = options.out / "model.safetensors.new"
    tensors = tensors_of(codec, painter)
    save_file(tensors, new, metadata={"format": "pt"})
    new.chmod(0o644)
    new.rename(options.out / "model.safetensors")
    print(options.out, sum(t.numel() for t in tensors.values()), "parameters")
    check(options.out, codec, painter)


if __name__ == "__main__":
    main()
