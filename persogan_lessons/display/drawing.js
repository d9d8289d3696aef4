// A sheet of 28 x 28 pixels to draw on: by mouse, pen or finger, or by keyboard.
//
// `ink` is shared with Python: one byte a pixel, row by row, 0 paper and 255 ink. It is sent when a
// stroke ends, not while it is drawn, so that a slow connection does not lag behind the hand.

const SIZE = 28;
const ZOOM = 10; // dots a pixel
const RADIUS = 1.3; // pixels, of the pen's full ink; its edge is soft
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function render({ model, el }) {
  const sheet = document.createElement("canvas");
  sheet.width = sheet.height = SIZE * ZOOM;
  sheet.className = "persogan-sheet";
  sheet.tabIndex = 0;
  sheet.dataset.lmSuppressShortcuts = "true"; // JupyterLab's keys, which would leave the sheet
  sheet.setAttribute("role", "application");
  sheet.setAttribute("aria-label", model.get("words"));
  el.append(sheet);

  const paper = sheet.getContext("2d");
  let ink = received();
  let place = [SIZE / 2, SIZE / 2]; // of the pen
  let down = false;
  let touched = false; // since the last time it was sent

  function received() {
    const view = model.get("ink");
    return new Uint8Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
  }

  function send() {
    if (!touched) return;
    touched = false;
    model.set("ink", new DataView(ink.slice().buffer));
    model.save_changes();
  }

  function paint() {
    for (let i = 0; i < SIZE * SIZE; i++) {
      const grey = 255 - ink[i];
      paper.fillStyle = `rgb(${grey}, ${grey}, ${grey})`;
      paper.fillRect((i % SIZE) * ZOOM, Math.floor(i / SIZE) * ZOOM, ZOOM, ZOOM);
    }
    if (document.activeElement !== sheet) return;
    paper.strokeStyle = down ? "#d55e00" : "#0072b2";
    paper.lineWidth = 2;
    paper.strokeRect((place[0] - 1) * ZOOM, (place[1] - 1) * ZOOM, 2 * ZOOM, 2 * ZOOM);
  }

  function dab([x, y], rub) {
    for (let i = 0; i < SIZE * SIZE; i++) {
      const apart = Math.hypot((i % SIZE) + 0.5 - x, Math.floor(i / SIZE) + 0.5 - y);
      const full = Math.round(255 * Math.min(1, Math.max(0, RADIUS + 0.5 - apart)));
      ink[i] = rub ? Math.min(ink[i], 255 - full) : Math.max(ink[i], full);
    }
    touched = true;
  }

  function go(to, rub) {
    const [from, steps] = [place, 2 * Math.ceil(Math.hypot(to[0] - place[0], to[1] - place[1]))];
    for (let i = 0; down && i <= steps; i++) {
      const share = steps ? i / steps : 1;
      dab([from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])], rub);
    }
    place = to;
    paint();
  }

  function under(event) {
    const box = sheet.getBoundingClientRect();
    const [across, along] = [SIZE / box.width, SIZE / box.height];
    return [(event.clientX - box.left) * across, (event.clientY - box.top) * along];
  }

  function lift() {
    down = false;
    send();
    paint();
  }

  sheet.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    sheet.focus({ preventScroll: true });
    sheet.setPointerCapture(event.pointerId); // a stroke may end outside
    place = under(event);
    down = true;
    go(place, event.shiftKey);
  });
  sheet.addEventListener("pointermove", (event) => {
    if (down && event.buttons) go(under(event), event.shiftKey);
  });
  for (const end of ["pointerup", "pointercancel"]) sheet.addEventListener(end, lift);

  sheet.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const move = MOVES[event.key];
    if (move) {
      go(place.map((at, i) => Math.min(SIZE - 0.5, Math.max(0.5, at + move[i]))), event.shiftKey);
      send();
    } else if (event.key === " ") {
      down = !down;
      go(place, event.shiftKey);
      send();
    } else if (event.key === "Delete" || event.key === "Backspace") {
      ink = new Uint8Array(SIZE * SIZE);
      touched = true;
      lift();
    } else return; // Tab leaves, as everywhere
    event.preventDefault();
    event.stopPropagation();
  });
  sheet.addEventListener("focus", paint);
  sheet.addEventListener("blur", lift);

  const renew = () => {
    ink = received();
    paint();
  };
  model.on("change:ink", renew);
  paint();
  return () => model.off("change:ink", renew);
}

export default { render };
