// Puts the page together: one store, one stream, the views, and what pressing things does.

import { Api } from "./api.js";
import { Composer } from "./composer.js";
import { announce, h, replace } from "./dom.js";
import { Forum } from "./forum.js";
import { newId } from "./ids.js";
import { channelIcon, icon } from "./icons.js";
import { Interactions } from "./interactions.js";
import { line } from "./markdown.js";
import { keep, recall } from "./memory.js";
import { showModal } from "./modal.js";
import { Panel } from "./panel.js";
import { redraw } from "./redraw.js";
import { closeList } from "./select.js";
import { Side } from "./side.js";
import { isForum, isThread, KIND, Store } from "./state.js";
import { Stream } from "./stream.js";
import { Theme } from "./theme.js";
import { keepCounting } from "./time.js";
import { Timeline } from "./timeline.js";

const WIDE = matchMedia("(min-width: 1200px)");
const NARROW = matchMedia("(max-width: 760px)");
const SILENT = "This interaction failed";
const NO_ANSWER = "The application did not respond";

const at = (id) => document.getElementById(id);

class Page {
  constructor() {
    this.app = at("app");
    this.store = new Store();
    this.api = new Api();
    this.interactions = new Interactions(this.api, this.store);
    this.stream = new Stream(this.api, this.store, (state) => this.#connection(state));
    this.acts = {
      go: (id) => this.go(id), home: () => this.#home(), guild: (guild) => this.#guild(guild), look: (id) => this.look(id), dismiss: (message) => this.#dismiss(message),
      press: (...all) => this.#press(...all), say: (text) => this.#say(text), call: (called, data) => this.#call(called, data), complete: (data) => this.#complete(data),
    };
    this.theme = new Theme();
    this.side = new Side({ rail: at("rail"), place: at("place"), botLine: at("bot-line"), channels: at("channels"), me: at("me") }, this);
    this.composer = new Composer(at("composer"), this.store, this.acts);
    this.panel = new Panel(at("panel"), { store: this.store, api: this.api, close: () => this.#choosePanel(false) });
    this.channel = null;
    this.view = null;
  }

  async start() {
    this.store.addEventListener("world", () => this.#worldChanged());
    this.store.addEventListener("typing", () => this.#typing());
    addEventListener("hashchange", () => this.#route());
    addEventListener("keydown", (event) => this.#key(event));
    at("scrim").addEventListener("click", () => this.#closeDrawers());
    at("skip").addEventListener("click", (event) => {
      event.preventDefault();
      this.composer.enter();
    });
    this.#togglePanel(WIDE.matches && recall("panel") !== "closed");
    keepCounting();
    await this.look(new URLSearchParams(location.search).get("as"));
  }

  /** Looks as one member; the channel stays, where that member may see it. */
  async look(memberId) {
    try {
      await this.stream.look(memberId);
    } catch (error) {
      this.#connection("gone");
      replace(at("view"), h("div", { class: "empty" }, icon("warning"), h("p", null, error.sentence ?? "The stage does not answer. It is asked again …")));
      setTimeout(() => this.look(memberId), 2000);
      return;
    }
    const query = new URLSearchParams(location.search);
    if (this.store.me) query.set("as", this.store.me.id);
    history.replaceState(null, "", `?${query}${location.hash}`);
    this.app.dataset.state = "ready";
    this.channel = null;
    this.#route();
    announce(this.store.me ? `You are ${this.store.me.name}` : "Nobody is here yet");
  }

  go(channelId) {
    if (location.hash === `#/${channelId}`) this.#route();
    else location.hash = `#/${channelId}`;
  }

  // --- where we are ------------------------------------------------------------------------------

  #route() {
    const wanted = this.store.channels.get(location.hash.slice(2));
    const channel = wanted && wanted.can_view !== false && wanted.type !== KIND.category ? wanted : this.#firstChannel();
    if (channel && channel.id !== location.hash.slice(2)) history.replaceState(null, "", `${location.search}#/${channel.id}`);
    if (channel?.id !== this.channel?.id || !this.view) this.#show(channel);
    this.#closeDrawers();
  }

  #firstChannel(guilds = this.store.guilds) {
    for (const guild of guilds) {
      const seen = [...this.store.channels.values()].filter((channel) => channel.guild_id === guild.id && channel.can_view !== false && [KIND.text, KIND.announcement].includes(channel.type));
      const place = (channel) => (this.store.channels.get(channel.parent_id)?.position ?? -1) * 1000 + (channel.position ?? 0);
      seen.sort((a, b) => place(a) - place(b));
      if (seen.length) return seen[0];
    }
    return guilds === this.store.guilds ? (this.store.dms[0] ?? null) : null;
  }

  #show(channel) {
    closeList();
    this.view?.stop();
    this.channel = channel;
    this.store.open = channel?.id ?? null;
    this.#head();
    this.side.show(channel);
    this.composer.refresh(channel);
    this.#typing();
    if (!channel) {
      this.view = null;
      replace(at("view"), h("div", { class: "empty" }, icon("hash"), h("p", null, "Nothing to see here for this member.")));
      return;
    }
    this.store.read(channel.id);
    this.view = isForum(channel) ? new Forum(channel, this) : new Timeline(channel, this);
    replace(at("view"), this.view.node);
    this.view.start();
    document.title = `${channel.type === KIND.dm ? "@" : "#"}${channel.name ?? this.store.bot?.name ?? ""} · The stage`;
  }

  #worldChanged() {
    if (this.app.dataset.state !== "ready") return;
    const now = this.channel && this.store.channels.get(this.channel.id);
    if (this.channel && (!now || now.can_view === false)) return this.#route();
    if (now) this.channel = now;
    else if (this.store.channels.size) return this.#route();
    this.#head();
    this.side.show(this.channel);
    this.composer.refresh(this.channel);
    if (this.view instanceof Timeline && !this.store.page(this.channel.id).loaded) this.view.start();
  }

  #head() {
    const { channel } = this;
    const parent = channel && isThread(channel) ? this.store.channels.get(channel.parent_id) : null;
    const menu = h("button", { type: "button", class: "icon-button menu", "aria-label": "Channels", "aria-controls": "side", onclick: () => this.#drawer("side") }, icon("menu"));
    const panel = h("button", { type: "button", class: "icon-button", id: "panel-toggle", "data-key": "panel", "aria-label": "Behind the scenes", title: "Behind the scenes", "aria-pressed": String(!at("panel").hidden), "aria-controls": "panel", onclick: () => this.#choosePanel() }, icon("panel"));
    const name = channel?.type === KIND.dm ? this.store.bot?.name : channel?.name;
    const look = this.store.look(channel?.guild_id);
    const key = [channel?.id, channel?.name, channel?.topic, parent?.name, this.store.bot?.name, this.gone, this.store.guildOf(channel?.id)?.unavailable];
    redraw(at("room-head"), key, () => [
      menu,
      parent ? h("a", { class: "crumb", href: `#/${parent.id}` }, channelIcon(parent), parent.name, icon("right")) : null,
      channel ? h("h2", { class: "room-name", id: "room-name" }, channelIcon(channel), h("span", null, name)) : null,
      channel?.topic ? h("p", { class: "topic", title: channel.topic }, line(channel.topic, look)) : h("span", { class: "topic" }),
      this.store.guildOf(channel?.id)?.unavailable ? h("span", { class: "gone", role: "status" }, "The bot cannot see this server: an outage") : null,
      this.gone ? h("span", { class: "gone", role: "status" }, "Connection lost, trying again …") : null, panel,
    ]);
  }

  #home() {
    if (this.store.dms[0]) this.go(this.store.dms[0].id);
    else {
      this.side.home = true;
      this.side.draw();
    }
  }

  #guild(guild) {
    const channel = this.#firstChannel([guild]);
    if (channel) this.go(channel.id);
  }

  // --- what pressing does --------------------------------------------------------------------------

  #place(message = null) {
    return { channelId: this.channel.id, guildId: this.channel.guild_id, messageId: message?.id, messageFlags: message?.flags, applicationId: message?.application_id };
  }

  async #press(message, component, values, node) {
    if (node.dataset.pending !== undefined) return;
    const place = this.#place(message);
    this.store.fail(message.channel_id, message.id, null);
    node.dataset.pending = "";
    node.setAttribute("aria-busy", "true");
    const data = { component_type: component.type, custom_id: component.custom_id, ...(values ? { values } : {}) };
    const outcome = await this.interactions.send(3, { ...place, data });
    delete node.dataset.pending;
    node.removeAttribute("aria-busy");
    if (outcome.state === "failed") this.store.fail(message.channel_id, message.id, SILENT);
    if (outcome.state === "modal") this.#modal(outcome, place);
  }

  async #call(called, data) {
    const place = { ...this.#place(), applicationId: called.command.application_id };
    const note = this.store.note(place.channelId, "", { content: `-# Sending \`/${called.name}\` …` });
    const outcome = await this.interactions.send(2, { ...place, data });
    this.store.remove(place.channelId, note.id);
    if (outcome.state === "failed") this.store.note(place.channelId, outcome.error ?? NO_ANSWER, { failed: true, interaction: { user: this.store.me, name: called.name } });
    if (outcome.state === "modal") this.#modal(outcome, place);
  }

  #complete(data) {
    return this.interactions.send(4, { ...this.#place(), data });
  }

  /** The answer to a modal names the interaction that asked for it. */
  #modal({ id, modal }, place) {
    showModal(modal, { store: this.store, guildId: place.guildId }, (components) =>
      this.interactions.send(5, { ...place, data: { id, custom_id: modal.custom_id, components } }));
  }

  async #say(text) {
    try {
      await this.api.say(this.channel.id, text, newId());
      return null;
    } catch (error) {
      return [403, 404, 405].includes(error.status) ? "You cannot write here. Slash commands work: type /" : (error.sentence ?? "The stage does not answer.");
    }
  }

  #dismiss(message) {
    this.store.dismiss(message);
    this.composer.enter();
  }

  // --- the frame -----------------------------------------------------------------------------------

  #connection(state) {
    const gone = state === "gone";
    if (gone === this.gone) return;
    this.gone = gone;
    this.#head();
  }

  #typing() {
    const ids = this.channel ? this.store.typingIn(this.channel.id) : [];
    const look = this.store.look(this.channel?.guild_id);
    const names = ids.map((id) => look.user(id) ?? "Someone");
    replace(at("typing"), names.length ? [h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")), `${names.join(" and ")} ${names.length > 1 ? "are" : "is"} typing …`] : null);
  }

  /** Opened or closed by hand, which is remembered where the panel has a place of its own. */
  #choosePanel(open = at("panel").hidden) {
    if (WIDE.matches) keep("panel", open ? "open" : "closed");
    this.#togglePanel(open);
  }

  #togglePanel(open = at("panel").hidden) {
    at("panel").hidden = !open;
    this.app.dataset.panel = open ? "open" : "closed";
    at("panel-toggle")?.setAttribute("aria-pressed", String(open));
    at("scrim").hidden = !(open && !WIDE.matches) && this.app.dataset.drawer !== "side";
    if (open) {
      this.panel.world.draw();
      this.panel.draw();
      if (!WIDE.matches) at("panel").querySelector("button")?.focus();
    }
  }

  #drawer(name) {
    this.app.dataset.drawer = name;
    at("scrim").hidden = false;
    (at("channels").querySelector("[aria-current]") ?? at("channels").querySelector("a"))?.focus();
  }

  #closeDrawers() {
    delete this.app.dataset.drawer;
    if (!WIDE.matches && !at("panel").hidden) this.#togglePanel(false);
    at("scrim").hidden = true;
  }

  #key(event) {
    if (event.key === "Escape" && (this.app.dataset.drawer || !at("scrim").hidden)) return this.#closeDrawers();
    if (event.altKey && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      return this.#neighbour(event.key === "ArrowDown" ? 1 : -1);
    }
    const busy = event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open], .list");
    if (busy || event.target.closest?.("input, textarea, select, [contenteditable]") || event.key.length !== 1 || event.key === " ") return;
    if (at("composer").hidden || (event.key !== "/" && event.target.closest?.(".panel"))) return;
    event.preventDefault();
    this.composer.enter(event.key);
  }

  /** Alt and an arrow: the next channel in the list. */
  #neighbour(by) {
    const links = [...at("channels").querySelectorAll("a.channel")];
    const here = links.findIndex((link) => link.dataset.channelId === this.channel?.id);
    const next = links[(here + by + links.length) % links.length];
    if (next) this.go(next.dataset.channelId);
  }
}

NARROW.addEventListener("change", () => closeList());
new Page().start();
