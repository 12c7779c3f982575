// The list of messages of one channel: grouped by author, parted by days, stuck to its end until the reader scrolls up.

import { announce, h, replace } from "./dom.js";
import { channelIcon, icon } from "./icons.js";
import { markdown } from "./markdown.js";
import { gist, isEphemeral, messageNode, nameOf } from "./message.js";
import { isOutdated, noting } from "./names.js";
import { isThread, KIND } from "./state.js";
import { day } from "./time.js";

const TOGETHER = 7 * 60000; // messages of one author so close are one group
const NEAR_END = 60; // pixels that still count as the end
const PAGE = 50;

export class Timeline {
  constructor(channel, { store, api, acts }) {
    Object.assign(this, { channel, store, api, acts });
    this.nodes = new Map(); // message id -> {node, key, asked}
    this.stuck = true;
    this.unseen = 0;
    this.scrolledTo = 0; // where the list was scrolled to
    this.fetching = false;
    this.list = h("ol", { class: "messages", id: "messages", "aria-label": `Messages in ${channel.name ?? "this conversation"}`, "data-channel-id": channel.id });
    this.top = h("div", { class: "beginning" });
    this.scroller = h("div", { class: "scroller", id: "scroller", tabindex: 0, role: "region", "aria-label": "Messages", "data-stuck": "true" }, this.top, this.list);
    this.pill = h("button", { type: "button", class: "jump", hidden: true, "data-testid": "jump", onclick: () => this.toEnd(true) });
    this.node = h("div", { class: "timeline" }, this.scroller, this.pill);
    this.abort = new AbortController();
    const { signal } = this.abort;
    store.addEventListener("messages", ({ detail }) => detail.channelId === channel.id && this.#changed(detail), { signal });
    store.addEventListener("world", () => this.#draw(null), { signal }); // somebody, or a channel, may have another name
    this.list.addEventListener("click", (event) => this.#hold(event.target.closest("[data-component]")), { capture: true, signal });
    this.scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true, signal });
    this.watch = new ResizeObserver(() => this.stuck && this.toEnd());
    this.watch.observe(this.list);
    this.watch.observe(this.scroller);
  }

  async start() {
    this.#draw(null);
    const page = this.store.page(this.channel.id);
    if (!page.loaded) await this.#fetch(null);
    this.toEnd();
  }

  stop() {
    this.abort.abort();
    this.watch.disconnect();
  }

  toEnd(smooth = false) {
    const calm = !smooth || matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.scroller.scrollTo({ top: this.scroller.scrollHeight, behavior: calm ? "instant" : "smooth" });
    if (smooth) this.#seen();
  }

  async #fetch(before) {
    if (this.fetching) return;
    this.fetching = true;
    try {
      const messages = await this.api.messages(this.channel.id, { before, limit: PAGE });
      this.store.addHistory(this.channel.id, messages, messages.length < PAGE);
    } catch (error) {
      replace(this.top, h("p", { class: "failure", role: "alert" }, icon("warning"), `The messages cannot be loaded. ${error.sentence ?? ""}`));
    } finally {
      this.fetching = false;
    }
  }

  #changed({ fresh, amended }) {
    if (amended && this.held?.id === amended) return this.#drawInPlace();
    this.#draw(fresh?.id ?? null);
    if (this.stuck) this.toEnd(); // at once: the scroll event of a grown list would say that the reader had left
    if (!fresh) return;
    if (this.stuck || fresh.author?.id === this.store.me?.id || isEphemeral(fresh)) {
      this.#stick(true);
      this.toEnd();
    } else {
      this.unseen += 1;
      this.#showPill();
    }
    announce(`${nameOf(fresh.author)}: ${gist(fresh, this.store.look(this.channel.guild_id), 120)}`);
  }

  /** What was pressed in: when the answer makes it longer, it grows downwards and its beginning stays in sight. */
  #hold(pressed) {
    const message = pressed?.closest(".message");
    if (!message) return;
    const cards = [...message.querySelectorAll(".container")];
    this.held = { id: message.dataset.messageId, card: cards.indexOf(pressed.closest(".container")) };
  }

  #drawInPlace() {
    const top = () => {
      const node = document.getElementById(`message-${this.held.id}`);
      return ([...(node?.querySelectorAll(".container") ?? [])][this.held.card] ?? node)?.getBoundingClientRect().top ?? 0;
    };
    const before = top();
    this.#draw(null);
    this.scroller.scrollTop += top() - before;
    this.scrolledTo = Infinity; // where we are now counts as gone to
    this.#scrolled();
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    const near = scrollHeight - scrollTop - clientHeight < NEAR_END;
    // Pictures that load push the end away: only going up says that the reader has left it.
    if (near || scrollTop < this.scrolledTo - 1) this.#stick(near);
    this.scrolledTo = scrollTop;
    if (this.stuck) this.#seen();
    else this.#showPill();
    const page = this.store.page(this.channel.id);
    if (scrollTop < 200 && page.loaded && !page.whole && page.list.length) this.#older(page.list[0].id);
  }

  /** Older messages above, without a jump of what is being read. */
  async #older(before) {
    if (this.fetching) return;
    const { scrollHeight, scrollTop } = this.scroller;
    await this.#fetch(before);
    this.scroller.scrollTop = scrollTop + this.scroller.scrollHeight - scrollHeight;
  }

  /** While stuck, the browser must not hold on to what is being read. */
  #stick(stuck) {
    this.stuck = stuck;
    this.scroller.dataset.stuck = String(stuck);
  }

  #seen() {
    this.unseen = 0;
    this.pill.hidden = true;
  }

  #showPill() {
    const words = this.unseen ? `${this.unseen} new ${this.unseen === 1 ? "message" : "messages"}` : "Jump to the newest";
    replace(this.pill, words, icon("down"));
    this.pill.dataset.unseen = String(this.unseen);
    this.pill.hidden = false;
  }

  #draw(freshId) {
    const page = this.store.page(this.channel.id);
    replace(this.top, page.whole || !page.loaded ? beginning(this.channel, this.store, page.loaded) : null);
    const look = this.store.look(this.channel.guild_id);
    const wanted = [];
    let last = null;
    for (const message of page.list) {
      if (!last || !sameDay(last, message)) wanted.push(this.#divider(message));
      wanted.push(this.#node(message, together(last, message), freshId, look));
      last = message;
    }
    const alive = new Set(page.list.map((message) => message.id));
    for (const id of this.nodes.keys()) if (!id.startsWith("day") && !alive.has(id)) this.nodes.delete(id);
    settle(this.list, wanted);
  }

  #node(message, compact, freshId, look) {
    const key = `${message.version}|${compact}|${this.store.failures.get(message.id) ?? ""}`;
    const kept = this.nodes.get(message.id);
    if (kept?.key === key && !isOutdated(kept.asked, look)) return kept.node;
    const names = noting(look);
    const node = messageNode(message, { store: this.store, acts: this.acts, compact, look: names.look });
    if (message.id === freshId) node.dataset.fresh = "";
    if (kept) keepFocus(kept.node, node);
    this.nodes.set(message.id, { node, key, asked: names.asked });
    return node;
  }

  #divider(message) {
    const text = day(new Date(message.timestamp));
    const kept = this.nodes.get(`day ${text}`);
    if (kept) return kept.node;
    const node = h("li", { class: "day", role: "separator", "aria-label": text }, h("span", null, text));
    this.nodes.set(`day ${text}`, { node });
    return node;
  }
}

/** Puts the wanted nodes in order while touching no more than it must: a node moved is a picture flickering. */
function settle(list, wanted) {
  const keep = new Set(wanted);
  for (const child of [...list.children]) {
    if (keep.has(child)) continue;
    const successor = wanted.find((node) => node.id && node.id === child.id);
    if (successor && !successor.isConnected) child.replaceWith(successor);
    else child.remove();
  }
  let at = list.firstChild;
  for (const node of wanted) {
    if (node === at) at = at.nextSibling;
    else list.insertBefore(node, at);
  }
}

/** A message that is drawn anew under someone's finger keeps the focus on the same button. */
function keepFocus(old, node) {
  const focused = document.activeElement;
  if (!old.contains(focused)) return;
  const id = focused.dataset?.customId;
  const place = [...old.querySelectorAll("button, a")].indexOf(focused);
  queueMicrotask(() => {
    const same = [...node.querySelectorAll("button, a")];
    (same.find((each) => id && each.dataset.customId === id) ?? same[place] ?? node.querySelector("button, a"))?.focus({ preventScroll: true });
  });
}

const sameDay = (a, b) => new Date(a.timestamp).toDateString() === new Date(b.timestamp).toDateString();

function together(last, message) {
  if (!last || last.author?.id !== message.author?.id || last.webhook_id !== message.webhook_id) return false;
  if (message.interaction_metadata || message.interaction || message.referenced_message) return false;
  if (isEphemeral(last) !== isEphemeral(message) || !sameDay(last, message)) return false;
  return new Date(message.timestamp) - new Date(last.timestamp) < TOGETHER;
}

function beginning(channel, store, loaded) {
  if (!loaded) return h("div", { class: "loading", role: "status" }, h("i"), h("i"), h("i"), h("span", { class: "unseen" }, "Loading messages"));
  const direct = channel.type === KIND.dm;
  const name = direct ? (store.bot?.name ?? "the bot") : channel.name;
  const words = direct ? `The beginning of your direct messages with ${name}.` : isThread(channel) ? "The beginning of this thread." : `The beginning of #${name}.`;
  const hint = store.page(channel.id).list.length ? null : h("p", { class: "beginning-hint" }, "Nothing has been said yet. Type ", h("kbd", null, "/"), " to see what the bot can do.");
  return [
    h("div", { class: "beginning-sign" }, channelIcon(channel)),
    h("h3", { class: "beginning-name" }, name),
    h("p", { class: "beginning-words" }, words, channel.topic ? [" ", h("span", { class: "md" }, markdown(channel.topic))] : null),
    hint,
  ];
}
