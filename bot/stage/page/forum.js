// A forum: its posts as cards with tags, the newest first; a press opens the thread.

import { h } from "./dom.js";
import { picture } from "./embed.js";
import { after, compareIds } from "./ids.js";
import { avatar, icon } from "./icons.js";
import { gist, nameOf } from "./message.js";
import { redraw } from "./redraw.js";
import { relative } from "./time.js";

const EPOCH = 1420070400000;

export class Forum {
  constructor(channel, { store, api, acts }) {
    Object.assign(this, { channel, store, api, acts });
    this.tags = new Set(); // those that are asked for; none: all posts
    this.starters = new Map(); // thread id -> its first message (null: on its way)
    this.cards = h("ol", { class: "posts", "data-testid": "posts", "aria-label": `Posts in ${channel.name}` });
    this.bar = h("div", { class: "tag-bar", role: "group", "aria-label": "Only posts with" });
    this.node = h("div", { class: "forum", tabindex: 0, role: "region", "aria-label": "Posts" }, this.bar, this.cards);
    this.abort = new AbortController();
    const { signal } = this.abort;
    store.addEventListener("world", () => this.#draw(), { signal });
    store.addEventListener("unread", () => this.#draw(), { signal });
    store.addEventListener("messages", ({ detail }) => this.#starterChanged(detail), { signal });
  }

  async start() {
    this.#draw();
  }

  stop() {
    this.abort.abort();
  }

  #posts() {
    const posts = this.store.threadsOf(this.channel.id);
    const fit = posts.filter((post) => !this.tags.size || (post.applied_tags ?? []).some((id) => this.tags.has(id)));
    return fit.sort((a, b) => compareIds(b.last_message_id ?? b.id, a.last_message_id ?? a.id));
  }

  #draw() {
    const channel = this.store.channels.get(this.channel.id) ?? this.channel;
    const tags = channel.available_tags ?? [];
    redraw(this.bar, [tags, [...this.tags]], () => tags.map((tag) => this.#filter(tag)));
    this.bar.hidden = !tags.length;
    const posts = this.#posts();
    const none = () => h("li", { class: "empty" }, icon("forum"), h("p", null, "No posts yet. They appear here as they are published."));
    const key = posts.map((post) => [post.id, post.name, post.applied_tags, post.last_message_id, post.message_count, this.starters.get(post.id), this.store.unread.has(post.id)]);
    redraw(this.cards, key, () => (posts.length ? posts.map((post) => this.#card(post, tags)) : none()));
    for (const post of posts) this.#want(post);
  }

  #filter(tag) {
    const on = this.tags.has(tag.id);
    const toggle = () => {
      if (on) this.tags.delete(tag.id);
      else this.tags.add(tag.id);
      this.#draw();
    };
    return h("button", { type: "button", class: "tag", "aria-pressed": String(on), "data-tag": tag.id, "data-key": tag.id, onclick: toggle }, tag.emoji_name ?? "", tag.name);
  }

  #card(post, tags) {
    const first = this.starters.get(post.id);
    const look = this.store.look(this.channel.guild_id);
    const author = first?.author ?? [...this.store.members, { ...this.store.bot, bot: true }].find((each) => each.id === post.owner_id) ?? {};
    const own = tags.filter((tag) => post.applied_tags?.includes(tag.id));
    const image = first?.embeds?.map((embed) => embed.image ?? embed.thumbnail).find(Boolean);
    const unread = this.store.unread.get(post.id);
    const when = new Date(Number(BigInt(post.last_message_id ?? post.id) >> 22n) + EPOCH);
    const replies = Math.max(0, post.message_count ?? 0);
    const foot = h(
      "div", { class: "post-foot" },
      avatar(author, 18), h("span", { class: "post-author" }, nameOf(author)),
      h("span", null, icon("thread"), String(replies)), h("time", { datetime: when.toISOString(), "data-relative": true }, relative(when)),
      unread ? h("span", { class: "badge" }, "new") : null,
    );
    return h(
      "li", { class: "post", "data-thread": post.id, "data-unread": Boolean(unread) },
      h("div", { class: "post-words" },
        own.length ? h("div", { class: "post-tags" }, own.map((tag) => h("span", { class: "tag small" }, tag.emoji_name ?? "", tag.name))) : null,
        h("h3", { class: "post-title" }, h("a", { href: `#/${post.id}`, "data-key": post.id }, post.name)),
        h("p", { class: "post-gist" }, first ? excerpt(first, look) : "…"), foot),
      image ? picture(image, "post-picture") : null,
    );
  }

  /** The first message of a post has the post's own id. */
  async #want(post) {
    if (this.starters.has(post.id)) return;
    this.starters.set(post.id, null);
    try {
      const [first] = await this.api.messages(post.id, { before: after(post.id), limit: 1 });
      if (!first) return;
      this.starters.set(post.id, first);
      this.#draw();
    } catch {
      this.starters.delete(post.id);
    }
  }

  #starterChanged({ channelId }) {
    if (!this.starters.has(channelId)) return;
    const first = this.store.message(channelId, channelId);
    if (first) this.starters.set(channelId, first);
    this.#draw();
  }
}

/** What the post says beyond its title, which stands above already. */
function excerpt(first, look) {
  const told = (first.embeds ?? []).map((embed) => embed.description).find(Boolean);
  return gist(told ? { content: told } : first, look, 220);
}
