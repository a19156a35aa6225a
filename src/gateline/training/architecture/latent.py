"""DeepSeek V2 and V3: latent attention, dense first layers, shared experts, multi-token prediction."""

from __future__ import annotations

from gateline.training.architecture.config import Config
from gateline.training.architecture.decoder import (
    GATED,
    SELF,
    TOKENS,
    Ends,
    Experts,
    chosen,
    decoder,
    feed_forward,
    layer,
    repeated,
)
from gateline.training.architecture.model import Model, Shape
from gateline.training.architecture.parts import TARGET, Attention, Block, Product, Role

GROUP = "attention projections"


def deepseek(config: Config) -> Model:
    """DeepSeek V2 or V3.

    Queries and keys are the wider part without positions and the narrower one with them; keys and values are read
    from one latent vector per token, expanded for every head, as in training.
    """
    hidden, number = config.count("hidden_size"), config.layers("num_hidden_layers")
    products, attention, vectors = _attention(config, hidden)
    reads = (TARGET, "self_attn.o_proj")
    first = config.count("first_k_dense_replace", zero=True)
    step = config.count("moe_layer_freq", 1)
    experts = _experts(config).products(hidden, reads)
    dense = feed_forward(GATED, hidden, config.count("intermediate_size"), reads)

    def make(index: int) -> Block:
        inner = experts if index >= first and index % step == 0 else dense
        return layer(products + inner, attention, 2 * hidden + vectors)

    ends = Ends(config.count("vocab_size"), hidden, config.flag("tie_word_embeddings", False), hidden)
    shape = Shape(number, attention.heads, attention.key_width, hidden)
    predicted = layer(products + experts, attention, 2 * hidden + vectors)
    more = _prediction(config, ends, predicted)
    return decoder(config, ends, repeated(number, make), shape, after=more)


def _attention(config: Config, hidden: int) -> tuple[list[Product], Attention, int]:
    heads, bias = config.count("num_attention_heads"), config.flag("attention_bias", False)
    plain, turned = config.count("qk_nope_head_dim"), config.count("qk_rope_head_dim")
    latent, value = config.count("kv_lora_rank"), config.count("v_head_dim")
    rank, width = config.optional("q_lora_rank"), plain + turned
    own = (TARGET,)
    if rank is None:
        query = [Product("self_attn.q_proj", hidden, heads * width, TOKENS, own, GROUP)]
    else:
        query = [
            Product("self_attn.q_a_proj", hidden, rank, TOKENS, own, GROUP, bias),
            Product("self_attn.q_b_proj", rank, heads * width, TOKENS, ("self_attn.q_a_proj",), GROUP),
        ]
    compressed, expanded = "self_attn.kv_a_proj_with_mqa", "self_attn.kv_b_proj"
    products = [
        *query,
        Product(compressed, hidden, latent + turned, TOKENS, own, GROUP, bias),
        Product(expanded, latent, heads * (plain + value), TOKENS, (compressed,), GROUP),
        Product("self_attn.o_proj", heads * value, hidden, TOKENS, (SELF,), GROUP, bias),
    ]
    keys = (expanded, compressed)
    attention = Attention(SELF, heads, width, value, TOKENS, TOKENS, (query[-1].name,), keys, (expanded,), causal=True)
    return products, attention, latent + (rank or 0)


def _experts(config: Config) -> Experts:
    count, inner = config.count("n_routed_experts"), config.count("moe_intermediate_size")
    shared = (config.optional("n_shared_experts") or 0) * inner
    return Experts(count, chosen(config, "num_experts_per_tok", count), inner, shared)


def _prediction(config: Config, ends: Ends, block: Block) -> tuple[Block, ...]:
    """Modules that predict further tokens: a projection of two states, one layer, and the shared language head."""
    joint = Product("eh_proj", 2 * ends.hidden, ends.hidden, TOKENS, (TARGET,), GROUP)
    head = Product("shared_head", ends.hidden, ends.vocabulary, TOKENS, (TARGET,), "language head", tied=True)
    parts = (
        Block("prediction joint", Role.PREDICTION, TARGET, (joint,), vectors=2 * ends.hidden),
        Block("prediction layer", Role.PREDICTION, TARGET, block.products, block.attention, vectors=block.vectors),
        Block("prediction head", Role.PREDICTION, TARGET, (head,), vectors=ends.hidden),
    )
    return parts * (config.optional("num_nextn_predict_layers") or 0)
