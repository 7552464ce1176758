// The page: what was chosen, the drawing, the request, the result and where its parts came from.
const $ = (id) => document.getElementById(id);
const state = {
  tab: "photo", photo: null, sitter: null, exemplar: null, own: null,
  found: null, images: {}, cell: null, asking: null, again: false,
};

const say = (words, bad = false) => {
  $("status").textContent = words;
  $("status").classList.toggle("bad", bad);
};

// ---- Choosing ----
const show = (image, file) => {
  if (image.src) URL.revokeObjectURL(image.src);
  image.src = URL.createObjectURL(file);
  image.hidden = false;
  // A format that this browser cannot show may still be one that the program reads.
  image.onerror = () => { image.hidden = true; };
};
const takePhoto = (file) => {
  state.photo = file;
  show($("photo-shown"), file);
  $("drop-photo").classList.add("chosen");
  translate();
};
const takeOwn = (file) => {
  state.own = file;
  show($("own-shown"), file);
  choose("exemplar", "upload");
};
const choose = (what, id) => {
  state[what] = id;
  const buttons = what === "sitter" ? $("sitters").children : [...$("exemplars").children, ...$("paintings").children];
  for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.id === id));
  if (what === "exemplar") {
    $("drop-exemplar").classList.toggle("chosen", id === "upload");
    credit(about.paintings.find((work) => work.id === id));
  }
  translate();
};
// Whose painting it is, with the museum's page.
const credit = (work) => {
  $("credit").replaceChildren();
  if (!work) return;
  const link = document.createElement("a");
  Object.assign(link, { href: work.link, textContent: work.title, target: "_blank", rel: "noopener noreferrer" });
  $("credit").append(link, `, ${work.credit}`);
};
const drop = (area, input, take) => {
  input.addEventListener("change", () => { if (input.files[0]) take(input.files[0]); input.value = ""; });
  for (const kind of ["dragenter", "dragover"]) area.addEventListener(kind, (event) => { event.preventDefault(); area.classList.add("over"); });
  for (const kind of ["dragleave", "drop"]) area.addEventListener(kind, () => area.classList.remove("over"));
  area.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files[0]) take(event.dataTransfer.files[0]);
  });
};
drop($("drop-photo"), $("photo"), takePhoto);
drop($("drop-exemplar"), $("own"), takeOwn);
// A file dropped beside the areas must not replace the page.
for (const kind of ["dragover", "drop"]) addEventListener(kind, (event) => event.preventDefault());

const tabs = [...document.querySelectorAll("[role=tab]")];
const openTab = (tab) => {
  state.tab = tab.id.replace("tab-", "");
  for (const other of tabs) {
    other.setAttribute("aria-selected", String(other === tab));
    other.tabIndex = other === tab ? 0 : -1;
    $(other.getAttribute("aria-controls")).hidden = other !== tab;
  }
  translate();
};
tabs.forEach((tab, index) => {
  tab.addEventListener("click", () => openTab(tab));
  tab.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = tabs[(index + step + tabs.length) % tabs.length];
    next.focus();
    openTab(next);
  });
});
for (const input of [...document.querySelectorAll("[name=fit]"), $("enlarge")]) input.addEventListener("change", () => translate());

const fill = (group, portraits, what) => {
  for (const { id, title } of portraits) {
    const button = document.createElement("button"), image = document.createElement("img");
    button.dataset.id = id;
    button.title = title;
    button.setAttribute("aria-pressed", "false");
    image.src = `gallery/${id}.png`;
    image.alt = title;
    image.loading = "lazy";
    button.append(image);
    button.addEventListener("click", () => choose(what, id));
    group.append(button);
  }
};

// ---- Drawing ----
const paper = $("paper"), ink = paper.getContext("2d", { willReadFrequently: true });
const strokes = [];
const redraw = () => {
  ink.fillStyle = "white";
  ink.fillRect(0, 0, paper.width, paper.height);
  ink.lineCap = ink.lineJoin = "round";
  for (const { width, rubber, points } of strokes) {
    ink.strokeStyle = rubber ? "white" : "black";
    ink.lineWidth = rubber ? 3 * width : width;
    ink.beginPath();
    points.forEach(([x, y], index) => (index ? ink.lineTo(x, y) : ink.moveTo(x, y)));
    if (points.length === 1) ink.lineTo(points[0][0] + 0.1, points[0][1]);
    ink.stroke();
  }
};
const onPaper = (event) => {
  const box = paper.getBoundingClientRect();
  return [((event.clientX - box.left) / box.width) * paper.width, ((event.clientY - box.top) / box.height) * paper.height];
};
let stroke = null;
paper.addEventListener("pointerdown", (event) => {
  paper.setPointerCapture(event.pointerId);
  stroke = { width: Number($("pen").value), rubber: $("rubber").checked, points: [onPaper(event)] };
  strokes.push(stroke);
  redraw();
});
paper.addEventListener("pointermove", (event) => { if (stroke) { stroke.points.push(onPaper(event)); redraw(); } });
for (const kind of ["pointerup", "pointercancel"]) paper.addEventListener(kind, () => { if (stroke) { stroke = null; translate(); } });
$("undo").addEventListener("click", () => { strokes.pop(); redraw(); translate(); });
$("clear").addEventListener("click", () => { strokes.length = 0; redraw(); translate(); });
redraw();

// ---- Asking ----
const structureOf = async () => {
  if (state.tab === "photo") return state.photo && { name: "photo", file: state.photo };
  if (state.tab === "sitters") return state.sitter && { name: state.sitter, file: null };
  if (!strokes.length) return null;
  return { name: "drawing", file: await new Promise((done) => paper.toBlob(done, "image/png")) };
};
const missing = () => {
  const first = { photo: "Choose a picture", drawing: "Draw a face", sitters: "Choose a sitter" }[state.tab];
  return `${first}${state.exemplar ? "" : " and an exemplar"} to begin.`;
};
const ask = async () => {
  const structure = await structureOf();
  if (!structure || !state.exemplar) { say(structure ? "Choose an exemplar to begin." : missing()); return; }
  const file = state.exemplar === "upload" ? state.own : null;
  const words = new URLSearchParams({
    structure: structure.name, exemplar: state.exemplar, structure_bytes: structure.file?.size ?? 0,
    fit: document.querySelector("[name=fit]:checked").value, enlarge: $("enlarge").value,
  });
  say("Painting…");
  try {
    const answer = await fetch(`translate?${words}`, {
      method: "POST", headers: { "X-Matebit": "page", "Content-Type": "application/octet-stream" },
      body: new Blob([structure.file, file].filter(Boolean)),
    });
    const found = await answer.json();
    if (!answer.ok) throw new Error(found.error);
    await take(found);
    say("Done.");
  } catch (error) {
    forget();
    say(error instanceof TypeError ? "The program does not answer; is it still running?" : sentence(error.message), true);
  }
};
const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? "" : ".");
// One request at a time; what changes meanwhile is asked for right after it.
const translate = () => {
  if (state.asking) { state.again = true; return; }
  state.asking = ask().finally(() => {
    state.asking = null;
    if (state.again) { state.again = false; translate(); }
  });
};

// ---- The result ----
const load = (address) => new Promise((done, failed) => {
  const image = new Image();
  image.onload = () => done(image);
  image.onerror = () => failed(new Error("the result cannot be shown"));
  image.src = address;
});
const numbers = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const take = async (found) => {
  const [image, exemplar, lines] = await Promise.all([found.image, found.exemplar, found.lines].map(load));
  if (found.matched) {
    found.matched.xy = numbers(found.matched.xy);
    found.matched.confidence = numbers(found.matched.confidence);
  }
  Object.assign(state, { found, images: { image, exemplar, lines }, cell: null });
  const canvas = $("result"), ratio = image.naturalWidth / image.naturalHeight;
  canvas.width = ratio >= 1 ? 512 : Math.max(1, Math.round(512 * ratio));
  canvas.height = ratio >= 1 ? Math.max(1, Math.round(512 / ratio)) : 512;
  $("see-lines").disabled = false;
  $("download").href = found.image;
  $("download").textContent = `Download (${image.naturalWidth} × ${image.naturalHeight} px)`;
  $("enlarged").textContent = $("enlarge").value === "1" ? "" :
    `Painted at ${about.size} px and enlarged: the colours follow your picture's lines; no finer strokes are painted.`;
  $("download").setAttribute("aria-disabled", "false");
  draw();
};
const forget = () => {
  Object.assign(state, { found: null, images: {}, cell: null });
  for (const id of ["result", "source"]) $(id).getContext("2d").clearRect(0, 0, 512, 512);
  $("see-lines").disabled = true;
  $("download").removeAttribute("href");
  $("download").textContent = "Download";
  $("enlarged").textContent = "";
  $("download").setAttribute("aria-disabled", "true");
  $("match-text").textContent = "";
};
const paint = (canvas, image) => {
  const context = canvas.getContext("2d");
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = "high";
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return context;
};
const ring = (context, x, y) => {
  const unit = context.canvas.width / (context.canvas.clientWidth || context.canvas.width);
  for (const [width, colour] of [[5, "white"], [2.5, "#d94801"]]) {
    context.beginPath();
    context.arc(x * context.canvas.width, y * context.canvas.height, 11 * unit, 0, 2 * Math.PI);
    context.lineWidth = width * unit;
    context.strokeStyle = colour;
    context.stroke();
  }
};
const draw = () => {
  const { found, images, cell } = state;
  if (!found) return;
  const on = paint($("result"), $("see-lines").checked ? images.lines : images.image);
  const from = paint($("source"), images.exemplar);
  if (!found.matched) { $("match-text").textContent = "This network matches no places."; return; }
  if (!cell) { $("match-text").textContent = "Move over the result (or use the arrow keys on it) to see where each part came from."; return; }
  const [rows, columns] = found.matched.grid, [left, top, width, height] = found.inner;
  const index = cell[0] * columns + cell[1];
  const [x, y] = [found.matched.xy[2 * index] / 255, found.matched.xy[2 * index + 1] / 255];
  ring(on, ((cell[1] + 0.5) / columns - left) / width, ((cell[0] + 0.5) / rows - top) / height);
  ring(from, x, y);
  const sure = Math.round((found.matched.confidence[index] / 255) * 100);
  $("match-text").textContent = `This part came from the place marked in the exemplar (${Math.round(100 * x)} % across, ${Math.round(100 * y)} % down); ${sure} % sure.`;
};
const moveTo = (row, column) => {
  if (!state.found?.matched) return;
  const [rows, columns] = state.found.matched.grid, [left, top, width, height] = state.found.inner;
  // Only cells that the result shows: the margins of a padded picture are none of it.
  const clamp = (value, low, high) => Math.min(Math.max(value, Math.floor(low)), Math.ceil(high) - 1);
  state.cell = [clamp(row, top * rows, (top + height) * rows), clamp(column, left * columns, (left + width) * columns)];
  draw();
};
const pointed = (event) => {
  if (!state.found?.matched) return;
  const box = $("result").getBoundingClientRect(), [left, top, width, height] = state.found.inner;
  const [rows, columns] = state.found.matched.grid;
  const x = left + (width * (event.clientX - box.left)) / box.width, y = top + (height * (event.clientY - box.top)) / box.height;
  moveTo(Math.floor(y * rows), Math.floor(x * columns));
};
$("result").addEventListener("pointermove", pointed);
$("result").addEventListener("pointerdown", pointed);
$("result").addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse") { state.cell = null; draw(); } });
$("result").addEventListener("keydown", (event) => {
  const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
  if (!step || !state.found?.matched) return;
  event.preventDefault();
  const [rows, columns] = state.found.matched.grid;
  const [row, column] = state.cell ?? [rows >> 1, columns >> 1];
  moveTo(row + step[0], column + step[1]);
});
$("see-lines").addEventListener("change", draw);

const about = await (await fetch("about.json")).json();
fill($("exemplars"), about.exemplars, "exemplar");
fill($("paintings"), about.paintings, "exemplar");
fill($("sitters"), about.sitters, "sitter");
$("about").textContent = `Checkpoint ${about.checkpoint}, ${about.size} px, on ${about.device === "cpu" ? "the processor" : "the graphics card"}. Pictures may have ${about.megabytes} MB.`;
say(missing());
document.body.dataset.ready = "yes";
