"""A training step in Keras on TensorFlow: Adam, gradients cut at norm 5, as one compiled function."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ["KERAS_BACKEND"] = "tensorflow"

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

from keras_networks import create_network  # noqa: E402

MAX_GRADIENT_NORM = 5.0


def prepare(options, stored, inputs):
    """The peer's name, and a function that takes one step and returns its loss."""
    tf.config.threading.set_intra_op_parallelism_threads(options.threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tensors = {name: tf.constant(np.array(array)) for name, array in inputs.items()}
    labels = tf.cast(tensors.pop("labels"), tf.float32)
    network = create_network(options.network, stored, tensors, options.dropout)
    # Keras adds epsilon before the bias correction, which is sqrt(1 - .999) at the first step.
    optimiser = keras.optimizers.Adam(1e-3, epsilon=1e-8 * 0.001**0.5)
    optimiser.build(network.trainable_variables)

    @tf.function(jit_compile=options.compile == "xla")
    def train(tensors, labels):
        with tf.GradientTape() as tape:
            logits = network(tensors, training=True)
            losses = tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits)
            loss = tf.reduce_mean(losses)
        gradients = tape.gradient(loss, network.trainable_variables)
        gradients, _ = tf.clip_by_global_norm(gradients, MAX_GRADIENT_NORM)
        optimiser.apply(gradients, network.trainable_variables)
        return loss

    name = f"Keras {keras.__version__} (TensorFlow {tf.__version__})"
    return name, lambda: float(train(tensors, labels))
