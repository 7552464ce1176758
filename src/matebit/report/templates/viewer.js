// The correspondence viewer: a query cell of the condition and its match on the exemplar.
const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const viewer = {
  section: document.getElementById("correspondence"),
  query: document.getElementById("query"),
  match: document.getElementById("match"),
  method: document.getElementById("view-method"),
  block: document.getElementById("view-block"),
  shade: document.getElementById("view-confidence"),
  text: document.getElementById("match-text"),
  images: {}, cell: null, item: null,
};

const drawPicture = (canvas, image) => {
  const context = canvas.getContext("2d");
  context.imageSmoothingEnabled = image.naturalWidth >= 128;
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return context;
};
// Marks keep their size on the screen, however small the canvas is shown.
const scale = (canvas) => canvas.width / (canvas.clientWidth || canvas.width);
const dot = (context, x, y, filled) => {
  const unit = scale(context.canvas);
  context.beginPath();
  context.arc(x, y, (filled ? 6 : 10) * unit, 0, 2 * Math.PI);
  context.lineWidth = (filled ? 2 : 5) * unit;
  context.strokeStyle = "white";
  if (filled) { context.fillStyle = "#D55E00"; context.fill(); context.stroke(); return; }
  context.stroke();
  context.lineWidth = 2.5 * unit; context.strokeStyle = "#0072B2"; context.stroke();
};

const draw = () => {
  const { item, images, query, match } = viewer;
  const found = item?.matches[viewer.method.value];
  if (!found || !images.query?.complete || !images.match?.complete) return;
  const [rows, columns] = found.grid;
  const block = found.blocks[Number(viewer.block.value)] ?? found.blocks[0];
  const xy = bytes(block.xy), confidence = bytes(block.confidence);
  viewer.cell ??= [rows >> 1, columns >> 1];
  const [row, column] = [Math.min(viewer.cell[0], rows - 1), Math.min(viewer.cell[1], columns - 1)];
  const index = row * columns + column;
  const on = drawPicture(query, images.query);
  const [high, wide] = [query.height / rows, query.width / columns];
  if (viewer.shade.checked) {
    confidence.forEach((value, cell) => {
      on.fillStyle = `rgba(0, 0, 0, ${0.85 * (1 - value / 255)})`;
      on.fillRect((cell % columns) * wide, Math.floor(cell / columns) * high, wide, high);
    });
  }
  for (const [width, colour] of [[6, "white"], [3, "#D55E00"]]) {
    on.lineWidth = (width * scale(query)) / 1.5; on.strokeStyle = colour;
    on.strokeRect(column * wide, row * high, wide, high);
  }
  const place = [xy[2 * index] / 255, xy[2 * index + 1] / 255];
  const target = drawPicture(match, images.match);
  let words = `Cell (${column + 1}, ${row + 1}) matches (${place.map((share) => share.toFixed(2)).join(", ")}), confidence ${(confidence[index] / 255).toFixed(2)}`;
  if (found.true) {
    if (bytes(found.valid)[index]) {
      const all = bytes(found.true);
      const truth = [all[2 * index] / 255, all[2 * index + 1] / 255];
      dot(target, truth[0] * match.width, truth[1] * match.height, false);
      words += `; ${Math.hypot(truth[0] - place[0], truth[1] - place[1]).toFixed(2)} image sides from the true match.`;
    } else words += "; the cell has no true match.";
  } else words += ".";
  dot(target, place[0] * match.width, place[1] * match.height, true);
  viewer.text.textContent = words;
};

const blocksOf = () => viewer.item.matches[viewer.method.value]?.blocks ?? [];
const fillBlocks = () => {
  const blocks = blocksOf();
  const kept = viewer.block.value;
  fill(viewer.block, blocks.map(({ name }, place) => ({ name: String(place), title: name })), kept || String(blocks.length - 1));
  draw();
};
document.addEventListener("item", ({ detail: item }) => {
  const methods = Object.keys(item.matches).map((name) => ({ name, title: titleOf(name) }));
  viewer.section.hidden = !methods.length;
  if (!methods.length) return;
  viewer.item = item;
  fill(viewer.method, methods, viewer.method.value || methods[0].name);
  for (const [role, key] of [["query", item.condition], ["match", item.exemplar_picture]]) {
    const image = new Image();
    image.addEventListener("load", draw);
    image.src = data.pictures[key];
    viewer.images[role] = image;
  }
  fillBlocks();
});
viewer.query.addEventListener("pointermove", (event) => {
  const found = viewer.item?.matches[viewer.method.value];
  if (!found) return;
  const box = viewer.query.getBoundingClientRect();
  const share = (offset, length, cells) => Math.max(0, Math.min(cells - 1, Math.floor((offset / length) * cells)));
  viewer.cell = [share(event.clientY - box.top, box.height, found.grid[0]), share(event.clientX - box.left, box.width, found.grid[1])];
  draw();
});
viewer.query.addEventListener("keydown", (event) => {
  const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
  const found = viewer.item?.matches[viewer.method.value];
  if (!step || !found) return;
  event.preventDefault();
  viewer.cell = viewer.cell.map((place, axis) => Math.max(0, Math.min(found.grid[axis] - 1, place + step[axis])));
  draw();
});
viewer.method.addEventListener("change", fillBlocks);
viewer.block.addEventListener("change", draw);
viewer.shade.addEventListener("change", draw);

if (data.items.length && data.metrics.length) {
  document.querySelector("#browser .controls").hidden = false;
  fill(pickMethod, data.methods, data.start.method);
  fill(pickMetric, data.metrics, data.start.metric);
  list();
}
