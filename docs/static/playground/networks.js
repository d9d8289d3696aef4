// The personalised generator of lesson 07, layer by layer, in plain JavaScript.
//
// Images are Float32Arrays of 784 numbers in [-1, 1], ink 1; a condition has 12 numbers; noise has
// 42 for each image. All arrays are flat and row by row, as NumPy has them. Each network takes its
// tensors in the order in which Keras lists them, so that order is the one thing to know here.

const EPSILON = 1e-3; // Keras's, in BatchNormalization
const LONGEST = 32; // clicks; of more, the newest count
const CHOICES = 10; // the first numbers of the noise choose among so many wishes
const SUM = 5; // of the ten shares in a condition

export const NOISE_SIZE = 42;
export const CONDITION_SIZE = 12;

// ---- weights ------------------------------------------------------------------------------------

// {network: [tensor, ...]}; a tensor is {shape, data}. `shapes` is {network: [shape, ...]}.
export function unpack(buffer, shapes) {
  const halves = new Uint16Array(buffer);
  let at = 0;
  const take = (shape) => {
    const size = shape.reduce((product, length) => product * length, 1);
    const data = Float32Array.from(halves.subarray(at, (at += size)), fromHalf);
    return { shape, data };
  };
  const networks = {};
  for (const [name, list] of Object.entries(shapes)) networks[name] = list.map(take);
  if (at !== halves.length) throw new Error(`expected ${at} weights, got ${halves.length}`);
  return networks;
}

// The number that 16 bits stand for: one of sign, five of exponent, ten of fraction.
function fromHalf(bits) {
  const sign = bits >> 15 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = (bits & 1023) / 1024;
  return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction) : 2 ** -14 * fraction);
}

// ---- layers -------------------------------------------------------------------------------------

// (rows, inputs) -> (rows, units)
function dense(x, kernel, bias) {
  const [inputs, units] = kernel.shape;
  const rows = x.length / inputs;
  const y = new Float32Array(rows * units);
  for (let row = 0; row < rows; row++) {
    const out = y.subarray(row * units, (row + 1) * units);
    if (bias) out.set(bias.data);
    let i = 0;
    for (; i + 4 <= inputs; i += 4) addFour(out, kernel.data, i * units, x, row * inputs + i);
    for (; i < inputs; i++) addOne(out, kernel.data, i * units, x[row * inputs + i]);
  }
  return y;
}

// Four inputs at once: half the time, since each sum is fetched and stored once instead of four times.
function addFour(out, weights, at, x, first) {
  const units = out.length;
  const [a, b, c, d] = [x[first], x[first + 1], x[first + 2], x[first + 3]];
  for (let j = 0; j < units; j++, at++) {
    const [two, three] = [at + 2 * units, at + 3 * units];
    out[j] += a * weights[at] + b * weights[at + units] + c * weights[two] + d * weights[three];
  }
}

function addOne(out, weights, at, value) {
  for (let j = 0; j < out.length; j++) out[j] += value * weights[at + j];
}

// What training has left of a normalisation: each channel scaled and shifted. Changes x.
function normalize(x, [gamma, beta, mean, variance]) {
  const channels = gamma.data.length;
  const scale = gamma.data.map((value, c) => value / Math.sqrt(variance.data[c] + EPSILON));
  for (let i = 0; i < x.length; i++) {
    const c = i % channels;
    x[i] = (x[i] - mean.data[c]) * scale[c] + beta.data[c];
  }
  return x;
}

const relu = (x) => x.map((value) => Math.max(value, 0));
const leakyRelu = (x) => x.map((value) => (value < 0 ? 0.2 * value : value));

function softmax(x) {
  const powers = x.map((value) => Math.exp(value - Math.max(...x)));
  const total = powers.reduce((sum, power) => sum + power);
  return powers.map((power) => power / total);
}

// Rows of several arrays side by side, (rows, a) and (rows, b) -> (rows, a + b).
function besides(rows, ...arrays) {
  const sizes = arrays.map((each) => each.length / rows);
  const width = sizes.reduce((sum, size) => sum + size);
  const together = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    let at = row * width;
    arrays.forEach((each, k) => {
      together.set(each.subarray(row * sizes[k], (row + 1) * sizes[k]), at);
      at += sizes[k];
    });
  }
  return together;
}

// One image (size, size, inputs) -> (size / stride, size / stride, outputs), padding "same".
function convolve(x, size, kernel, stride) {
  const [width, , inputs, outputs] = kernel.shape;
  const half = size / stride;
  const before = Math.floor(Math.max((half - 1) * stride + width - size, 0) / 2);
  const y = new Float32Array(half * half * outputs);
  for (let i = 0; i < half; i++)
    for (let j = 0; j < half; j++)
      for (let u = 0; u < width; u++)
        for (let v = 0; v < width; v++) {
          const row = i * stride + u - before;
          const column = j * stride + v - before;
          if (row < 0 || column < 0 || row >= size || column >= size) continue;
          const from = (row * size + column) * inputs;
          const to = (i * half + j) * outputs;
          for (let a = 0; a < inputs; a++) {
            const value = x[from + a];
            const at = ((u * width + v) * inputs + a) * outputs;
            for (let b = 0; b < outputs; b++) y[to + b] += value * kernel.data[at + b];
          }
        }
  return y;
}

// The scalar product of two runs of numbers, as long as a multiple of four.
function product(x, from, weights, at, length) {
  let sum = 0;
  for (let a = 0; a < length; a += 4, from += 4, at += 4) {
    const first = x[from] * weights[at] + x[from + 1] * weights[at + 1];
    sum += first + x[from + 2] * weights[at + 2] + x[from + 3] * weights[at + 3];
  }
  return sum;
}

// (rows, size, size, inputs) -> (rows, 2 size, 2 size, outputs): a stride of 2, padding "same".
function grow(x, size, kernel) {
  const [width, , outputs, inputs] = kernel.shape;
  const rows = x.length / (size * size * inputs);
  const y = new Float32Array(rows * 4 * size * size * outputs);
  for (let place = 0; place < rows * size * size; place++) {
    const row = Math.floor(place / (size * size));
    const i = Math.floor(place / size) % size;
    const j = place % size;
    for (let u = 0; u < width; u++)
      for (let v = 0; v < width; v++) {
        const down = 2 * i + u - 1;
        const right = 2 * j + v - 1;
        if (down < 0 || right < 0 || down >= 2 * size || right >= 2 * size) continue;
        const to = ((row * 2 * size + down) * 2 * size + right) * outputs;
        for (let b = 0; b < outputs; b++) {
          const at = ((u * width + v) * outputs + b) * inputs;
          y[to + b] += product(x, place * inputs, kernel.data, at, inputs);
        }
      }
  }
  return y;
}

// ---- reading a click ----------------------------------------------------------------------------

// What is seen in one image: 64 features of the classifier, then the image at 14 x 14.
export function read(tensors, image) {
  let [x, size] = [image, 28];
  [1, 2, 1, 2, 1].forEach((stride, k) => {
    const [kernel, ...normal] = tensors.slice(5 * k, 5 * k + 5);
    x = relu(normalize(convolve(x, size, kernel, stride), normal));
    size /= stride;
  });
  return besides(1, averageOfPlaces(x, size * size), coarse(image));
}

function averageOfPlaces(x, places) {
  const channels = x.length / places;
  const mean = new Float32Array(channels);
  x.forEach((value, i) => (mean[i % channels] += value / places));
  return mean;
}

function coarse(image) {
  const small = new Float32Array(196);
  image.forEach((value, i) => {
    const [row, column] = [Math.floor(i / 56), Math.floor((i % 28) / 2)];
    small[row * 14 + column] += value / 4;
  });
  return small;
}

// ---- from clicks to a condition -----------------------------------------------------------------

// `seen` is what `read` says of each click, the oldest first -> the condition, 12 numbers.
export function encode(tensors, seen) {
  const clicks = seen.slice(-LONGEST);
  const next = inOrder(tensors);
  const count = clicks.length;
  const marks = clicks.flatMap((_, i) => [1, (count - i) / LONGEST]); // clicked, and how long ago
  const short = next(Float32Array.from(clicks.flatMap((each) => [...each])));
  const values = relu(next(besides(count, short, Float32Array.from(marks))));
  const first = weightedMean(values, next(values));
  const impression = next(first);
  const impressions = Float32Array.from(clicks.flatMap(() => [...impression]));
  const guided = relu(next(besides(count, values, impressions)));
  const looks = [first, weightedMean(guided, next(guided)), weightedMean(guided, next(guided))];
  const hidden = relu(next(besides(1, ...looks)));
  const shares = softmax(next(hidden)).map((share) => SUM * share);
  return besides(1, shares, next(hidden));
}

// A function that applies the next dense layer each time it is called.
function inOrder(tensors) {
  let at = 0;
  return (x) => dense(x, tensors[at++], tensors[at++]);
}

// The mean of clicks by their weights, an empty click of weight 1 among them; its logarithm last.
function weightedMean(values, scores) {
  const units = 56;
  const mean = new Float32Array(units + 1);
  let total = 1;
  scores.forEach((score, i) => {
    const weight = Math.exp(Math.min(Math.max(score, -6), 6));
    total += weight;
    for (let j = 0; j < units; j++) mean[j] += weight * values[i * units + j];
  });
  for (let j = 0; j < units; j++) mean[j] /= total;
  mean[units] = Math.log(total);
  return mean;
}

// ---- from a condition to images -----------------------------------------------------------------

// noise (rows, 42) and one condition (12) for all rows -> images (rows, 784)
export function generate(tensors, noise, condition) {
  const rows = noise.length / NOISE_SIZE;
  const [choosing, drawing] = columns(noise, NOISE_SIZE, CHOICES);
  const wishes = choose(choosing, condition);
  const wanted = leakyRelu(inOrderOf(tensors, 2)(leakyRelu(inOrderOf(tensors, 0)(wishes))));
  const first = modulate(besides(rows, drawing, wanted), wanted, tensors.slice(4, 13));
  const second = modulate(first, wanted, tensors.slice(13, 22));
  const [kernel, ...others] = tensors.slice(22);
  const places = leakyRelu(normalize(dense(second, kernel), others.slice(0, 4))); // 7 x 7 x 16
  const larger = leakyRelu(normalize(grow(places, 7, others[4]), others.slice(5, 9)));
  const bias = others[10].data[0];
  return grow(larger, 14, others[9]).map((value) => Math.tanh(value + bias));
}

const inOrderOf = (tensors, at) => (x) => dense(x, tensors[at], tensors[at + 1]);

function columns(x, width, split) {
  const rows = Array.from({ length: x.length / width }, (_, i) => i * width);
  const left = rows.flatMap((at) => [...x.subarray(at, at + split)]);
  const right = rows.flatMap((at) => [...x.subarray(at + split, at + width)]);
  return [Float32Array.from(left), Float32Array.from(right)];
}

// A dense layer whose units are scaled and shifted by what is wanted.
function modulate(hidden, wanted, [kernel, ...others]) {
  const scale = dense(wanted, others[0], others[1]);
  const shift = dense(wanted, others[6], others[7]);
  const x = normalize(dense(hidden, kernel), others.slice(2, 6));
  return leakyRelu(x.map((value, i) => value * (1 + scale[i]) + shift[i]));
}

// Conditions (rows, 12) with one share each: the noise (rows, 10) chooses, by the shares.
function choose(noise, condition) {
  const shares = condition.slice(0, CHOICES);
  const total = shares.reduce((sum, share) => sum + share);
  const wishes = [];
  for (let at = 0; at < noise.length; at += CHOICES) {
    const scores = Array.from(shares, (share, k) => {
      return Math.log(Math.max(share, 1e-9)) + gumbel(noise[at + k]);
    });
    const wish = condition.slice();
    wish.fill(0, 0, CHOICES);
    wish[scores.indexOf(Math.max(...scores))] = total;
    wishes.push(...wish);
  }
  return Float32Array.from(wishes);
}

function gumbel(normal) {
  const uniform = (1 + erf(normal / Math.SQRT2)) / 2;
  return -Math.log(-Math.log(Math.min(Math.max(uniform, 1e-6), 1 - 1e-6)));
}

// The error function by its Taylor series; beyond 4 it is 1 in all the digits that count here.
function erf(x) {
  if (Math.abs(x) > 4) return Math.sign(x);
  let [power, sum] = [x, 0];
  for (let n = 0; n < 80; n++) {
    sum += power / (2 * n + 1);
    power *= (-x * x) / (n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}
