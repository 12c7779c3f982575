// Where one can go: the rail of servers, the channels by category, and who is looking.

import { h } from "./dom.js";
import { compareIds } from "./ids.js";
import { avatar, channelIcon, hueOf, icon, initials } from "./icons.js";
import { redraw } from "./redraw.js";
import { isForum, isThread, KIND } from "./state.js";

const PAUSE = 80;

export class Side {
  constructor({ rail, place, botLine, channels, me }, { store, acts, theme }) {
    Object.assign(this, { rail, place, botLine, channels, me, store, acts, theme });
    this.folded = new Set();
    this.open = null;
    this.home = false; // the direct messages are shown rather than a server
    for (const name of ["world", "unread"]) store.addEventListener(name, () => this.#soon());
  }

  show(channel) {
    this.open = channel;
    if (channel) this.home = channel.type === KIND.dm;
    this.draw();
  }

  /** Many messages in many channels are one redrawing. */
  #soon() {
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.draw();
    }, PAUSE);
  }

  draw() {
    const guild = this.open && !this.home ? this.store.guildOf(this.open.id) : null;
    this.#drawRail(guild);
    this.place.textContent = guild?.name ?? "Direct messages";
    this.#drawBot();
    redraw(this.channels, [guild?.id, this.open?.id, [...this.folded], this.#signature(guild)], () => (guild ? this.#guildChannels(guild) : this.#directs()));
    this.#drawMe();
  }

  /** All of the channels that can be seen in the list. */
  #signature(guild) {
    const shown = [...this.store.channels.values()].filter((channel) => (channel.guild_id ?? null) === (guild?.id ?? null));
    return shown.map((channel) => {
      const { count, pings } = this.#sum([channel]);
      return [channel.id, channel.name, channel.type, channel.parent_id, channel.position, channel.can_view, channel.thread_metadata?.archived, count > 0, pings];
    });
  }

  // --- rail --------------------------------------------------------------------------------------

  #drawRail(current) {
    const homeUnread = this.#sum(this.store.dms);
    const servers = this.store.guilds.map((guild) => ({ guild, unread: this.#sum([...this.store.channels.values()].filter((channel) => channel.guild_id === guild.id)) }));
    const key = [current?.id, homeUnread.pings, servers.map(({ guild, unread }) => [guild.id, guild.name, guild.unavailable, unread.count > 0, unread.pings])];
    const home = h(
      "button",
      { type: "button", class: "server home", "aria-label": named("Direct messages", homeUnread), title: "Direct messages", "aria-current": current ? null : "true", "data-key": "home", onclick: () => this.acts.home() },
      icon("at"), badge(homeUnread.pings),
    );
    redraw(this.rail, key, () => [home, h("hr", { class: "rail-line" }), servers.map(({ guild, unread }) => this.#server(guild, unread, guild === current))]);
  }

  #server(guild, unread, current) {
    return h(
      "button",
      {
        type: "button", class: "server", title: guild.name, "aria-label": named(guild.name, unread), "aria-current": current ? "true" : null, "data-guild": guild.id, "data-key": guild.id,
        "data-unread": unread.count > 0, vars: { hue: String(hueOf(guild.id)) }, disabled: Boolean(guild.unavailable), onclick: () => this.acts.guild(guild),
      },
      initials(guild.name ?? "?"), badge(unread.pings),
    );
  }

  #sum(channels) {
    const all = channels.map((channel) => this.store.unread.get(channel.id)).filter(Boolean);
    return { count: all.reduce((sum, each) => sum + each.count, 0), pings: all.reduce((sum, each) => sum + each.pings, 0) };
  }

  // --- channels ----------------------------------------------------------------------------------

  #guildChannels(guild) {
    const all = [...this.store.channels.values()].filter((channel) => channel.guild_id === guild.id && !isThread(channel) && channel.can_view !== false);
    const order = (a, b) => (a.type === KIND.voice) - (b.type === KIND.voice) || (a.position ?? 0) - (b.position ?? 0) || compareIds(a.id, b.id);
    const categories = all.filter((channel) => channel.type === KIND.category).sort(order);
    const within = (id) => all.filter((channel) => channel.type !== KIND.category && (channel.parent_id ?? null) === id).sort(order);
    const loose = within(null);
    return [
      loose.length ? h("ul", { class: "channel-list" }, loose.map((channel) => this.#entry(channel))) : null,
      categories.map((category) => this.#category(category, within(category.id))),
    ];
  }

  #category(category, channels) {
    if (!channels.length) return null;
    const folded = this.folded.has(category.id);
    const toggle = () => {
      if (folded) this.folded.delete(category.id);
      else this.folded.add(category.id);
      this.draw();
    };
    const shown = folded ? channels.filter((channel) => channel.id === this.open?.id || this.#sum([channel]).count) : channels;
    return h(
      "section",
      { class: "category" },
      h("button", { type: "button", class: "category-name", "aria-expanded": String(!folded), "data-key": `fold ${category.id}`, onclick: toggle }, icon("down"), category.name),
      h("ul", { class: "channel-list", "aria-label": category.name }, shown.map((channel) => this.#entry(channel))),
    );
  }

  #entry(channel) {
    const threads = this.store.threadsOf(channel.id).filter((thread) => this.#threadShown(channel, thread)).sort((a, b) => compareIds(a.id, b.id));
    const below = threads.length ? h("ul", { class: "threads" }, threads.map((thread) => h("li", null, this.#link(thread)))) : null;
    const unread = isForum(channel) ? this.#sum(this.store.threadsOf(channel.id)) : this.#sum([channel]);
    return h("li", null, this.#link(channel, unread), below);
  }

  /** A forum has far too many posts to list: the open one is enough. A channel's own threads are few. */
  #threadShown(parent, thread) {
    if (thread.id === this.open?.id) return true;
    return !isForum(parent) && !thread.thread_metadata?.archived;
  }

  #link(channel, unread = this.#sum([channel])) {
    const kinds = { 1: "direct message", 2: "voice", 5: "announcements", 11: "thread", 12: "private thread", 15: "forum", 16: "media" };
    const kind = kinds[channel.type] ?? "text";
    const face = channel.type === KIND.dm ? avatar({ ...this.store.bot, bot: true }, 24) : channelIcon(channel);
    const name = channel.type === KIND.dm ? (this.store.bot?.name ?? "bot") : channel.name;
    return h(
      "a",
      {
        class: "channel", href: `#/${channel.id}`, "data-channel": channel.name ?? "dm", "data-channel-id": channel.id, "data-kind": kind, "data-key": channel.id,
        "aria-current": channel.id === this.open?.id ? "page" : null, "data-unread": unread.count > 0, "aria-label": `${name}, ${kind}${unread.count ? ", unread" : ""}`,
      },
      face, h("span", { class: "channel-name" }, name), badge(unread.pings),
    );
  }

  #directs() {
    if (!this.store.dms.length) return h("p", { class: "empty-note" }, "No direct messages yet.");
    return h("ul", { class: "channel-list" }, this.store.dms.map((channel) => h("li", null, this.#link(channel))));
  }

  // --- who looks -----------------------------------------------------------------------------------

  #drawBot() {
    const ready = this.store.bot?.ready;
    redraw(this.botLine, [ready, this.store.bot?.name], () => [h("span", { class: "lamp", "data-on": Boolean(ready) }), `${this.store.bot?.name ?? "The bot"} ${ready ? "is online" : "is not connected"}`]);
  }

  #drawMe() {
    const { me, members } = this.store;
    if (!me) return;
    const select = () => h(
      "select",
      { id: "member", class: "member-select", "aria-label": "Look as", "data-key": "member", onchange: (event) => this.acts.look(event.target.value) },
      members.map((member) => h("option", { value: member.id, selected: member.id === me.id }, member.name)),
    );
    redraw(this.me, [me.id, members.map(({ id, name }) => [id, name])], () => [
      avatar(me, 32), h("label", { class: "me-words" }, h("span", { class: "me-hint" }, "You are"), select()), this.theme.button(),
    ]);
  }
}

const badge = (count) => (count ? h("span", { class: "badge", "aria-label": `${count} mentions` }, count > 99 ? "99+" : String(count)) : null);
const named = (name, { count, pings }) => `${name}${pings ? `, ${pings} mentions` : count ? ", unread" : ""}`;
