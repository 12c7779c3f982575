// The list above the message box: commands, options, choices; driven by the keys of the box it belongs to.

import { h, replace } from "./dom.js";

const SHOWN = 50;

export class Suggestions {
  constructor(take) {
    this.choose = take;
    this.rows = [];
    this.at = -1;
    this.input = null;
    this.title = h("div", { class: "suggestions-head" });
    this.list = h("ul", { id: "suggestions", role: "listbox", "aria-label": "Suggestions" });
    this.node = h("div", { class: "suggestions", hidden: true, "data-testid": "suggestions" }, this.title, this.list);
    this.node.addEventListener("pointerdown", (event) => event.preventDefault()); // the box keeps the focus
  }

  /** `first`: is the first row already chosen, so that Enter takes it? Else it must be stepped to. */
  show(input, rows, { title, hint = "", required = false, none = "", first = false, busy = false }) {
    this.#release();
    this.input = input;
    this.rows = rows.slice(0, SHOWN);
    this.at = first && rows.length ? 0 : -1;
    replace(
      this.title,
      h("strong", null, title), hint ? h("span", { class: "suggestions-hint" }, hint) : null, required ? h("span", { class: "required" }, "required") : null,
      busy ? h("span", { class: "busy", "aria-label": "Loading" }) : null,
    );
    this.none = busy ? "" : none;
    this.node.dataset.busy = String(busy);
    this.#draw();
    this.node.hidden = false;
    input.setAttribute("aria-expanded", "true");
  }

  get open() {
    return !this.node.hidden;
  }

  /** Shows a list anew; the row that was stepped to stays the chosen one where it is still there. */
  keep(showAnew) {
    const chosen = this.rows[this.at]?.label;
    showAnew();
    const at = this.rows.findIndex((row) => row.label === chosen);
    if (!this.open || at < 0 || at === this.at) return;
    this.at = at;
    this.#draw();
  }

  /** True if there was something to close. */
  close() {
    if (this.node.hidden) return false;
    this.node.hidden = true;
    this.#release();
    this.rows = [];
    return true;
  }

  step(by) {
    if (this.node.hidden || !this.rows.length) return false;
    this.at = this.at < 0 ? (by > 0 ? 0 : this.rows.length - 1) : (this.at + by + this.rows.length) % this.rows.length;
    this.#draw();
    return true;
  }

  /** Takes the chosen row; false where none is, so that the key may mean something else. */
  take() {
    if (this.node.hidden || this.at < 0) return false;
    this.choose(this.rows[this.at]);
    return true;
  }

  #release() {
    this.input?.setAttribute("aria-expanded", "false");
    this.input?.removeAttribute("aria-activedescendant");
  }

  #draw() {
    const nodes = this.rows.map((row, index) => this.#row(row, index));
    if (!nodes.length && this.none) nodes.push(h("li", { class: "suggestion-none" }, this.none));
    replace(this.list, nodes);
    this.list.hidden = !nodes.length;
    if (this.at >= 0) {
      this.input.setAttribute("aria-activedescendant", `suggestion-${this.at}`);
      this.list.children[this.at]?.scrollIntoView({ block: "nearest" });
    } else this.input.removeAttribute("aria-activedescendant");
  }

  #row(row, index) {
    const node = h(
      "li",
      { id: `suggestion-${index}`, class: "suggestion", role: "option", "aria-selected": String(index === this.at), "data-value": row.value === undefined ? null : String(row.value) },
      row.picture?.() ?? null,
      h("span", { class: "suggestion-label" }, row.label),
      row.note ? h("span", { class: "suggestion-note" }, row.note) : null,
      row.detail ? h("span", { class: "suggestion-detail" }, row.detail) : null,
    );
    node.addEventListener("click", () => this.choose(row));
    return node;
  }
}
