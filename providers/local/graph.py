"""The 12-layer BERT body of e5-small as an ONNX graph.

Word embeddings are not in the graph: the caller looks the rows up in the mapped file, so 92 MB of
vocabulary is never
copied. Inputs word_emb float [1, s, hidden]; output embedding float [1, hidden], the
L2-normalised mean of the tokens.
Texts run one at a time (fastest on a CPU), so there is no padding and no attention mask.
"""

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import ModelProto, NodeProto, TensorProto, checker, helper, numpy_helper

from providers.local.weights import Weights


class _Graph:
    def __init__(self) -> None:
        self.nodes: list[NodeProto] = []
        self.constants: dict[str, TensorProto] = {}

    def constant(self, name: str, value: npt.NDArray[Any]) -> str:
        if name not in self.constants:
            self.constants[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def scalar(self, value: float) -> str:
        return self.constant(f"scalar_{value}", np.array(value, np.float32))

    def integers(self, *values: int) -> str:
        return self.constant(f"integers_{values}", np.array(values, np.int64))

    def add(self, operator: str, inputs: list[str], output: str = "", **attributes: Any) -> str:
        output = output or f"{operator}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [output], **attributes))
        return output


class _Bert(_Graph):
    def __init__(self, weights: Weights) -> None:
        super().__init__()
        self.weights, self.shape = weights, weights.header

    def linear(self, x: str, name: str, rows: int, columns: int) -> str:
        matrix = self.constant(f"{name}.w", self.weights.matrix(f"{name}.w", rows, columns).T)
        bias = self.constant(f"{name}.b", self.weights.floats(f"{name}.b", rows))
        return self.add("Add", [self.add("MatMul", [x, matrix]), bias])

    def layer_norm(self, x: str, name: str) -> str:
        parts = [
            self.constant(part, self.weights.floats(part, self.shape.hidden))
            for part in (f"{name}.w", f"{name}.b")
        ]
        epsilon = self.shape.epsilon
        return self.add("LayerNormalization", [x, *parts], axis=-1, epsilon=epsilon)

    def embed(self) -> str:
        shape = self.shape
        positions = self.weights.floats("emb.pos", shape.positions, shape.hidden)
        types = self.weights.floats("emb.type", shape.token_types, shape.hidden)
        table = self.constant("positions", positions + types[0])
        length = self.add("Gather", [self.add("Shape", ["word_emb"]), self.integers(1)])
        rows = self.add("Slice", [table, self.integers(0), length, self.integers(0)])
        return self.layer_norm(self.add("Add", ["word_emb", rows]), "emb.ln")

    def heads(self, x: str, name: str, order: list[int]) -> str:
        shape = self.shape
        split = self.integers(0, 0, shape.heads, shape.hidden // shape.heads)
        full = self.linear(x, name, shape.hidden, shape.hidden)
        return self.add("Transpose", [self.add("Reshape", [full, split])], perm=order)

    def attention(self, x: str, layer: str) -> str:
        shape = self.shape
        query = self.heads(x, f"{layer}.q", [0, 2, 1, 3])
        key = self.heads(x, f"{layer}.k", [0, 2, 3, 1])
        value = self.heads(x, f"{layer}.v", [0, 2, 1, 3])
        scale = self.scalar(1 / math.sqrt(shape.hidden // shape.heads))
        scores = self.add("Mul", [self.add("MatMul", [query, key]), scale])
        mixed = self.add("MatMul", [self.add("Softmax", [scores], axis=-1), value])
        mixed = self.add("Transpose", [mixed], perm=[0, 2, 1, 3])
        mixed = self.add("Reshape", [mixed, self.integers(0, 0, shape.hidden)])
        out = self.linear(mixed, f"{layer}.ao", shape.hidden, shape.hidden)
        return self.layer_norm(self.add("Add", [out, x]), f"{layer}.aln")

    def gelu(self, x: str) -> str:
        error = self.add("Erf", [self.add("Mul", [x, self.scalar(1 / math.sqrt(2))])])
        gate = self.add("Mul", [x, self.add("Add", [error, self.scalar(1.0)])])
        return self.add("Mul", [gate, self.scalar(0.5)])

    def feed_forward(self, x: str, layer: str) -> str:
        shape = self.shape
        wide = self.gelu(self.linear(x, f"{layer}.fi", shape.feed_forward, shape.hidden))
        narrow = self.linear(wide, f"{layer}.fo", shape.hidden, shape.feed_forward)
        return self.layer_norm(self.add("Add", [narrow, x]), f"{layer}.oln")

    def pool(self, x: str) -> None:
        mean = self.add("ReduceMean", [x, self.integers(1)], keepdims=0)
        length = self.add("ReduceL2", [mean, self.integers(1)], keepdims=1)
        self.add("Div", [mean, length], "embedding")


def bert_body(weights: Weights) -> ModelProto:
    bert = _Bert(weights)
    x = bert.embed()
    for layer in range(weights.header.layers):
        x = bert.feed_forward(bert.attention(x, f"l{layer}"), f"l{layer}")
    bert.pool(x)
    hidden = weights.header.hidden
    graph = helper.make_graph(
        bert.nodes,
        "e5-small",
        [helper.make_tensor_value_info("word_emb", TensorProto.FLOAT, [1, "s", hidden])],
        [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, [1, hidden])],
        list(bert.constants.values()),
    )
    # Opset 18 with IR 9 is what every onnxruntime since 1.14 reads.
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    checker.check_model(model)
    return model
