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


def smooth_labels(real_target=0.9):
    """The cross-entropy discriminator loss with real images called real to this degree, not fully.

    One-sided: fake images are still called fake outright. Smoothing those too would reward the
    generator for staying where it is. A discriminator that is sure of a real image, its logit
    above log(t / (1 - t)) with t the target, is pushed back. Taught in lesson 03.

    Args:
        real_target: above 0.5, at most 1; 1 is the plain cross-entropy.

    Returns:
        A loss `(real_logits, fake_logits)` for `GAN.compile(discriminator_loss=...)`.

    Source: Salimans et al., Improved Techniques for Training GANs, 2016.
    """
    if not 0.5 < real_target <= 1:
        raise ValueError(f"real_target must be above 0.5 and at most 1; got {real_target!r}")

    def smoothed_discriminator_loss(real_logits, fake_logits):
        plain = cross_entropy_discriminator_loss(real_logits, fake_logits)
        return plain + (1 - real_target) * ops.mean(real_logits)

    return smoothed_discriminator_loss


def hinge_discriminator_loss(real_logits, fake_logits):
    """Mean of max(0, 1 - D(x)) + max(0, 1 + D(G(z))): be right by a margin, then rest.

    An image on the right side of 1 or -1 has no gradient. Taught in lesson 03.
    Source: Lim and Ye, Geometric GAN, 2017.
    """
    return ops.mean(ops.relu(1 - real_logits)) + ops.mean(ops.relu(1 + fake_logits))


def wasserstein_discriminator_loss(real_logits, fake_logits):
    """Mean score of the fake images less that of the real ones; the scores are no probabilities.

    Without a limit on the critic's slope it falls for ever: use it with `penalties.WeightClip` or
    `penalties.gradient_penalty`. Taught in lesson 03.
    Source: Arjovsky et al., Wasserstein GAN, 2017.
    """
    return ops.mean(fake_logits) - ops.mean(real_logits)


def wasserstein_generator_loss(fake_logits):
    """The negative mean score of the fake images: raise it. Taught in lesson 03.

    Source: Arjovsky et al., Wasserstein GAN, 2017; the hinge game has the same.
    """
    return -ops.mean(fake_logits)


hinge_generator_loss = wasserstein_generator_loss
