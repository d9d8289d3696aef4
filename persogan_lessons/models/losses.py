"""What each player wants, written on logits: the discriminator's scores before the sigmoid.

With D = sigmoid(logit), `-log D = softplus(-logit)` and `-log(1 - D) = softplus(logit)`.
Written so, no loss is ever infinite and no gradient is lost to rounding.
Every function takes logits `(batch, 1)` and returns one number. Taught in lesson 01.
"""

from keras import ops


def cross_entropy_discriminator_loss(real_logits, fake_logits):
    """Mean of -log D(x) - log(1 - D(G(z))): call real images real and fake ones fake.

    Source: Goodfellow et al., Generative Adversarial Nets, 2014, equation 1.
    """
    return ops.mean(ops.softplus(-real_logits)) + ops.mean(ops.softplus(fake_logits))


def minimax_generator_loss(fake_logits):
    """Mean of log(1 - D(G(z))): the discriminator's loss on fakes, with its sign turned.

    Its gradient vanishes where the discriminator is sure, which is how every game starts.
    Source: Goodfellow et al., 2014, equation 1.
    """
    return -ops.mean(ops.softplus(fake_logits))


def non_saturating_generator_loss(fake_logits):
    """Mean of -log D(G(z)): have fake images called real.

    The same goal, with the largest gradient where the generator is worst.
    Source: Goodfellow et al., 2014, section 3.
    """
    return ops.mean(ops.softplus(-fake_logits))
