"""Writes a trained model in the layout of Hugging Face's LlamaForCausalLM, weights in BF16.

    python export.py target --work DIR        into models/text
    python export.py draft  --work DIR        into models/text-draft
"""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, processors

import process
from model import SHAPES
from prepare import END_OF_TEXT
from train import load_model

MODELS = Path(__file__).parents[2] / "models"
FOLDERS = {"target": MODELS / "text", "draft": MODELS / "text-draft"}
POSITIONS = 1024


def write_json(path, value):
    path.write_text(json.dumps(value, indent=2) + "\n")


def config_of(shape):
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        **asdict(shape),
        "hidden_act": "silu",
        "attention_bias": False,
        "attention_dropout": 0.0,
        "mlp_bias": False,
        "tie_word_embeddings": True,
        "max_position_embeddings": POSITIONS,
        "rope_scaling": None,
        "bos_token_id": 0,
        "eos_token_id": 0,
        "torch_dtype": "bfloat16",
    }


def write_tokenizer(work, folder):
    tokenizer = Tokenizer.from_file(str(work / "tokenizer.json"))
    # As with Llama, text that is not a rendered chat template gets the first token from the tokenizer.
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{END_OF_TEXT} $A", pair=f"{END_OF_TEXT} $A $B", special_tokens=[(END_OF_TEXT, 0)])
    tokenizer.save(str(folder / "tokenizer.json"))
    write_json(folder / "tokenizer_config.json", {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": END_OF_TEXT,
        "eos_token": END_OF_TEXT,
        "pad_token": END_OF_TEXT,
        "model_max_length": POSITIONS,
        "clean_up_tokenization_spaces": False,
        # A completion model: it continues the last message.
        "chat_template": "{{ bos_token }}{{ messages[-1]['content'] }}",
    })


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("name", choices=SHAPES)
    process.add_work_option(parser)
    options = parser.parse_args()
    folder = FOLDERS[options.name]
    folder.mkdir(parents=True, exist_ok=True)

    write_json(folder / "config.json", config_of(SHAPES[options.name]))
    write_json(folder / "generation_config.json", {"bos_token_id": 0, "eos_token_id": 0, "pad_token_id": 0})
    write_tokenizer(options.work, folder)

    tensors = {name: value.to(torch.bfloat16) for name, value in load_model(options.work, options.name).state_dict().items()}
    # Written beside and renamed, so that a reader sees the old weights or the new ones.
    save_file(tensors, folder / "model.safetensors.new", metadata={"format": "pt"})
    (folder / "model.safetensors.new").chmod(0o644)
    (folder / "model.safetensors.new").rename(folder / "model.safetensors")
    print(folder, sum(t.numel() for t in tensors.values()), "parameters")


if __name__ == "__main__":
    main()
