// The page: what was chosen, the drawing, the request, the result and where its parts came from.
import { listenForPaste, openCamera } from "./pictures.js";
import { makeSitting } from "./sitting.js";

const $ = (id) => document.getElementById(id);
const state = {
  tab: "photo", photo: null, sitter: null, exemplar: null, own: null,
  found: null, images: {}, cell: null, asking: null, again: false,
  // Which photo, own exemplar and drawing: what was painted with them is found again by these numbers.
  versions: { photo: 0, own: 0, drawing: 0 }, several: [],
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
  state.versions.photo++;
  show($("photo-shown"), file);
  $("drop-photo").classList.add("chosen");
  translate();
};
const takeOwn = (file) => {
  state.own = file;
  state.versions.own++;
  show($("own-shown"), file);
  choose("exemplar", "upload");
};
const choose = (what, id) => {
  state[what] = id;
  if (what === "exemplar" && $("several").checked) {
    const without = state.several.filter((other) => other !== id);
    state.several = without.length < state.several.length && id !== "upload" ? without : [...without, id];
  } else if (what === "exemplar") state.several = [id];
  const pressed = what === "exemplar" ? state.several : [id];
  const buttons = what === "sitter" ? $("sitters").children : [...$("exemplars").children, ...$("paintings").children];
  for (const button of buttons) button.setAttribute("aria-pressed", String(pressed.includes(button.dataset.id)));
  if (what === "exemplar") {
    $("drop-exemplar").classList.toggle("chosen", pressed.includes("upload"));
    credit(about.paintings.filter((work) => pressed.includes(work.id)));
  }
  translate();
};
// Whose painting it is, with the museum's page.
const credit = (works) => $("credit").replaceChildren(...works.flatMap((work, index) => {
  const link = document.createElement("a");
  Object.assign(link, { href: work.link, textContent: work.title, target: "_blank", rel: "noopener noreferrer" });
  return [index ? "; " : "", link, `, ${work.credit}`];
}));
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
$("several").addEventListener("change", () => { if (!$("several").checked && state.exemplar) choose("exemplar", state.several.at(-1) ?? state.exemplar); });
// A pasted picture is an exemplar where somebody last worked among the exemplars.
let among = "structure";
for (const kind of ["pointerdown", "focusin"]) addEventListener(kind, (event) => { among = event.target.closest?.("main section")?.id ?? among; });
const placeOfPaste = () => among === "exemplar" ? takeOwn : (file) => { if (state.tab !== "photo") openTab($("tab-photo")); takePhoto(file); };
listenForPaste($("paste"), placeOfPaste, say);
openCamera($("camera"), $("lens"), takePhoto, say);
for (const input of [...document.querySelectorAll("[name=fit]"), $("enlarge"), $("checkpoint")]) input.addEventListener("change", () => translate());

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
for (const kind of ["pointerup", "pointercancel"]) paper.addEventListener(kind, () => { if (stroke) { stroke = null; state.versions.drawing++; translate(); } });
$("undo").addEventListener("click", () => { strokes.pop(); state.versions.drawing++; redraw(); translate(); });
$("clear").addEventListener("click", () => { strokes.length = 0; state.versions.drawing++; redraw(); translate(); });
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
const titleOf = (id) => ({ photo: "photo", drawing: "drawing", upload: "own exemplar" })[id] ??
  nameOf([...about.exemplars, ...about.paintings, ...about.sitters].find((one) => one.id === id));
const nameOf = ({ title, credit }) => (credit ? `${title} (${credit})` : title);
// The words of a request, and by what its result is found again.
const orderFor = (structure, exemplar) => {
  const words = {
    structure: structure.name, exemplar, structure_bytes: structure.file?.size ?? 0,
    fit: document.querySelector("[name=fit]:checked").value, enlarge: $("enlarge").value,
    checkpoint: $("checkpoint").value || "0",
  };
  const key = JSON.stringify([words, state.versions[structure.name] ?? 0, exemplar === "upload" ? state.versions.own : 0]);
  return { words: new URLSearchParams(words), key, title: `${titleOf(structure.name)}, like ${titleOf(exemplar)}` };
};
const answerOf = async ({ words }, structure, exemplar) => {
  const answer = await fetch(`translate?${words}`, {
    method: "POST", headers: { "X-Matebit": "page", "Content-Type": "application/octet-stream" },
    body: new Blob([structure.file, exemplar === "upload" ? state.own : null].filter(Boolean)),
  });
  const found = await answer.json();
  if (!answer.ok) throw new Error(found.error);
  return { ...found, enlarged: words.get("enlarge") };
};
// How far it is: which of how many, and for how long; a checkpoint's first picture takes longest.
const showProgress = (done, count) => {
  const since = performance.now(), which = count > 1 ? ` ${done + 1} of ${count}` : "";
  const bar = $("progress");
  bar.hidden = false;
  if (count > 1) [bar.max, bar.value] = [count, done]; else bar.removeAttribute("value");
  say(`Painting${which}…`);
  const clock = setInterval(() => say(`Painting${which}… ${Math.round((performance.now() - since) / 1000)} s`), 1000);
  return () => { clearInterval(clock); bar.hidden = true; };
};
const ask = async () => {
  const structure = await structureOf(), wanted = [...state.several];
  if (!structure || !wanted.length) { say(structure ? "Choose an exemplar to begin." : missing()); return; }
  for (const [index, exemplar] of wanted.entries()) {
    if (state.again) return; // something else is wanted meanwhile
    const order = orderFor(structure, exemplar), known = sitting.find(order.key);
    const end = known ? () => {} : showProgress(index, wanted.length);
    try {
      const found = known ?? (await answerOf(order, structure, exemplar));
      await take(found);
      if (!known) sitting.add(order.key, order.title, found);
    } catch (error) {
      forget();
      say(error instanceof TypeError ? "The program does not answer; is it still running?" : sentence(error.message), true);
      return;
    } finally { end(); }
  }
  say("Done.");
  // On a phone the result is below what was chosen.
  if (matchMedia("(max-width: 40rem)").matches) $("outcome").scrollIntoView({ behavior: "smooth", block: "start" });
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
  if (typeof found.matched?.xy === "string") {
    found.matched.xy = numbers(found.matched.xy);
    found.matched.confidence = numbers(found.matched.confidence);
  }
  Object.assign(state, { found, images: { image, exemplar, lines }, cell: null });
  const canvas = $("result"), ratio = image.naturalWidth / image.naturalHeight;
  const long = Math.min(2048, Math.max(512, image.naturalWidth, image.naturalHeight));
  canvas.width = ratio >= 1 ? long : Math.max(1, Math.round(long * ratio));
  canvas.height = ratio >= 1 ? Math.max(1, Math.round(long / ratio)) : long;
  $("see-lines").disabled = false;
  $("download").href = found.image;
  $("download").textContent = `Download (${image.naturalWidth} × ${image.naturalHeight} px)`;
  $("enlarged").textContent = found.enlarged === "1" ? "" :
    `Painted at ${about.size} px and enlarged: the colours follow your picture's lines; no finer strokes are painted.`;
  $("far").textContent = found.far.map(sentence).join(" ");
  $("download").setAttribute("aria-disabled", "false");
  draw();
};
const forget = () => {
  Object.assign(state, { found: null, images: {}, cell: null });
  for (const id of ["result", "source"]) $(id).getContext("2d").clearRect(0, 0, $(id).width, $(id).height);
  $("see-lines").disabled = true;
  $("download").removeAttribute("href");
  $("download").textContent = "Download";
  $("enlarged").textContent = "";
  $("download").setAttribute("aria-disabled", "true");
  $("match-text").textContent = $("far").textContent = "";
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
const touched = matchMedia("(hover: none)").matches;
const draw = () => {
  const { found, images, cell } = state;
  if (!found) return;
  const on = paint($("result"), $("see-lines").checked ? images.lines : images.image);
  const from = paint($("source"), images.exemplar);
  if (!found.matched) { $("match-text").textContent = "This network matches no places."; return; }
  if (!cell) { $("match-text").textContent = `${touched ? "Touch the result" : "Move over the result (or use the arrow keys on it)"} to see where each part came from.`; return; }
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

const sitting = makeSitting({
  area: $("sitting"), strip: $("strip"), beside: $("beside"), toggle: $("side-by-side"),
  show: (found) => { take(found); $("outcome").scrollIntoView({ block: "nearest" }); },
});
const about = await (await fetch("about.json")).json();
fill($("exemplars"), about.exemplars, "exemplar");
fill($("paintings"), about.paintings, "exemplar");
fill($("sitters"), about.sitters, "sitter");
for (const { id, title } of about.checkpoints) $("checkpoint").append(new Option(title, id));
$("checkpoints").hidden = about.checkpoints.length < 2;
$("about").textContent = `Checkpoint ${about.checkpoints[0].title}, ${about.size} px, on ${about.device === "cpu" ? "the processor" : "the graphics card"}. Pictures may have ${about.megabytes} MB.`;
say(missing());
document.body.dataset.ready = "yes";
