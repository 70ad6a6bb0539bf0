"""Writes the model in the layout of Hugging Face's CsmForConditionalGeneration, and checks what it wrote.

    python export.py --work DIR [--out FOLDER] [--random]        into models/speech

Weights are BF16. The codec is ours, so its part of the checkpoint is not what transformers knows; the rest is checked against it.
--random takes weights that nothing has learned, to try what reads the layout.
"""

import argparse
import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from transformers import CsmConfig, CsmDepthDecoderConfig, CsmForConditionalGeneration

import codec

import voices
from csm import BACKBONE, CODEBOOKS, CODES, DEPTH, END, POSITIONS, TEXT_VOCABULARY, VOCABULARY, Speaker
from data import CODEC
from process import add_work_option
from symbols import PAD, SPEAK, SYMBOLS, make_tokenizer, voice_symbol
from target import load_speaker

FOLDER = Path(__file__).parents[2] / "models" / "speech"
GENERATION = {"do_sample": True, "temperature": 0.9, "top_k": 0, "top_p": 1.0, "depth_decoder_do_sample": True,
              "depth_decoder_temperature": 0.9}


def shape(of):
    return {"hidden_size": of.hidden_size, "intermediate_size": of.intermediate_size, "num_hidden_layers": of.num_hidden_layers,
            "num_attention_heads": of.num_attention_heads, "num_key_value_heads": of.num_key_value_heads, "head_dim": of.head_dim,
            "rms_norm_eps": of.rms_norm_eps, "rope_parameters": {"rope_type": "default", "rope_theta": of.rope_theta},
            "num_codebooks": CODEBOOKS, "vocab_size": VOCABULARY}


def config():
    return CsmConfig(
        **shape(BACKBONE), text_vocab_size=TEXT_VOCABULARY, max_position_embeddings=POSITIONS, bos_token_id=None,
        pad_token_id=SYMBOLS.index(PAD), audio_token_id=SYMBOLS.index(SPEAK), audio_eos_token_id=SYMBOLS.index(PAD),
        codebook_eos_token_id=END, codebook_pad_token_id=END + 1, tie_codebooks_embeddings=True,
        depth_decoder_config=CsmDepthDecoderConfig(
            **shape(DEPTH), backbone_hidden_size=BACKBONE.hidden_size, max_position_embeddings=CODEBOOKS + 1))


def write_json(path, value):
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def write_descriptions(folder):
    description = config().to_dict() | {"architectures": ["CsmForConditionalGeneration"], "dtype": "float32",
                                        "codec_config": codec.configuration()}
    description.pop("transformers_version", None)
    description["depth_decoder_config"].pop("transformers_version", None)
    write_json(folder / "config.json", description)
    write_json(folder / "generation_config.json", GENERATION)
    make_tokenizer(voices.VOICES).save(str(folder / "tokenizer.json"))
    write_json(folder / "tokenizer_config.json", {
        "tokenizer_class": "PreTrainedTokenizerFast", "pad_token": PAD, "model_max_length": POSITIONS,
        "clean_up_tokenization_spaces": False,
        "extra_special_tokens": {"speak_token": SPEAK} | {f"voice_{voice}": voice_symbol(voice) for voice in voices.VOICES}})


def tensors_of(model, sound):
    return {k: v.contiguous().to(torch.bfloat16) for k, v in model.state_dict().items()} | codec.tensors(sound)


@torch.no_grad()
def random_weights():
    model = Speaker()
    for parameter in model.parameters():
        if parameter.dim() == 2:
            parameter.normal_(std=0.05)
    return model, codec.Codec()


@torch.no_grad()
def check(folder, model):
    """transformers must compute what our modules compute."""
    theirs = CsmForConditionalGeneration(config()).eval()
    stored = {k: v.float() for k, v in load_file(folder / "model.safetensors").items() if not k.startswith("codec_model.")}
    missing, unexpected = theirs.load_state_dict(stored, strict=False)
    tied = {"depth_decoder.model.embed_tokens.weight"}
    assert not unexpected and not [k for k in set(missing) - tied if not k.startswith("codec_model.") and "audio_tokens_offsets" not in k], missing
    theirs.depth_decoder.model.embed_tokens.weight = theirs.backbone_model.embed_tokens.embed_audio_tokens.weight
    ours = Speaker().eval()
    ours.load_state_dict(stored)
    random = torch.Generator().manual_seed(1)
    tokens = torch.randint(len(SYMBOLS), (1, 20), generator=random)
    frames = torch.randint(CODES, (1, 30, CODEBOOKS), generator=random)
    x = torch.cat([theirs.embed_text_tokens(tokens), theirs.backbone_model.embed_tokens(frames)], 1)
    hidden = theirs.backbone_model(inputs_embeds=x).last_hidden_state
    rows = ours.rows(torch.cat([tokens, torch.full((1, 30), -1)], 1), torch.cat([torch.zeros(1, 20, CODEBOOKS, dtype=torch.int64), frames], 1))
    length = rows.shape[1]
    mine, _ = ours.backbone(rows, torch.arange(length)[None], torch.ones(1, length, length, dtype=torch.bool).tril())
    first = (theirs.lm_head(hidden) - ours.lm_head(mine)).abs().max().item()
    starts, codes = mine[0, 19:49], frames[0]
    padded = torch.cat([torch.zeros(30, 1, dtype=torch.int64), codes[:, :-1]], 1)
    depth = theirs.depth_decoder(input_ids=padded, backbone_last_hidden_state=starts).logits
    others = (depth[:, -(CODEBOOKS - 1):] - ours.depth(starts, codes[:, :-1])).abs().max().item()
    print(f"largest differences: code 0 {first:.1e}, codes 1 to 7 {others:.1e}")
    assert first < 1e-3 and others < 1e-3


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    add_work_option(parser)
    parser.add_argument("--out", type=Path, default=FOLDER)
    parser.add_argument("--random", action="store_true")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    torch.manual_seed(1)
    model, sound = random_weights() if options.random else (load_speaker(options.work), codec.load(options.work / CODEC))
    write_descriptions(options.out)
    shutil.copyfile(options.work / "lexicon.txt.gz", options.out / "lexicon.txt.gz")
    if (options.work / "group_heads.safetensors").exists():
        shutil.copyfile(options.work / "group_heads.safetensors", options.out / "group_heads.safetensors")
    # Written beside and renamed, so that a reader sees the old weights or the new ones.
    new = options.out / "model.safetensors.new"
    tensors = tensors_of(model, sound)
    save_file(tensors, new, metadata={"format": "pt"})
    new.chmod(0o644)
    new.rename(options.out / "model.safetensors")
    print(options.out, sum(t.numel() for t in tensors.values()), "parameters")
    check(options.out, model)


if __name__ == "__main__":
    main()
