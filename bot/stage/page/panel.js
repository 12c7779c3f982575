// Behind the scenes: the outbox as it empties, requests, rate limits, faults, changes of the world, violations.

import { Faults } from "./faults.js";
import { h, replace } from "./dom.js";
import { icon } from "./icons.js";
import { redraw } from "./redraw.js";
import { World } from "./world.js";

const STATES = ["pending", "sending", "later", "held", "suspended", "refused", "sent"];
const SHOWN_REQUESTS = 60;
const PAUSE = 250;

export class Panel {
  constructor(node, { store, api, close }) {
    Object.assign(this, { node, store, api });
    this.sections = {};
    this.faults = new Faults(store, api);
    this.world = new World(store, api);
    // What is pressed comes first: what grows and shrinks stands below it, so that nothing moves away under the pointer.
    const titles = { faults: "Faults", world: "The world", outbox: "Outbox", traffic: "Requests", limits: "Rate limits", violations: "Violations", more: "More" };
    const parts = Object.entries(titles).map(([name, title]) => this.#section(name, title));
    replace(
      node,
      h("header", { class: "panel-head" }, h("h2", { class: "masthead" }, "Behind the scenes"), h("button", { type: "button", class: "icon-button", "aria-label": "Close the panel", onclick: close }, icon("close"))),
      this.figures = h("dl", { class: "figures" }), h("div", { class: "panel-parts" }, parts),
    );
    this.sections.faults.body.append(this.faults.node);
    this.sections.world.body.append(this.world.node);
    store.addEventListener("panel", () => this.#soon());
    store.addEventListener("request", () => this.#soon());
    store.addEventListener("world", () => this.world.draw());
  }

  #section(name, title) {
    const note = h("span", { class: "part-note" });
    const body = h("div", { class: "part-body" });
    const open = ["outbox", "traffic", "limits", "faults"].includes(name);
    const node = h("details", { class: "part", open, "data-part": name }, h("summary", null, icon("right"), h("span", null, title), note), body);
    this.sections[name] = { node, note, body };
    return node;
  }

  /** A hundred requests a second are drawn as four pictures. */
  #soon() {
    if (this.node.hidden || this.timer) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      this.draw();
    }, PAUSE);
  }

  draw() {
    if (this.node.hidden) return;
    const { panel } = this.store;
    this.#drawFigures(panel);
    this.#drawOutbox(panel.panels?.outbox);
    this.#drawRequests();
    this.#drawLimits(panel);
    this.#drawViolations(panel.violations ?? []);
    this.#drawMore(panel.panels ?? {});
    this.faults.draw(panel.faults ?? []);
    this.sections.faults.note.textContent = String(panel.faults?.length || "");
  }

  #drawFigures(panel) {
    const { sessions } = panel.gateway ?? {};
    const figures = [
      ["requests", count(panel.requests?.total)], ["a second", round(panel.requests?.per_second)],
      ["sessions", count(Array.isArray(sessions) ? sessions.length : sessions)], ["violations", count(panel.violations?.length ?? 0)],
    ];
    replace(this.figures, figures.map(([name, value]) => h("div", null, h("dd", null, value), h("dt", null, name))));
  }

  #drawOutbox(outbox) {
    const { node, note, body } = this.sections.outbox;
    node.hidden = !outbox;
    if (!outbox) return;
    const counts = STATES.map((state) => [state, Number(outbox[state] ?? 0)]);
    const whole = counts.reduce((sum, [, number]) => sum + number, 0);
    const waiting = whole - Number(outbox.sent ?? 0) - Number(outbox.refused ?? 0);
    note.textContent = whole ? (waiting ? `${waiting} to go` : "empty") : "";
    const bars = counts.filter(([, number]) => number).map(([state, number]) => h("span", { class: "bar-part", "data-state": state, title: `${number} ${state}`, vars: { share: String(number) } }));
    const legend = counts.map(([state, number]) => h("li", { "data-state": state, "data-none": !number }, h("i"), h("b", null, count(number)), ` ${state}`));
    const rows = (outbox.rows ?? []).slice(0, 60).map((row) =>
      h("li", { class: "delivery", "data-state": row.state, title: [row.headline, row.why].filter(Boolean).join(" · ") }, h("i", { title: row.state }), h("span", { class: "delivery-headline" }, row.headline), h("span", { class: "delivery-target" }, this.#target(row.target), row.why ? ` · ${row.why}` : "")));
    this.deliveries ??= h("ol", { class: "deliveries", tabindex: 0, "aria-label": "Deliveries" });
    replace(this.deliveries, rows);
    this.deliveries.hidden = !rows.length;
    const above = [h("div", { class: "bar", role: "img", "aria-label": counts.map(([state, number]) => `${number} ${state}`).join(", ") }, bars), h("ul", { class: "legend" }, legend)];
    redraw(body, counts, () => [...above, this.deliveries]);
  }

  /** `channel:123` or `user:123` as the reader knows it. */
  #target(target) {
    return this.store.called(String(target ?? "").split(":").at(-1)) ?? String(target ?? "");
  }

  #drawRequests() {
    const { note, body } = this.sections.traffic;
    const statuses = Object.entries(this.store.panel.requests?.by_status ?? {});
    note.replaceChildren(...statuses.map(([status, number]) => h("span", { class: "status", "data-class": Number(status) ? String(status)[0] : "x" }, `${Number(status) ? status : "cut"} × ${count(number)}`)));
    const rows = this.store.requests.slice(-SHOWN_REQUESTS).reverse().map((request) => requestRow(request, this.store));
    this.asked ??= h("ol", { class: "requests", "data-testid": "requests", tabindex: 0, "aria-label": "The newest requests" });
    replace(this.asked, rows);
    redraw(body, rows.length > 0, () => (rows.length ? this.asked : h("p", { class: "empty-note" }, "Nothing asked yet.")));
  }

  #drawLimits(panel) {
    const { note, body } = this.sections.limits;
    const whole = panel.global ?? { limit: 50, used: 0 };
    const invalid = panel.invalid ?? { limit: 10000, count: 0 };
    note.textContent = `${whole.used ?? 0} of ${whole.limit ?? 50} a second`;
    const buckets = [...(panel.buckets ?? [])].sort((a, b) => a.remaining / a.limit - b.remaining / b.limit).slice(0, 12);
    replace(
      body,
      meter("global, per second", whole.used ?? 0, whole.limit ?? 50, ""), meter("invalid in 10 minutes", invalid.count ?? 0, invalid.limit ?? 10000, ""),
      buckets.map((bucket) => meter(shortPath(bucket.route, this.store).replace(/\{\w+\}/g, "…"), bucket.limit - bucket.remaining, bucket.limit, bucket.reset_after ? `${round(bucket.reset_after)} s` : "")),
    );
  }

  #drawViolations(violations) {
    const { node, note, body } = this.sections.violations;
    note.textContent = violations.length ? String(violations.length) : "none";
    node.dataset.bad = String(violations.length > 0);
    const rows = violations.slice(-30).reverse().map((each) => h("li", null, typeof each === "string" ? each : (each.message ?? each.what ?? JSON.stringify(each))));
    replace(body, rows.length ? h("ul", { class: "violations", "data-testid": "violations" }, rows) : h("p", { class: "empty-note" }, "The bot has broken no rule."));
  }

  /** Panels that others hung in: shown as they are. */
  #drawMore(panels) {
    const others = Object.entries(panels).filter(([name]) => name !== "outbox");
    this.sections.more.node.hidden = !others.length;
    replace(this.sections.more.body, others.map(([name, value]) => [h("h3", { class: "part-sub" }, name), shown(value)]));
  }
}

function requestRow(request, store) {
  const time = new Date(typeof request.at === "number" ? request.at * (request.at < 1e12 ? 1000 : 1) : request.at);
  const marks = [request.fault && h("span", { class: "mark-fault", title: `Fault: ${request.fault.kind ?? request.fault}` }, "fault"), request.violation && h("span", { class: "mark-bad" }, "violation")];
  return h(
    "li",
    { class: "request", title: `${request.method} ${request.path}` },
    h("time", null, Number.isNaN(time.getTime()) ? "" : time.toTimeString().slice(3, 8)), h("span", { class: "method" }, request.method),
    h("span", { class: "path" }, shortPath(tail(request.path), store)), marks, h("span", { class: "status", "data-class": String(request.status || "x")[0] }, String(request.status || "cut")),
    h("span", { class: "ms" }, request.ms === undefined || request.ms === null ? "" : `${Math.round(request.ms)} ms`),
  );
}

function meter(name, used, limit, note) {
  const share = limit ? Math.min(1, Math.max(0, used / limit)) : 0;
  return h(
    "div",
    { class: "meter" },
    h("span", { class: "meter-name", title: name }, name), h("span", { class: "meter-note" }, `${used}/${limit}${note ? ` · ${note}` : ""}`),
    h("span", { class: "meter-bar", "data-high": share >= 0.8, vars: { share: String(share) }, "aria-hidden": "true" }),
  );
}

function shown(value) {
  if (value === null || typeof value !== "object") return h("p", null, String(value));
  const entries = Object.entries(value).slice(0, 40);
  return h("dl", { class: "plain" }, entries.map(([name, each]) => h("div", null, h("dt", null, name), h("dd", null, typeof each === "object" ? JSON.stringify(each) : String(each)))));
}

/** The path without the long middle of tokens. */
const tail = (path) => String(path ?? "").replace(/^\/api\/v\d+/, "").replace(/\/[\w-]{40,}/g, "/…");
const shortPath = (route, store) => String(route ?? "").replace(/\d{15,}/g, (id) => store.called(id) ?? `…${id.slice(-4)}`);
const count = (number) => (number === undefined || number === null ? "–" : Number(number).toLocaleString("en"));
const round = (number) => (number === undefined || number === null ? "–" : String(Math.round(number * 10) / 10));

