// A select menu: one of Discord's five kinds, as a button that opens a list to search and pick from.

import { channelRows, fitting, memberRows, roleRows } from "./choices.js";
import { h, replace } from "./dom.js";
import { icon } from "./icons.js";

const SEARCHED_FROM = 8; // so many rows before a search box helps
let drawn = 0; // ids of lists must differ

/** `pick(values, node)` is called once the choice is made. */
export function selectNode(select, { store, guildId }, pick) {
  const rows = rowsOf(select, store, guildId);
  const many = (select.max_values ?? 1) > 1;
  const chosen = new Set(initial(select));
  const id = `list-${(drawn += 1)}`;
  const face = h("span", { class: "select-face" });
  const node = h(
    "button",
    {
      type: "button", class: "select", disabled: Boolean(select.disabled), role: "combobox", "aria-haspopup": "listbox", "aria-expanded": "false",
      "aria-controls": id, "aria-label": select.placeholder ?? "Make a selection", "data-custom-id": select.custom_id, "data-component": "select",
    },
    face, icon("down"),
  );
  const show = () => replace(face, ...faces(rows, chosen, select.placeholder));
  show();
  const open = () =>
    openList(node, { id, rows, chosen, many, least: select.min_values ?? 1, most: select.max_values ?? 1 }, (values) => {
      show();
      if (values) pick(values, node);
    });
  node.addEventListener("click", () => (node.getAttribute("aria-expanded") === "true" ? closeList() : open()));
  node.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    open();
  });
  return node;
}

/** Rows to pick from: the menu's own, or what the server has of the kind. */
export function rowsOf(select, store, guildId) {
  if (select.type === 3) {
    return (select.options ?? []).map((option) => ({ value: option.value, label: option.label, detail: option.description ?? "", emoji: option.emoji?.name }));
  }
  if (select.type === 8) return channelRows(store, guildId, select.channel_types);
  if (select.type === 6) return roleRows(store, guildId);
  if (select.type === 5) return memberRows(store, guildId);
  return [...memberRows(store, guildId), ...roleRows(store, guildId)];
}

function initial(select) {
  const own = (select.options ?? []).filter((option) => option.default).map((option) => option.value);
  return [...own, ...(select.default_values ?? []).map((each) => each.id)];
}

function faces(rows, chosen, placeholder) {
  const picked = rows.filter((row) => chosen.has(row.value));
  if (!picked.length) return [h("span", { class: "select-empty" }, placeholder ?? "Make a selection")];
  return picked.map((row) => h("span", { class: "select-picked" }, row.picture?.(), row.label));
}

let close = () => {};

export function closeList() {
  close();
}

/** The list beneath a menu, above everything else; `done(values)` gets null where it was left without a choice. */
function openList(anchor, { id, rows, chosen, many, least, most }, done) {
  closeList();
  const state = { shown: rows, at: Math.max(0, rows.findIndex((row) => chosen.has(row.value))) };
  const before = [...chosen];
  const box = h("ul", { id, class: "list-rows", role: "listbox", "aria-multiselectable": many ? "true" : null });
  const search = h("input", { class: "list-search", type: "text", placeholder: "Search", "aria-label": "Search the list", "aria-controls": id, role: "searchbox" });
  const popup = h("div", { class: "list", tabindex: -1 }, rows.length >= SEARCHED_FROM ? search : null, box);
  const finish = (values) => {
    close = () => {};
    removeEventListener("pointerdown", outside, true);
    removeEventListener("resize", leave);
    popup.remove();
    anchor.setAttribute("aria-expanded", "false");
    anchor.removeAttribute("aria-activedescendant");
    if (!values) {
      chosen.clear();
      before.forEach((value) => chosen.add(value));
    }
    if (popup.contains(document.activeElement) || document.activeElement === document.body) anchor.focus();
    done(values);
  };
  const changed = () => chosen.size !== before.length || before.some((value) => !chosen.has(value));
  const leave = () => finish(many && changed() && chosen.size >= least ? rows.filter((row) => chosen.has(row.value)).map((row) => row.value) : null);
  const outside = (event) => {
    if (!popup.contains(event.target) && !anchor.contains(event.target)) leave();
  };
  const take = (row) => {
    if (!row) return;
    if (!many) {
      chosen.clear();
      chosen.add(row.value);
      finish([row.value]);
      return;
    }
    if (chosen.has(row.value)) chosen.delete(row.value);
    else if (chosen.size < most) chosen.add(row.value);
    draw();
  };
  const draw = () => {
    replace(box, state.shown.map((row, index) => rowNode(row, { id: `${id}-${index}`, active: index === state.at, chosen: chosen.has(row.value), many, take })));
    if (!state.shown.length) box.append(h("li", { class: "list-none" }, "Nothing of that name"));
    const holder = rows.length >= SEARCHED_FROM ? search : popup;
    holder.setAttribute("aria-activedescendant", `${id}-${state.at}`);
    box.children[state.at]?.scrollIntoView({ block: "nearest" });
  };
  const step = (by) => {
    state.at = Math.min(Math.max(state.at + by, 0), state.shown.length - 1);
    draw();
  };
  popup.addEventListener("keydown", (event) => {
    const keys = {
      ArrowDown: () => step(1), ArrowUp: () => step(-1), Home: () => step(-999), End: () => step(999), Escape: () => finish(null),
      Enter: () => take(state.shown[state.at]), Tab: () => leave(),
    };
    if (event.key === " " && event.target !== search) keys[" "] = keys.Enter;
    if (!keys[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    keys[event.key]();
  });
  search.addEventListener("input", () => {
    Object.assign(state, { shown: fitting(rows, search.value), at: 0 });
    draw();
  });
  close = leave;
  (anchor.closest("dialog") ?? document.getElementById("layer")).append(popup);
  anchor.setAttribute("aria-expanded", "true");
  draw();
  place(popup, anchor);
  addEventListener("pointerdown", outside, true);
  addEventListener("resize", leave);
  (rows.length >= SEARCHED_FROM ? search : popup).focus();
}

function rowNode(row, { id, active, chosen, many, take }) {
  const node = h(
    "li",
    { id, class: "list-row", role: "option", "aria-selected": String(chosen), "data-active": active, "data-value": row.value },
    row.picture?.() ?? (row.emoji ? h("span", { class: "emoji" }, row.emoji) : null),
    h("span", { class: "list-words" }, h("span", { class: "list-label" }, row.label), row.detail ? h("span", { class: "list-detail" }, row.detail) : null),
    many ? h("span", { class: "box", "aria-hidden": "true" }, chosen ? icon("check") : null) : chosen ? icon("check") : null,
  );
  node.addEventListener("click", () => take(row));
  return node;
}

/** Below the menu where there is room, else above it. */
function place(popup, anchor) {
  const { left, top, bottom, width } = anchor.getBoundingClientRect();
  const height = popup.offsetHeight;
  const below = innerHeight - bottom - 8;
  const y = height <= below || below > top ? bottom + 4 : Math.max(8, top - height - 4);
  popup.style.setProperty("--x", `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`);
  popup.style.setProperty("--y", `${y}px`);
  popup.style.setProperty("--width", `${width}px`);
  popup.style.setProperty("--room", `${Math.max(140, innerHeight - y - 8)}px`);
}
