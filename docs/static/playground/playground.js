// The page around the generator: digits to click on, drawings, and what the clicks were taken for.
// `networks.js` computes; here are only buttons and pixels.

import * as networks from "./networks.js";

const OFFERED = 24; // digits on the page at a time
const GRID = 5; // drawings in a row and in a column
const TILE = 30; // pixels: an image and its margin
const LONGEST = 32; // clicks
const WANDER = 0.03; // of a circle's radius that the noise goes with each picture

const WORDS = {
  ready: "Ready. Click on digits that you like; Tab and Space do the same.",
  digit: (label, liked) => `a handwritten ${label}${liked ? ", liked" : ""}`,
  anybody: "Drawn for anybody",
  you: (count) => `Drawn for you, after ${count} ${count === 1 ? "click" : "clicks"}`,
  style: (slant, pen) => `Slant ${slant}, pen ${pen}: 0 is the average digit, 1 is far from it.`,
  failed: (reason) =>
    "The generator could not be fetched. A page opened as a file may not fetch anything: " +
    `python -m http.server serves the folder of the site. (${reason})`,
};

const part = (id) => document.getElementById(id);
const state = { liked: [], offered: [], noise: null, heading: null, seen: new Map() };

// ---- fetching -----------------------------------------------------------------------------------

const beside = (name) => new URL(name, import.meta.url);

async function fetched(name) {
  const answer = await fetch(beside(name));
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  return answer;
}

// The three networks: {reader, encoder, generator}.
export async function loadNetworks() {
  const shapes = await (await fetched("shapes.json")).json();
  return networks.unpack(await (await fetched("weights.bin")).arrayBuffer(), shapes);
}

// Real digits, [{label, image}]: the sheet has a row for each of the ten.
export async function loadDigits() {
  const sheet = await createImageBitmap(await (await fetched("digits.png")).blob());
  const canvas = new OffscreenCanvas(sheet.width, sheet.height).getContext("2d", {
    willReadFrequently: true,
  });
  canvas.drawImage(sheet, 0, 0);
  const columns = sheet.width / 28;
  return Array.from({ length: 10 * columns }, (_, i) => {
    const [label, column] = [Math.floor(i / columns), i % columns];
    const pixels = canvas.getImageData(28 * column, 28 * label, 28, 28).data;
    return { label, image: Float32Array.from({ length: 784 }, (_, k) => pixels[4 * k] / 127.5 - 1) };
  });
}

// ---- computing ----------------------------------------------------------------------------------

// Standard normal numbers, by Box and Muller.
function normal(count) {
  const draw = () => {
    const radius = Math.sqrt(-2 * Math.log(1 - Math.random()));
    return radius * Math.cos(2 * Math.PI * Math.random());
  };
  return Float32Array.from({ length: count }, draw);
}

function shuffled(things) {
  const order = things.map((thing) => [Math.random(), thing]);
  return order.sort((a, b) => a[0] - b[0]).map(([, thing]) => thing);
}

// What is seen in a digit, computed once for each.
function seenIn(digit) {
  if (!state.seen.has(digit)) {
    state.seen.set(digit, networks.read(state.networks.reader, digit.image));
  }
  return state.seen.get(digit);
}

// The noise goes on around its circle; the first ten numbers, which choose, stay.
function wander() {
  const { noise, heading } = state;
  for (let i = 0; i < noise.length; i++) {
    if (i % networks.NOISE_SIZE < 10) continue;
    const [x, y] = [noise[i], heading[i]];
    noise[i] = x * Math.cos(WANDER) + y * Math.sin(WANDER);
    heading[i] = y * Math.cos(WANDER) - x * Math.sin(WANDER);
  }
}

// ---- showing ------------------------------------------------------------------------------------

// Images into a canvas, in rows of so many columns; ink is black.
function paint(canvas, images, columns) {
  const sheet = new ImageData(canvas.width, canvas.height);
  const dots = new Uint32Array(sheet.data.buffer).fill(0xffffffff);
  for (let i = 0; i < images.length; i++) {
    const [place, pixel] = [Math.floor(i / 784), i % 784];
    const x = (place % columns) * TILE + 1 + (pixel % 28);
    const y = Math.floor(place / columns) * TILE + 1 + Math.floor(pixel / 28);
    dots[y * canvas.width + x] = 0xff000000 + 0x010101 * Math.round(127.5 * (1 - images[i]));
  }
  canvas.getContext("2d").putImageData(sheet, 0, 0);
}

function picture(digit) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [TILE, TILE];
  paint(canvas, digit.image, 1);
  return canvas;
}

// Draw the grid for the condition and the noise as they are.
export function redraw() {
  const images = networks.generate(state.networks.generator, state.noise, state.condition);
  paint(part("drawn"), images, GRID);
}

// After each click: the condition anew, and all that shows it.
function answer() {
  state.condition = networks.encode(state.networks.encoder, state.liked.map(seenIn));
  const count = state.liked.length;
  part("drawn-title").textContent = count ? WORDS.you(count) : WORDS.anybody;
  part("forget").disabled = count === 0;
  showTaste();
  showHistory();
  redraw();
}

function showTaste() {
  const shares = Array.from(state.condition.slice(0, 10), (share) => share / 5);
  const rows = shares.map((share, digit) => {
    const row = document.createElement("tr");
    const head = row.appendChild(document.createElement("th"));
    head.scope = "row";
    head.textContent = digit;
    const cell = row.appendChild(document.createElement("td"));
    cell.textContent = `${Math.round(100 * share)} %`;
    cell.style.setProperty("--share", share);
    return row;
  });
  part("taste").tBodies[0].replaceChildren(...rows);
  const [slant, pen] = Array.from(state.condition.slice(10), (value) => value.toFixed(1));
  part("style").textContent = WORDS.style(slant, pen);
}

function showHistory() {
  const pictures = state.liked.map((digit) => {
    const canvas = picture(digit);
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", WORDS.digit(digit.label, true));
    return canvas;
  });
  part("history").replaceChildren(...pictures);
}

function showOffered() {
  const buttons = state.offered.map((digit) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(picture(digit));
    button.addEventListener("click", () => toggle(digit));
    return button;
  });
  part("offered").replaceChildren(...buttons);
  markLiked();
}

function markLiked() {
  state.offered.forEach((digit, i) => {
    const liked = state.liked.includes(digit);
    const button = part("offered").children[i];
    button.setAttribute("aria-pressed", liked);
    button.setAttribute("aria-label", WORDS.digit(digit.label, false));
  });
}

// ---- what the reader does -----------------------------------------------------------------------

function toggle(digit) {
  const others = state.liked.filter((each) => each !== digit);
  const known = others.length < state.liked.length;
  state.liked = known ? others : [...others, digit].slice(-LONGEST);
  markLiked();
  answer();
}

function surprise() {
  const unknown = state.digits.filter((digit) => !state.liked.includes(digit));
  state.offered = shuffled(unknown).slice(0, OFFERED);
  showOffered();
}

function forget() {
  state.liked = [];
  markLiked();
  answer();
}

function more() {
  state.noise = normal(GRID * GRID * networks.NOISE_SIZE);
  state.heading = normal(state.noise.length);
  redraw();
}

function toggleWandering() {
  const on = part("wander").getAttribute("aria-pressed") !== "true";
  part("wander").setAttribute("aria-pressed", on);
  if (on) requestAnimationFrame(step);
}

function step() {
  if (part("wander").getAttribute("aria-pressed") !== "true") return;
  wander();
  redraw();
  requestAnimationFrame(step);
}

async function begin() {
  [state.networks, state.digits] = await Promise.all([loadNetworks(), loadDigits()]);
  state.condition = networks.encode(state.networks.encoder, []);
  const actions = { surprise, forget, more, wander: toggleWandering };
  for (const [id, action] of Object.entries(actions)) {
    part(id).addEventListener("click", action);
    part(id).disabled = false;
  }
  surprise();
  more();
  answer();
  part("message").textContent = WORDS.ready;
}

begin().catch((error) => (part("message").textContent = WORDS.failed(error.message)));
