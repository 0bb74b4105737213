"""Writes fixtures/python-models.json: small models made by the Python onnx package, as base64, with the values their
initializers must have. Run with a Python that has onnx and numpy: python make_python_models.py"""
import base64
import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def model_of(graph, **options):
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 20)], ir_version=10, **options)
    onnx.checker.check_model(model, full_check=True)
    return model


def entry(model, expected):
    return {'bytes': base64.b64encode(model.SerializeToString()).decode(), 'initializers': expected}


TYPES = {
    'float32': (TensorProto.FLOAT, [0.5, -1.25, 3.0e38]),
    'float64': (TensorProto.DOUBLE, [0.1, -1e300, 5e-324]),
    'float16': (TensorProto.FLOAT16, [1.0, -2.0, 65504.0]),
    'int32': (TensorProto.INT32, [-2147483648, 0, 2147483647]),
    'int64': (TensorProto.INT64, [-(2**63), -1, 2**63 - 1]),
    'int8': (TensorProto.INT8, [-128, -1, 127]),
    'uint8': (TensorProto.UINT8, [0, 128, 255]),
    'bool': (TensorProto.BOOL, [True, False, True]),
}


def expected_of(name, values):
    if name == 'float16':
        return np.array(values, dtype=np.float16).view(np.uint16).tolist()
    if name == 'int64':
        return [str(value) for value in values]
    return [float(value) if name.startswith('float') else int(value) for value in values]


def tensors(raw):
    initializers, nodes, outputs, expected = [], [], [], {}
    for name, (kind, values) in TYPES.items():
        if raw:
            dtype = helper.tensor_dtype_to_np_dtype(kind)
            tensor = numpy_helper.from_array(np.array(values, dtype=dtype), name)
        else:
            tensor = helper.make_tensor(name, kind, [3], values)
        initializers.append(tensor)
        nodes.append(helper.make_node('Identity', [name], [name + '_out']))
        outputs.append(helper.make_tensor_value_info(name + '_out', kind, [3]))
        expected[name] = expected_of(name, values)
    return entry(model_of(helper.make_graph(nodes, 'tensors', [], outputs, initializers)), expected)


def branches():
    def branch(name, op):
        out = helper.make_tensor_value_info(name, TensorProto.FLOAT, None)
        return helper.make_graph([helper.make_node(op, ['x', 'two'], [name])], name, [], [out])

    graph = helper.make_graph(
        [
            helper.make_node(
                'If', ['condition'], ['y'], then_branch=branch('added', 'Add'), else_branch=branch('divided', 'Div')
            )
        ],
        'branches',
        [
            helper.make_tensor_value_info('x', TensorProto.FLOAT, ['batch', None, 2]),
            helper.make_tensor_value_info('condition', TensorProto.BOOL, []),
        ],
        [helper.make_tensor_value_info('y', TensorProto.FLOAT, ['batch', None, 2])],
        [helper.make_tensor('two', TensorProto.FLOAT, [], [2.0])],
    )
    model = model_of(graph, producer_name='python', doc_string='not kept')
    helper.set_model_props(model, {'labels': '["drama", "комедия"]', '__proto__': 'x'})
    return entry(model, {'two': [2.0]})


def carried():
    """Types Medley carries along without computing with them."""
    strings = helper.make_tensor('words', TensorProto.STRING, [2], [b'one', 'zw\u00f6lf'.encode()])
    small = helper.make_tensor('small', TensorProto.INT4, [3], [-8, 0, 7])
    graph = helper.make_graph(
        [
            helper.make_node('Identity', ['words'], ['y']),
            helper.make_node('Cast', ['small'], ['z'], to=TensorProto.FLOAT),
        ],
        'carried',
        [],
        [
            helper.make_tensor_value_info('y', TensorProto.STRING, [2]),
            helper.make_tensor_value_info('z', TensorProto.FLOAT, [3]),
        ],
        [strings, small],
    )
    return entry(
        helper.make_model(graph, opset_imports=[helper.make_opsetid('', 21)], ir_version=10), {}
    )


def external():
    """A tensor that points at another file."""
    tensor = TensorProto(name='weights', data_type=TensorProto.FLOAT, dims=[4])
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key='location', value='../weights.bin')
    output = helper.make_tensor_value_info('y', TensorProto.FLOAT, [4])
    graph = helper.make_graph([helper.make_node('Identity', ['weights'], ['y'])], 'external', [], [output], [tensor])
    return entry(helper.make_model(graph), {})


target = Path(__file__).parent.parent / 'fixtures' / 'python-models.json'
fixtures = {
    'raw': tensors(True),
    'typed': tensors(False),
    'branches': branches(),
    'carried': carried(),
    'external': external(),
}
target.write_text(json.dumps(fixtures, indent=1) + '\n')
