"""How a network moves along its gradient, where Keras's own way can be made faster."""

import keras
import tensorflow as tf


class FusedAdam(keras.optimizers.Adam):
    """Keras's Adam whose whole update is one operation, so that memory is walked through once.

    Written as sums and products, an update reads and writes each weight and its two averages
    several times, and for large layers that costs more than computing the gradient. Options,
    state and results are those of `keras.optimizers.Adam`, but for `amsgrad`, which has no such
    operation.

    Raises:
        ValueError: for `amsgrad=True`.

    Source: Kingma and Ba, Adam: A Method for Stochastic Optimization, 2015. Timed in lesson 04.
    """

    def __init__(self, learning_rate=1e-3, **options):
        if options.get("amsgrad"):
            raise ValueError("FusedAdam has no amsgrad; take keras.optimizers.Adam for that.")
        super().__init__(learning_rate, **options)

    def update_step(self, gradient, variable, learning_rate):
        """Move one variable; Keras calls this for each."""
        place = self._get_variable_index(variable)
        step = tf.cast(self.iterations + 1, variable.dtype)
        tf.raw_ops.ResourceApplyAdam(
            var=_handle(variable),
            m=_handle(self._momentums[place]),
            v=_handle(self._velocities[place]),
            beta1_power=tf.pow(tf.cast(self.beta_1, variable.dtype), step),
            beta2_power=tf.pow(tf.cast(self.beta_2, variable.dtype), step),
            lr=tf.cast(learning_rate, variable.dtype),
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self.epsilon,
            grad=tf.cast(gradient, variable.dtype),
        )


def slowing_adam(rate, steps, *, beta_1=0.5, beta_2=0.99):
    """Adam whose learning rate falls to 0 along a cosine, so that the players end at rest.

    It forgets sooner than Keras's Adam by default, since the gradients of a game keep changing.

    Args:
        rate: the learning rate at the first step.
        steps: after how many steps it is 0.
        beta_1: the share of the old mean of the gradients that is kept at each step.
        beta_2: likewise of the mean of their squares.

    Source: Loshchilov and Hutter, SGDR: Stochastic Gradient Descent with Warm Restarts, 2017.
    """
    slowing = keras.optimizers.schedules.CosineDecay(rate, steps)
    return FusedAdam(slowing, beta_1=beta_1, beta_2=beta_2)


def _handle(variable):
    """What TensorFlow's operations take for a variable, its own or Keras's."""
    return (variable.value if isinstance(variable, keras.Variable) else variable).handle
