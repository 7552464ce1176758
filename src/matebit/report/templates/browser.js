// The image browser: items in the order of a metric, one of them in detail.
const data = JSON.parse(document.getElementById("data").textContent);
const element = (tag, text, attributes = {}) => {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
};
const fill = (select, options, chosen) => {
  select.replaceChildren(...options.map(({ name, title }) => element("option", title, { value: name })));
  if (options.some(({ name }) => name === chosen)) select.value = chosen;
};
const titleOf = (method) => data.methods.find(({ name }) => name === method).title;
const picture = (key, alt) => {
  const image = element("img", undefined, { alt, src: data.pictures[key] });
  image.addEventListener("load", () => image.classList.toggle("pixels", image.naturalWidth < 128));
  return image;
};
const number = (value, digits) => (value === undefined ? "–" : value.toFixed(digits));

const strip = document.getElementById("strip");
const pickMethod = document.getElementById("pick-method");
const pickMetric = document.getElementById("pick-metric");
let shownItem = null;

const captioned = (key, caption) => {
  const figure = element("figure");
  figure.append(picture(key, caption), element("figcaption", caption));
  return figure;
};

const valuesTable = (item) => {
  const table = element("table", undefined, { class: "numbers" });
  const head = element("tr");
  head.append(element("th", "Method", { scope: "col" }));
  for (const metric of data.metrics) {
    const button = element("th", undefined, { scope: "col" });
    button.append(element("button", metric.title, { type: "button", title: `Order by ${metric.title}` }));
    button.firstChild.addEventListener("click", () => {
      pickMetric.value = metric.name;
      list();
    });
    head.append(button);
  }
  const top = element("thead");
  top.append(head);
  const body = element("tbody");
  for (const { name, title } of data.methods) {
    const values = item.values[name];
    if (!values) continue;
    const row = element("tr");
    row.append(element("th", title, { scope: "row" }));
    for (const metric of data.metrics) row.append(element("td", number(values[metric.name], metric.digits)));
    body.append(row);
  }
  table.append(top, body);
  const scroll = element("div", undefined, { class: "scroll", tabindex: "0", role: "region", "aria-label": "Values of this image" });
  scroll.append(table);
  return scroll;
};

const show = (item) => {
  shownItem = item;
  for (const option of strip.children) {
    const selected = option.dataset.id === item.id;
    option.setAttribute("aria-selected", selected);
    if (selected) {
      strip.setAttribute("aria-activedescendant", option.id);
      // Scrolls the strip alone, never the page.
      const top = option.offsetTop - strip.offsetTop;
      if (top < strip.scrollTop) strip.scrollTop = top - 6;
      const low = top + option.offsetHeight - strip.clientHeight;
      if (low > strip.scrollTop) strip.scrollTop = low + 6;
    }
  }
  const pictures = element("div", undefined, { class: "pictures" });
  pictures.append(captioned(item.condition, "Condition"), captioned(item.exemplar_picture, "Exemplar"));
  for (const [method, key] of Object.entries(item.warped)) pictures.append(captioned(key, `Warped, ${titleOf(method)}`));
  for (const { name, title } of data.methods) {
    if (item.results[name] && name !== "exemplar") pictures.append(captioned(item.results[name], title));
  }
  const heading = element("h3", `${item.id} wearing ${item.exemplar}`);
  document.getElementById("detail").replaceChildren(heading, pictures, valuesTable(item));
  document.dispatchEvent(new CustomEvent("item", { detail: item }));
};

const list = () => {
  const metric = data.metrics.find(({ name }) => name === pickMetric.value);
  const valueOf = (item) => item.values[pickMethod.value]?.[metric.name];
  const which = document.querySelector("input[name=which]:checked").value;
  const lowFirst = (metric.better === "lower") === (which === "best");
  let items = [...data.items];
  if (which !== "all") {
    items = items.filter((item) => valueOf(item) !== undefined);
    items.sort((a, b) => (lowFirst ? 1 : -1) * (valueOf(a) - valueOf(b)) || (a.id < b.id ? -1 : 1));
    items = items.slice(0, 10);
  }
  strip.replaceChildren(...items.map((item) => {
    const option = element("li", undefined, { role: "option", id: `item-${data.items.indexOf(item)}`, "aria-selected": "false" });
    option.dataset.id = item.id;
    option.append(picture(item.results[pickMethod.value] ?? item.condition, ""), element("span", item.id, { class: "name" }));
    option.append(element("span", `${metric.title} ${number(valueOf(item), metric.digits)}`, { class: "value" }));
    option.addEventListener("click", () => show(item));
    return option;
  }));
  if (items.length) show(items.includes(shownItem) ? shownItem : items[0]);
};

strip.addEventListener("keydown", (event) => {
  const options = [...strip.children];
  const here = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  const across = Math.max(1, Math.round(strip.clientWidth / (options[0]?.offsetWidth + 10 || 1)));
  const steps = { ArrowRight: here + 1, ArrowLeft: here - 1, ArrowDown: here + across, ArrowUp: here - across, Home: 0, End: options.length - 1 };
  if (!(event.key in steps)) return;
  event.preventDefault();
  const next = Math.min(options.length - 1, Math.max(0, steps[event.key]));
  show(data.items.find((item) => item.id === options[next].dataset.id));
});
for (const control of [pickMethod, pickMetric, ...document.querySelectorAll("input[name=which]")]) {
  control.addEventListener("change", list);
}
