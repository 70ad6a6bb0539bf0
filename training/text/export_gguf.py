"""Writes GGUF files, to compare with llama.cpp on the same machine.

    python export_gguf.py OUT                               models/text, as OUT/text-{f32,q8_0}.gguf
    python export_gguf.py OUT --random 768,12,12,2048,16000   random weights of a shape: width, layers, heads,
                                                            feed-forward width, vocabulary; OUT/random-{f32,q8_0}.gguf
"""

import argparse
import json
from pathlib import Path

import gguf
import numpy as np
from gguf import GGMLQuantizationType, TokenType
from safetensors.torch import load_file

from export import FOLDERS, config_of
from model import Shape

# Hugging Face's name of a tensor -> the name in GGUF.
NAMES = {
    "model.embed_tokens": "token_embd",
    "model.norm": "output_norm",
    "lm_head": "output",
    "input_layernorm": "attn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "post_attention_layernorm": "ffn_norm",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}


def gguf_name(name):
    name = name.removesuffix(".weight")
    if name in NAMES:
        return NAMES[name] + ".weight"
    _, _, layer, part = name.split(".", 3)
    return f"blk.{layer}.{NAMES[part]}.weight"


def interleaved(weight, heads):
    """llama.cpp rotates neighbouring rows of a head where Hugging Face rotates its two halves."""
    rows, columns = weight.shape
    return weight.reshape(heads, 2, rows // heads // 2, columns).swapaxes(1, 2).reshape(rows, columns)


def trained():
    folder = FOLDERS["target"]
    config = json.loads((folder / "config.json").read_text())
    tensors = {name: tensor.float().numpy() for name, tensor in load_file(folder / "model.safetensors").items()}
    return config, tensors


def random_weights(width, layers, heads, feed_forward, vocabulary):
    config = config_of(Shape(width, feed_forward, layers, heads, heads, width // heads, vocabulary))
    random = np.random.default_rng(1)
    draw = lambda rows, columns: random.standard_normal((rows, columns), dtype=np.float32) * 0.02
    tensors = {"model.embed_tokens.weight": draw(vocabulary, width), "lm_head.weight": draw(vocabulary, width),
               "model.norm.weight": np.ones(width, np.float32)}
    for layer in range(layers):
        prefix = f"model.layers.{layer}."
        for part in "qkvo":
            tensors[f"{prefix}self_attn.{part}_proj.weight"] = draw(width, width)
        tensors[f"{prefix}mlp.gate_proj.weight"] = draw(feed_forward, width)
        tensors[f"{prefix}mlp.up_proj.weight"] = draw(feed_forward, width)
        tensors[f"{prefix}mlp.down_proj.weight"] = draw(width, feed_forward)
        for norm in ("input_layernorm", "post_attention_layernorm"):
            tensors[f"{prefix}{norm}.weight"] = np.ones(width, np.float32)
    return config, tensors


def add_tokenizer(writer, size):
    """Our tokenizer; a random model with a larger vocabulary gets fillers behind it."""
    bpe = json.loads((FOLDERS["target"] / "tokenizer.json").read_text())["model"]
    tokens = sorted(bpe["vocab"], key=bpe["vocab"].get)[:size]
    tokens += [f"<|filler{i}|>" for i in range(size - len(tokens))]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")  # digits one by one, then GPT-2's pattern: as in prepare.py
    writer.add_token_list(tokens)
    writer.add_token_types([TokenType.CONTROL if t.startswith("<|") and t.endswith("|>") else TokenType.NORMAL
                            for t in tokens])
    writer.add_token_merges([" ".join(merge) for merge in bpe["merges"]])
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(0)
    writer.add_add_bos_token(True)


def write(path, config, tensors, quantised):
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name(path.stem)
    writer.add_vocab_size(config["vocab_size"])
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_rope_dimension_count(config["head_dim"])
    writer.add_key_length(config["head_dim"])
    writer.add_value_length(config["head_dim"])
    writer.add_rope_freq_base(config["rope_theta"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0 if quantised else gguf.LlamaFileType.ALL_F32)
    add_tokenizer(writer, config["vocab_size"])
    for name, tensor in tensors.items():
        if name.endswith("q_proj.weight"):
            tensor = interleaved(tensor, config["num_attention_heads"])
        elif name.endswith("k_proj.weight"):
            tensor = interleaved(tensor, config["num_key_value_heads"])
        kind = GGMLQuantizationType.Q8_0 if quantised and tensor.ndim == 2 else GGMLQuantizationType.F32
        writer.add_tensor(gguf_name(name), gguf.quantize(np.ascontiguousarray(tensor), kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    print(path, path.stat().st_size, "bytes")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--random", metavar="SHAPE")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    config, tensors = random_weights(*map(int, options.random.split(","))) if options.random else trained()
    name = "random" if options.random else "text"
    write(options.out / f"{name}-f32.gguf", config, tensors, quantised=False)
    write(options.out / f"{name}-q8_0.gguf", config, tensors, quantised=True)


if __name__ == "__main__":
    main()
