// One message as an element: who, when, the words, embeds, pictures, components, and what stands below.

import { componentsNode } from "./components.js";
import { h, outward } from "./dom.js";
import { embedNodes, picture } from "./embed.js";
import { avatar, icon } from "./icons.js";
import { markdown, plain } from "./markdown.js";
import { FLAG } from "./state.js";
import { clock, full, stamp } from "./time.js";

const SYSTEM = {
  6: (name) => `${name} pinned a message to this channel.`,
  7: (name) => `${name} joined.`,
  12: (name, message) => `${name} has added ${message.content || "a channel"} to this channel. Its news will show up here.`,
  18: (name, message) => `${name} started a thread: ${message.content}`,
};

/** `acts` carries what pressing things does: `press`, `choose`, `dismiss`, `go`; `look` names what is mentioned. */
export function messageNode(message, { store, acts, compact, look }) {
  const ephemeral = isEphemeral(message);
  const parts = SYSTEM[message.type] ? [system(message)] : body(message, look, { store, acts });
  const node = h(
    "li",
    {
      class: "message", id: `message-${message.id}`, "data-message-id": message.id, "data-testid": "message",
      "data-author": message.author?.id, "data-ephemeral": ephemeral, "data-compact": compact, "data-local": message.local,
      "data-ping": store.pingsMe(message),
    },
    used(message),
    answers(message, look),
    h("div", { class: "gutter" }, compact ? brief(message) : avatar(message.author ?? {}, 40)),
    h("div", { class: "message-main" }, compact ? null : heading(message, store), parts, below(message, ephemeral, compact, { store, acts })),
  );
  return node;
}

export const isEphemeral = (message) => Boolean(message.ephemeral || (message.flags ?? 0) & FLAG.ephemeral);

/** A few words of it, for announcements and excerpts. */
export function gist(message, look, length = 140) {
  const parts = [message.content, ...(message.embeds ?? []).flatMap((embed) => [embed.title, embed.description]), ...texts(message.components)];
  const words = parts.filter(Boolean).map((part) => plain(part, look)).join(" · ");
  return words.length > length ? `${words.slice(0, length - 1)}…` : words;
}

export function nameOf(author, member) {
  return member?.nick ?? author?.global_name ?? author?.name ?? author?.username ?? "Someone";
}

function texts(components) {
  return (components ?? []).flatMap((each) => [each.type === 10 ? each.content : null, ...texts(each.components)]).filter(Boolean);
}

function heading(message, store) {
  const author = message.author ?? {};
  const date = new Date(message.timestamp);
  const colour = store.members.find((member) => member.id === author.id)?.color;
  return h(
    "div",
    { class: "message-head" },
    h("span", { class: "author", vars: typeof colour === "string" && colour ? { author: colour } : {} }, nameOf(author, message.member)),
    author.bot ? h("span", { class: "app-tag" }, message.webhook_id && (message.flags ?? 0) & FLAG.copy ? "NEWS" : "APP") : null,
    h("time", { class: "stamp", datetime: message.timestamp, title: full(date) }, stamp(date)),
    marks(message, store),
  );
}

/** What Discord's own client hides: silence, publication, whom it called. */
function marks(message, store) {
  const flags = message.flags ?? 0;
  return [
    flags & FLAG.silent ? h("span", { class: "mark", title: "Sent silently: nobody was notified" }, icon("quiet"), h("span", { class: "unseen" }, "sent silently")) : null,
    rings(message, store),
    flags & FLAG.crossposted ? h("span", { class: "mark", title: "Published to the channels that follow this one" }, icon("horn"), "Published") : null,
  ].filter(Boolean);
}

/** Whom it notifies, which the stage alone can tell. */
function rings(message, store) {
  const { members = [], silent = false } = message.stage_pings ?? {};
  if (!members.length || isEphemeral(message)) return null;
  const look = store.look(message.guild_id);
  const names = members.slice(0, 12).map((id) => look.user(id) ?? "someone").join(", ");
  const title = `${silent ? "Marks the channel, without a sound, for" : "Notifies"} ${names}${members.length > 12 ? " and others" : ""}`;
  return h("span", { class: "mark", title }, icon("people"), String(members.length), h("span", { class: "unseen" }, title));
}

const brief = (message) => h("time", { class: "stamp brief", datetime: message.timestamp }, clock(new Date(message.timestamp)));

function body(message, look, context) {
  if ((message.flags ?? 0) & FLAG.thinking) return [thinking(message)];
  const parts = [];
  if (message.content) parts.push(h("div", { class: "content md", "data-testid": "content" }, markdown(message.content, look), edited(message)));
  if (message.attachments?.length) parts.push(h("div", { class: "attachments" }, message.attachments.map(attachment)));
  if (!((message.flags ?? 0) & FLAG.suppressEmbeds)) parts.push(...embedNodes(message.embeds ?? [], look));
  if (message.components?.length) parts.push(componentsNode(message, look, context));
  if (message.sticker_items?.length) parts.push(h("p", { class: "md-sub" }, `Sticker: ${message.sticker_items.map((each) => each.name).join(", ")}`));
  if (!message.content && message.edited_timestamp) parts.push(edited(message));
  if (message.thread) parts.push(threadLink(message.thread, context.acts));
  return parts;
}

function edited(message) {
  if (!message.edited_timestamp || isEphemeral(message)) return null;
  return h("span", { class: "edited", title: `Edited ${full(new Date(message.edited_timestamp))}` }, "(edited)");
}

function thinking(message) {
  const dots = h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i"));
  return h("p", { class: "thinking", "data-testid": "thinking" }, dots, `${nameOf(message.author)} is thinking…`);
}

function system(message) {
  const words = SYSTEM[message.type](nameOf(message.author, message.member), message);
  return h("p", { class: "system" }, words);
}

function attachment(file) {
  if ((file.content_type ?? "").startsWith("image/")) return picture({ ...file, description: file.description ?? file.filename }, "attached-picture");
  const size = file.size ? ` · ${Math.ceil(file.size / 1024)} kB` : "";
  return h("div", { class: "attached-file" }, icon("file"), outward(file.url, null, file.filename ?? "file"), h("span", { class: "md-sub" }, size));
}

function threadLink(thread, acts) {
  const count = thread.message_count ? `${thread.message_count} messages` : "Open the thread";
  return h(
    "button",
    { type: "button", class: "thread-link", onclick: () => acts.go(thread.id) },
    icon("thread"), h("strong", null, thread.name), h("span", null, `${count} ›`),
  );
}

/** "Ada used /search" above the answer to a command. */
function used(message) {
  const source = message.interaction_metadata ?? message.interaction;
  const name = message.interaction?.name ?? message.interaction_metadata?.name;
  if (!source?.user || !name) return null;
  return h(
    "div",
    { class: "above" },
    h("span", { class: "elbow", "aria-hidden": "true" }), avatar(source.user, 16),
    h("span", { class: "above-name" }, nameOf(source.user)), " used ", h("span", { class: "mention" }, `/${name}`),
  );
}

function answers(message, look) {
  const first = message.referenced_message;
  if (!first || message.type !== 19) return null;
  return h(
    "div",
    { class: "above" },
    h("span", { class: "elbow", "aria-hidden": "true" }), avatar(first.author ?? {}, 16),
    h("span", { class: "above-name" }, nameOf(first.author)), h("span", { class: "above-gist" }, gist(first, look, 100)),
  );
}

function below(message, ephemeral, compact, { store, acts }) {
  const failure = store.failures.get(message.id);
  const lines = [];
  const shown = compact ? marks(message, store) : []; // else they stand beside the name
  if (shown.length) lines.push(h("p", { class: "marks" }, shown));
  if (failure) lines.push(h("p", { class: "failure", role: "alert", "data-testid": "failure" }, icon("warning"), failure));
  if (message.reactions?.length) lines.push(h("div", { class: "reactions" }, message.reactions.map((each) => h("span", { class: "reaction" }, `${each.emoji?.name ?? "?"} ${each.count}`))));
  if (ephemeral) lines.push(onlyYou(message, acts));
  return lines;
}

function onlyYou(message, acts) {
  return h(
    "p",
    { class: "only-you" },
    icon("eye"), "Only you can see this · ",
    h("button", { type: "button", class: "as-link", "data-testid": "dismiss", onclick: () => acts.dismiss(message) }, "Dismiss message"),
  );
}
