// What the page knows: the world as one member sees it, kept true by the stream. Views listen to it.

import { compareIds, laterId, newId } from "./ids.js";
import { keep, recall } from "./memory.js";

export const KIND = { text: 0, dm: 1, voice: 2, group: 3, category: 4, announcement: 5, forum: 15, media: 16 };
export const FLAG = { crossposted: 1, copy: 2, suppressEmbeds: 4, ephemeral: 64, thinking: 128, silent: 4096, components: 32768 };

const KEPT_MESSAGES = 400;
const KEPT_REQUESTS = 120;
const TYPING_LASTS = 10000;

export const isThread = (channel) => channel.type >= 10 && channel.type <= 12;
export const isForum = (channel) => channel.type === KIND.forum || channel.type === KIND.media;

/** Emits `world`, `messages` ({channelId, fresh}), `unread`, `panel`, `request`, `typing`, `interaction`, `stale`. */
export class Store extends EventTarget {
  constructor() {
    super();
    this.me = null;
    this.members = [];
    this.bot = null;
    this.guilds = [];
    this.left = []; // servers that the bot was removed from
    this.dms = [];
    this.commands = [];
    this.panel = {};
    this.requests = [];
    this.channels = new Map(); // every channel, thread and DM by id
    this.pages = new Map(); // messages by channel: {list, loaded, whole}
    this.unread = new Map(); // channel id -> {count, pings}
    this.failures = new Map(); // message id -> the sentence below it
    this.dismissed = new Set(recall("dismissed", "sessionStorage"));
    this.open = null; // the channel being looked at
    this.#typing = new Map();
  }

  #typing;

  // --- questions -------------------------------------------------------------------------------

  guildOf(channelId) {
    const channel = this.channels.get(channelId);
    return channel ? (this.guilds.find((guild) => guild.id === channel.guild_id) ?? null) : null;
  }

  page(channelId) {
    if (!this.pages.has(channelId)) this.pages.set(channelId, { list: [], loaded: false, whole: false });
    return this.pages.get(channelId);
  }

  message(channelId, messageId) {
    return this.page(channelId).list.find((message) => message.id === messageId) ?? null;
  }

  threadsOf(channelId) {
    return [...this.channels.values()].filter((channel) => isThread(channel) && channel.parent_id === channelId);
  }

  /** Names for the ids in mentions, as `markdown` asks for them. */
  look(guildId) {
    const guild = this.guilds.find((each) => each.id === guildId);
    const people = [...this.members, this.bot].filter(Boolean);
    return {
      user: (id) => people.find((each) => each.id === id)?.name ?? null,
      role: (id) => guild?.roles?.find((each) => each.id === id) ?? null,
      channel: (id) => this.channels.get(id) ?? null,
      links: true,
    };
  }

  /** A channel or a person as they are called; a direct message by whom it is with; null where nobody knows. */
  called(id) {
    const channel = this.channels.get(id);
    const person = channel?.type === KIND.dm ? this.me?.name : this.look().user(id);
    return channel?.name ? `#${channel.name}` : person ? `@${person}` : null;
  }

  typingIn(channelId) {
    const now = Date.now();
    return [...(this.#typing.get(channelId)?.entries() ?? [])].filter(([, until]) => until > now).map(([id]) => id);
  }

  /** Does the message call the member we look through? */
  pingsMe(message) {
    return Boolean(this.me && message.author?.id !== this.me.id && message.stage_pings?.members?.includes(this.me.id));
  }

  // --- changes ---------------------------------------------------------------------------------

  /** Takes a snapshot in. What was already loaded stays, unless someone else looks now. */
  load(snapshot) {
    const other = this.me?.id !== snapshot.me?.id;
    if (other) this.#forget();
    const before = this.channels;
    Object.assign(this, {
      me: snapshot.me, members: snapshot.members ?? [], bot: snapshot.bot, guilds: snapshot.guilds ?? [], left: snapshot.left ?? [],
      dms: snapshot.dms ?? [], commands: snapshot.commands ?? [],
    });
    this.channels = new Map();
    for (const guild of this.guilds) for (const channel of guild.channels ?? []) this.#index(channel, guild.id);
    for (const channel of this.dms) this.channels.set(channel.id, channel);
    if (!other) this.#markMissed(before);
    if (snapshot.panel) this.panel = snapshot.panel;
    if (snapshot.requests) this.requests = snapshot.requests.slice(-KEPT_REQUESTS);
    this.#tell("world");
    this.#tell("panel");
    this.#tell("unread");
  }

  /** One event of the stream. */
  apply({ t: name, d: body }) {
    const handlers = {
      MESSAGE_CREATE: () => this.receive(body),
      MESSAGE_UPDATE: () => this.#amend(body),
      MESSAGE_DELETE: () => this.remove(body.channel_id, body.id),
      MESSAGE_DELETE_BULK: () => body.ids.forEach((id) => this.remove(body.channel_id, id)),
      THREAD_CREATE: () => this.#channel(body),
      THREAD_UPDATE: () => this.#channel(body),
      THREAD_DELETE: () => this.#drop(body.id),
      TYPING_START: () => this.#type(body),
      COMMANDS: () => this.#commands(body),
      BOT: () => this.#botIs(body),
      INTERACTION: () => this.#tell("interaction", body),
      REQUEST: () => this.#request(body),
      PANEL: () => this.#panel(body),
      RESET: () => this.#tell("stale", { whole: true }),
    };
    if (/^CHANNEL_(CREATE|UPDATE)$/.test(name)) this.#channel({ can_view: false, ...this.channels.get(body.id), ...body }); // its name at once; who sees it, the next snapshot tells
    if (handlers[name]) handlers[name]();
    else if (/^(CHANNEL|GUILD)_/.test(name)) this.#tell("stale", { whole: false });
  }

  /** A page of history for a channel, merged with what arrived meanwhile. */
  addHistory(channelId, messages, whole) {
    const page = this.page(channelId);
    for (const message of messages) this.#put(page, message);
    page.loaded = true;
    page.whole ||= whole;
    this.#tell("messages", { channelId, fresh: null });
  }

  receive(message) {
    if (this.dismissed.has(message.id)) return;
    const page = this.page(message.channel_id);
    const known = this.message(message.channel_id, message.id) !== null;
    this.#put(page, message);
    const channel = this.channels.get(message.channel_id);
    if (channel) channel.last_message_id = laterId(channel.last_message_id, message.id);
    this.#typing.get(message.channel_id)?.delete(message.author?.id);
    if (!known) this.#count(message);
    this.#tell("typing");
    this.#tell("messages", { channelId: message.channel_id, fresh: known ? null : message });
  }

  remove(channelId, messageId) {
    const page = this.page(channelId);
    page.list = page.list.filter((message) => message.id !== messageId);
    this.failures.delete(messageId);
    this.#tell("messages", { channelId, fresh: null });
  }

  /** Puts an ephemeral message out of sight: only here, Discord is not told either. */
  dismiss(message) {
    this.dismissed.add(message.id);
    keep("dismissed", [...this.dismissed].slice(-KEPT_MESSAGES), "sessionStorage");
    this.remove(message.channel_id, message.id);
  }

  /** A line that only this page shows, such as a command on its way. */
  note(channelId, content, extra = {}) {
    const id = newId(this.page(channelId).list.at(-1)?.id);
    const note = {
      id, channel_id: channelId, content, author: { ...this.bot, bot: true }, timestamp: new Date().toISOString(),
      flags: FLAG.ephemeral, ephemeral: true, local: true, embeds: [], components: [], ...extra,
    };
    this.#put(this.page(channelId), note);
    this.#tell("messages", { channelId, fresh: note });
    return note;
  }

  fail(channelId, messageId, sentence) {
    if (sentence) this.failures.set(messageId, sentence);
    else if (!this.failures.delete(messageId)) return;
    this.#tell("messages", { channelId, fresh: null });
  }

  read(channelId) {
    if (this.unread.delete(channelId)) this.#tell("unread");
  }

  // --- within ----------------------------------------------------------------------------------

  #tell(name, detail = {}) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  #forget() {
    this.pages.clear();
    this.unread.clear();
    this.failures.clear();
    this.#typing.clear();
  }

  #index(channel, guildId) {
    this.channels.set(channel.id, { ...channel, guild_id: channel.guild_id ?? guildId });
    for (const thread of channel.threads ?? []) this.channels.set(thread.id, { ...thread, guild_id: thread.guild_id ?? guildId });
  }

  /** After a gap in the stream: channels that moved on meanwhile have something to read. */
  #markMissed(before) {
    for (const [id, channel] of this.channels) {
      const known = before.get(id)?.last_message_id;
      const moved = channel.last_message_id && known && compareIds(channel.last_message_id, known) > 0;
      if (moved && id !== this.open && !this.unread.has(id)) this.unread.set(id, { count: 1, pings: 0 });
    }
  }

  #put(page, message) {
    if (this.dismissed.has(message.id)) return;
    const at = page.list.findIndex((each) => each.id === message.id);
    if (at >= 0) {
      page.list[at] = { ...page.list[at], ...message, version: (page.list[at].version ?? 0) + 1 };
      return;
    }
    page.list.push({ ...message, version: 0 });
    if (page.list.length > 1 && compareIds(page.list.at(-2).id, message.id) > 0) page.list.sort((a, b) => compareIds(a.id, b.id));
    if (page.list.length > KEPT_MESSAGES) {
      page.list = page.list.slice(-KEPT_MESSAGES / 2);
      page.whole = false;
    }
  }

  #amend(message) {
    const known = this.message(message.channel_id, message.id);
    if (!known) return;
    this.#put(this.page(message.channel_id), message);
    this.#tell("messages", { channelId: message.channel_id, fresh: null, amended: message.id });
  }

  #count(message) {
    if (message.channel_id === this.open || message.author?.id === this.me?.id) return;
    const so = this.unread.get(message.channel_id) ?? { count: 0, pings: 0 };
    const direct = this.channels.get(message.channel_id)?.type === KIND.dm;
    this.unread.set(message.channel_id, { count: so.count + 1, pings: so.pings + (direct || this.pingsMe(message) ? 1 : 0) });
    this.#tell("unread");
  }

  #channel(channel) {
    this.channels.set(channel.id, { ...this.channels.get(channel.id), ...channel });
    this.#tell("world");
  }

  #drop(id) {
    this.channels.delete(id);
    this.#tell("world");
  }

  #type({ channel_id: channelId, user_id: userId }) {
    if (userId === this.me?.id) return;
    if (!this.#typing.has(channelId)) this.#typing.set(channelId, new Map());
    this.#typing.get(channelId).set(userId, Date.now() + TYPING_LASTS);
    this.#tell("typing");
    setTimeout(() => this.#tell("typing"), TYPING_LASTS + 50);
  }

  #commands(body) {
    this.commands = Array.isArray(body) ? body : (body.commands ?? []);
    this.#tell("world");
  }

  #botIs(body) {
    this.bot = { ...this.bot, ...body };
    this.#tell("world");
  }

  #request(request) {
    this.requests.push(request);
    if (this.requests.length > KEPT_REQUESTS) this.requests.shift();
    this.#tell("request", request);
  }

  #panel(panel) {
    this.panel = { ...this.panel, ...panel };
    this.#tell("panel");
  }
}
