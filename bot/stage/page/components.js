// Discord's components: rows of buttons and menus, and the second version's containers, sections and galleries.

import { h, outward } from "./dom.js";
import { colourOf, picture } from "./embed.js";
import { icon } from "./icons.js";
import { markdown } from "./markdown.js";
import { selectNode } from "./select.js";

const STYLE = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link", 6: "premium" };

const KINDS = {
  1: (row, context) => h("div", { class: "action-row" }, nodes(row.components, context)),
  2: buttonNode,
  3: menu, 5: menu, 6: menu, 7: menu, 8: menu,
  9: section,
  10: (text, { look }) => h("div", { class: "text-display md" }, markdown(text.content, look)),
  11: (thumbnail) => veiled(thumbnail, picture(media(thumbnail), "thumbnail")),
  12: gallery,
  13: (file) => h("div", { class: "attached-file" }, icon("file"), outward(file.file?.url, null, file.name ?? "file")),
  14: (line) => h("hr", { class: "separator", "data-divider": line.divider !== false, "data-spacing": line.spacing ?? 1 }),
  17: container,
};

/** All components of a message. `acts.press(message, component, values?)` sends them. */
export function componentsNode(message, look, { store, acts }) {
  const context = { message, look, store, acts };
  return h("div", { class: "components", "data-testid": "components" }, nodes(message.components, context));
}

function nodes(list, context) {
  return (list ?? []).map((each) => KINDS[each.type]?.(each, context) ?? h("p", { class: "md-sub" }, `(component of type ${Number(each.type)})`));
}

function buttonNode(button, { message, acts }) {
  const inside = [emoji(button.emoji), button.label ? h("span", { class: "button-label" }, button.label) : null];
  const style = STYLE[button.style] ?? "secondary";
  if (style === "link" && !button.disabled) {
    return outward(button.url, { class: "button link", "data-testid": "link-button" }, inside, icon("out"));
  }
  const node = h(
    "button",
    {
      type: "button", class: `button ${style}`, disabled: Boolean(button.disabled), "data-custom-id": button.custom_id,
      "data-component": "button", "aria-label": button.label ? null : (button.emoji?.name ?? "Button"),
    },
    inside,
  );
  node.addEventListener("click", () => acts.press(message, button, null, node));
  return node;
}

function menu(select, { message, store, acts }) {
  return selectNode(select, { store, guildId: message.guild_id ?? store.channels.get(message.channel_id)?.guild_id }, (values, node) =>
    acts.press(message, select, values, node));
}

function section(part, context) {
  return h(
    "div",
    { class: "section" },
    h("div", { class: "section-texts" }, nodes(part.components, context)),
    h("div", { class: "section-accessory" }, nodes(part.accessory ? [part.accessory] : [], context)),
  );
}

function gallery(part) {
  const items = (part.items ?? []).slice(0, 10);
  return h("div", { class: "gallery", "data-count": Math.min(items.length, 5) }, items.map((item) => veiled(item, picture(media(item), "gallery-picture"))));
}

function container(part, context) {
  const colour = colourOf(part.accent_color);
  return veiled(part, h("div", { class: "container", "data-accent": Boolean(colour), vars: colour ? { bar: colour } : {} }, nodes(part.components, context)));
}

const media = (item) => ({ ...(item.media ?? {}), description: item.description });

/** What was sent as a spoiler is shown at a press. */
function veiled(part, node) {
  if (!part.spoiler) return node;
  const cover = h("button", { type: "button", class: "cover" }, "Spoiler");
  const box = h("div", { class: "covered" }, node, cover);
  node.inert = true;
  cover.addEventListener("click", () => {
    node.inert = false;
    cover.remove();
  });
  return box;
}

function emoji(value) {
  if (!value?.name) return null;
  return h("span", { class: "emoji", "aria-hidden": "true" }, value.id ? `:${value.name}:` : value.name);
}
