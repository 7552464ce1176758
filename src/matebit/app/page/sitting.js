// What was painted in this sitting: a strip to go back in, all of it side by side. It ends with the page.
const MOST = 24;

const element = (name, values, ...inner) => {
  const made = Object.assign(document.createElement(name), values);
  made.append(...inner);
  return made;
};

// `show` is called with what the program answered when somebody goes back to it.
export const makeSitting = ({ area, strip, beside, toggle, show }) => {
  const items = []; // newest first: { key, title, found }
  const redraw = (current) => {
    area.hidden = items.length === 0;
    toggle.disabled = items.length < 2;
    const open = toggle.checked && items.length > 1;
    strip.hidden = open;
    beside.hidden = !open;
    strip.replaceChildren(...items.map((item) => {
      const button = element("button", { title: item.title }, element("img", { src: item.found.image, alt: item.title }));
      button.setAttribute("aria-pressed", String(item === current));
      button.addEventListener("click", () => { show(item.found); redraw(item); });
      return button;
    }));
    beside.replaceChildren(...items.map((item, index) => {
      const download = element("a", { href: item.found.image, download: `matebit-${items.length - index}.png`, textContent: "Download" });
      const remove = element("button", { textContent: "Remove" });
      remove.setAttribute("aria-label", `Remove ${item.title}`);
      remove.addEventListener("click", () => { items.splice(items.indexOf(item), 1); redraw(current); });
      const words = element("span", { textContent: item.title });
      return element("figure", {}, element("img", { src: item.found.image, alt: item.title }), element("figcaption", {}, words, download, remove));
    }));
  };
  toggle.addEventListener("change", () => redraw(items[0]));
  return {
    find: (key) => items.find((item) => item.key === key)?.found,
    add: (key, title, found) => {
      const before = items.findIndex((item) => item.key === key);
      if (before >= 0) items.splice(before, 1);
      items.unshift({ key, title, found });
      items.length = Math.min(items.length, MOST);
      redraw(items[0]);
    },
  };
};
