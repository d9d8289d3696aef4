"""Recommenders: learn from who liked what, and score what somebody might like next.

All are used alike:

    model = EASE().fit(interactions)  # (users, items) of 0 and 1
    model.scores([3, 5])              # (2, items): two of these users, by number
    model.scores(likes)               # (n, items): anybody, by what they like

The higher a score, the better; scores of two models, or of two users, are not on one scale. Who
likes nothing yet gets the popular items. Known items are scored, too; `ranking.top` leaves them
out.
"""

import keras
import numpy as np
import tensorflow as tf


class Recommender:
    """What all share: `fit` checks and learns, `scores` knows old users, new users and nobodies."""

    def fit(self, interactions):
        """Learn from `(users, items)` of 0 and 1, and return this recommender.

        Raises:
            ValueError: for another shape, or other numbers.
        """
        self.interactions = require_likes(interactions)
        self.popularity = np.log1p(self.interactions.sum(0))
        self._learn(self.interactions)
        return self

    def scores(self, users):
        """How well each item suits each user.

        Args:
            users: `(n,)` whole numbers, rows of what was fitted; or `(n, items)` of 0 and 1, what
                anybody likes, be it nothing.

        Returns:
            `(n, items)` float; for those who like nothing, log(1 + how many like an item).

        Raises:
            ValueError: for a number that no user has, or another width.
            RuntimeError: before `fit`.
        """
        if not hasattr(self, "interactions"):
            raise RuntimeError("fit comes before scores: model.fit(interactions)")
        users = np.asarray(users)
        if users.ndim == 1:
            numbers = _require_numbers(users, len(self.interactions))
            likes, found = self.interactions[numbers], self._of_known(numbers)
        else:
            likes = require_likes(users, self.interactions.shape[1])
            found = self._of_likes(likes)
        return np.where(likes.any(1, keepdims=True), found, self.popularity)

    def _of_known(self, numbers):
        return self._of_likes(self.interactions[numbers])


def require_likes(likes, items=None):
    """Likes as `(users, items)` float32, checked to be 0 and 1, and as wide as `items` if given."""
    likes = np.asarray(likes)
    if likes.ndim != 2 or not likes.size or items not in (None, likes.shape[1]):
        raise ValueError(f"likes must be (users, {items or 'items'}), neither 0; got {likes.shape}")
    if not np.isin(likes, (0, 1)).all():
        raise ValueError("likes must be 0 and 1: turn ratings into likes first (ratings.likes)")
    return likes.astype("float32")


def _require_numbers(users, count):
    if not np.issubdtype(users.dtype, np.integer) or not len(users):
        raise ValueError(f"users must be whole numbers, at least one of them; got {users.dtype}")
    if users.min() < 0 or users.max() >= count:
        raise ValueError(f"users must be from 0 to {count - 1}; got {users.min()} to {users.max()}")
    return users


# ---- without a game ------------------------------------------------------------------------------


class Popularity(Recommender):
    """The same list for everybody: what most people like."""

    def _learn(self, interactions):
        pass

    def _of_likes(self, likes):
        return np.tile(self.popularity, (len(likes), 1))


class ItemKNN(Recommender):
    """Items that resemble those somebody likes: a weighted cosine of who likes them.

    Args:
        neighbours: for each item so many similar ones count.
        shrink: what is added below the fraction line, so that two rare items do not seem alike by
            chance.
        power: of an item's weight below the line; 0.5 makes it a cosine.
        activity: a user with n likes weighs n ** -activity: who likes everything says little.

    Source: Sarwar et al., Item-Based Collaborative Filtering, 2001.
    """

    def __init__(self, neighbours=1000, shrink=0.1, *, power=0.4, activity=0.5):
        self.neighbours, self.shrink = neighbours, shrink
        self.power, self.activity = power, activity

    def _learn(self, interactions):
        likes = np.maximum(interactions.sum(1, keepdims=True), 1)
        weighted = interactions / likes**self.activity
        together = weighted.T @ weighted
        size = np.diag(together) ** self.power
        alike = together / np.maximum(np.outer(size, size) + self.shrink, 1e-12)
        np.fill_diagonal(alike, 0)
        last = np.sort(alike, axis=1)[:, -min(self.neighbours, len(alike))]
        self.weights = np.where(alike >= last[:, None], alike, 0).astype("float32")

    def _of_likes(self, likes):
        return likes @ self.weights


class EASE(Recommender):
    """The linear model that best tells each item from all others; solved, not trained.

    Minimises |X - X B|^2 + ridge |B|^2 with a diagonal of B that is 0, so that no item may
    recommend itself: B = I - P / diag(P) with P = (X'X + ridge I)^-1.

    Args:
        ridge: above 0; the more, the nearer all weights are to 0.

    Source: Steck, Embarrassingly Shallow Autoencoders for Sparse Data, 2019. See lesson 09.
    """

    def __init__(self, ridge=150.0):
        self.ridge = ridge

    def _learn(self, interactions):
        self.weights = item_weights(interactions, self.ridge).astype("float32")

    def _of_likes(self, likes):
        return likes @ self.weights


def item_weights(interactions, ridge):
    """What liking one item says about another, as `EASE` has it.

    Args:
        interactions: `(users, items)`.
        ridge: above 0.

    Returns:
        `(items, items)`; the column of an item has a weight for each other, and 0 for itself.

    Taught in lesson 09.
    """
    together = interactions.T @ interactions
    inverse = np.linalg.inv(together + ridge * np.eye(len(together)))
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0)
    return weights


class Blend(Recommender):
    """Several recommenders at once: the weighted sum of their scores, standardised for each user.

    With `Popularity` at a negative weight, it is a discount on what is popular.

    Args:
        models: recommenders; `fit` fits them all.
        weights: of each, one number.
    """

    def __init__(self, models, weights):
        if len(models) != len(weights):
            raise ValueError(f"{len(models)} models need as many weights; got {len(weights)}")
        self.models, self.weights = models, weights

    def _learn(self, interactions):
        for model in self.models:
            model.fit(interactions)

    def _of_known(self, numbers):
        return self._sum(numbers)

    def _of_likes(self, likes):
        return self._sum(likes)

    def _sum(self, users):
        scores = [standardised(model.scores(users)) for model in self.models]
        return sum(weight * each for weight, each in zip(self.weights, scores, strict=True))


def standardised(scores):
    """Each row with mean 0 and standard deviation 1; a row of equal scores becomes 0."""
    spread = scores.std(1, keepdims=True)
    return (scores - scores.mean(1, keepdims=True)) / np.where(spread > 0, spread, 1)


# ---- a vector for each user ----------------------------------------------------------------------


class Factors(Recommender):
    """Each user a vector and each item a vector; their product is the score."""

    ridge = 1000.0  # of the least squares that find a newcomer's vector

    def _start(self, interactions):
        random = np.random.default_rng(self.seed)
        self.user_vectors, self.item_vectors = (
            random.normal(0, 0.1, (count, self.size)).astype("float32")
            for count in interactions.shape
        )

    def _of_known(self, numbers):
        return self.user_vectors[numbers] @ self.item_vectors.T

    def _of_likes(self, likes):
        return fold_in(likes, self.item_vectors, ridge=self.ridge) @ self.item_vectors.T


def fold_in(likes, item_vectors, *, ridge):
    """The vector of somebody new: least squares from the item vectors to what they like.

    Args:
        likes: `(n, items)`.
        item_vectors: `(items, size)`.
        ridge: above 0.

    Returns:
        `(n, size)`.
    """
    together = item_vectors.T @ item_vectors + ridge * np.eye(item_vectors.shape[1])
    return np.linalg.solve(together, item_vectors.T @ likes.T).T


class BPR(Factors):
    """Matrix factorisation that ranks: a liked item above one not liked, pair by pair.

    Each item has a bias besides, which stands last in its vector; there everybody has a 1.

    Args:
        size: of a vector.
        decay: how strongly vectors are pulled to 0.
        rate: of learning.
        epochs: so often each like takes part.
        seed: of the first vectors and of the pairs.

    Source: Rendle et al., BPR: Bayesian Personalized Ranking, 2009.
    """

    batch = 1024  # pairs

    def __init__(self, size=32, decay=0.01, *, rate=0.01, epochs=60, seed=0):
        self.size, self.decay, self.rate = size, decay, rate
        self.epochs, self.seed = epochs, seed

    def _learn(self, interactions):
        self._start(interactions)
        bias = np.zeros(interactions.shape[1], "float32")
        vectors = [tf.Variable(each) for each in (self.user_vectors, self.item_vectors, bias)]
        step = self._step(vectors)
        for users, liked, others in self._pairs(interactions):
            step(users, liked, others)
        users, items, bias = (each.numpy() for each in vectors)
        self.user_vectors = np.column_stack([users, np.ones(len(users), "float32")])
        self.item_vectors = np.column_stack([items, bias])

    def _pairs(self, interactions):
        """Batches of (users, items they like, items they do not), each `(batch,)`."""
        random = np.random.default_rng(self.seed)
        users, items = np.nonzero(interactions)
        for _ in range(self.epochs):
            order = random.permutation(len(users))
            for rows in np.array_split(order, -(-len(order) // self.batch)):
                others = random.integers(interactions.shape[1], size=len(rows))
                wrong = interactions[users[rows], others] == 0
                rows, others = rows[wrong], others[wrong]
                yield tuple(tf.constant(each) for each in (users[rows], items[rows], others))

    def _step(self, vectors):
        optimizer = keras.optimizers.Adam(self.rate)
        optimizer.build(vectors)

        @tf.function(reduce_retracing=True)
        def step(users, liked, others):
            with tf.GradientTape() as tape:
                user = tf.gather(vectors[0], users)
                liked_items, other_items = (tf.gather(vectors[1], each) for each in (liked, others))
                lead = tf.reduce_sum(user * (liked_items - other_items), axis=1)
                lead += tf.gather(vectors[2], liked) - tf.gather(vectors[2], others)
                length = sum(tf.nn.l2_loss(each) for each in (user, liked_items, other_items))
                loss = tf.reduce_sum(tf.nn.softplus(-lead)) + self.decay * length
            gradients = tape.gradient(loss, vectors)
            optimizer.apply([tf.convert_to_tensor(each) for each in gradients], vectors)

        return step
