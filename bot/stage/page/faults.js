// Faults that hit the bot: set from here in two presses or word by word, listed, taken back.

import { announce, h, replace } from "./dom.js";
import { icon } from "./icons.js";

const KINDS = {
  "Rate limits": ["429-user", "429-global", "429-shared", "429-banned", "exhausted"],
  "Server errors": ["500", "502", "503", "504", "500-after", "history-500"],
  Connection: ["reset-before", "reset-after", "hang", "hang-after", "slow", "garbage", "stranger"],
  Gateway: ["op7", "op9-true", "op9-false", "close-4000", "close-4004", "close-4009", "close-4014", "silence", "refuse-handshake"],
};
const SENDS = { method: "POST", path: "/channels/*/messages" };
const PRESETS = [
  ["One send: 500", { match: SENDS, kind: "500", times: 1 }],
  ["Stored, then cut off", { match: SENDS, kind: "reset-after", times: 1 }],
  ["Slow down: 429", { match: SENDS, kind: "429-user", times: 1, seconds: 3 }],
  ["One in ten fails", { match: { method: "*", path: "*" }, kind: "502", times: null, chance: 0.1 }],
  ["Reconnect", { match: {}, kind: "op7", times: 1 }],
  ["Gateway drops", { match: {}, kind: "close-4000", times: 1 }],
];
const FROM_GATEWAY = new Set(KINDS.Gateway);

export class Faults {
  constructor(store, api) {
    this.store = store;
    this.api = api;
    this.drawn = "";
    this.list = h("ul", { class: "fault-list", "data-testid": "faults" });
    this.problem = h("p", { class: "failure", role: "alert", hidden: true });
    this.node = h("div", { class: "faults" }, h("div", { class: "presets" }, PRESETS.map(([label, fault]) => this.#preset(label, fault))), this.#form(), this.problem, this.list);
  }

  /** Drawn only when something changed: a list under the pointer must not jump. */
  draw(faults) {
    const text = JSON.stringify(faults);
    if (text === this.drawn) return;
    this.drawn = text;
    const rows = faults.map((fault) =>
      h("li", { class: "fault", "data-kind": fault.kind }, h("b", null, fault.kind), h("span", null, describe(fault)),
        h("button", { type: "button", class: "icon-button small", "aria-label": `Remove the fault ${fault.kind}`, onclick: () => this.#try(() => this.api.removeFault(fault.id)) }, icon("close"))));
    replace(this.list, rows.length ? rows : h("li", { class: "empty-note" }, "All is well. Set one above."));
  }

  #preset(label, fault) {
    return h("button", { type: "button", class: "chip", onclick: () => this.#set(fault) }, label);
  }

  #form() {
    const kind = h("select", { name: "kind", "aria-label": "Kind of fault" }, Object.entries(KINDS).map(([group, kinds]) => h("optgroup", { label: group }, kinds.map((each) => h("option", { value: each }, each)))));
    const field = (name, label, value, extra = {}) => h("label", null, h("span", null, label), h("input", { name, value, ...extra }));
    const form = h(
      "form",
      { class: "small-form", "data-testid": "fault-form" },
      h("label", null, h("span", null, "Kind"), kind), field("method", "Method", "POST"), h("label", { class: "wide" }, h("span", null, "Path"), h("input", { name: "path", value: "/channels/*/messages" })),
      field("times", "Times", "1", { inputmode: "numeric", placeholder: "always" }), field("chance", "Chance", "", { inputmode: "decimal", placeholder: "1.0" }), field("seconds", "Seconds", "", { inputmode: "decimal", placeholder: "2" }),
      h("button", { type: "submit", class: "button secondary" }, "Set fault"),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#set(read(new FormData(form)));
    });
    return h("details", { class: "word-by-word" }, h("summary", null, "Another fault …"), form);
  }

  async #set(fault) {
    if (await this.#try(() => this.api.setFault(fault))) announce(`Fault set: ${fault.kind}`);
  }

  async #try(act) {
    this.problem.hidden = true;
    try {
      await act();
      const listed = await this.api.faults();
      const faults = Array.isArray(listed) ? listed : (listed?.faults ?? []);
      this.store.apply({ t: "PANEL", d: { faults } });
      return true;
    } catch (error) {
      this.problem.textContent = error.sentence ?? "The stage does not answer.";
      this.problem.hidden = false;
      return false;
    }
  }
}

function read(form) {
  const number = (name) => {
    const typed = form.get(name).trim();
    if (typed === "") return null;
    return Number.isFinite(Number(typed)) ? Number(typed) : typed; // the stage says what is wrong with it
  };
  const kind = form.get("kind");
  const match = FROM_GATEWAY.has(kind) ? {} : { method: form.get("method").trim() || "*", path: form.get("path").trim() || "*" };
  const fault = { match, kind, times: number("times") };
  for (const name of ["chance", "seconds"]) if (number(name) !== null) fault[name] = number(name);
  return fault;
}

function describe({ kind, match, times, chance, seconds }) {
  const where = [match?.method, match?.path].filter(Boolean).join(" ");
  const often = times === null || times === undefined ? "always" : `${times} ×`;
  const lasts = /^(429|slow|hang|silence|exhausted)/.test(kind) && seconds ? `${seconds} s` : null;
  return [where === "* *" ? null : where, often, chance && chance < 1 ? `${Math.round(chance * 100)} %` : null, lasts].filter(Boolean).join(" · ");
}
