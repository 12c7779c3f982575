// Turns Discord's markdown into elements. Text in, nodes out: no markup is ever made from what was sent.

import { h, outward, webAddress } from "./dom.js";
import { full, styled } from "./time.js";

const DEEPEST = 10;
const FENCE = /(?<!\\)```(?:([\w+#.-]{1,20})\n)?([\s\S]+?)```/g;
const HEADING = /^(#{1,3}) +(\S.*)$/;
const SUBTEXT = /^-# +(\S.*)$/;
const ITEM = /^( *)([-*]|\d{1,9}\.) +(\S.*)$/;
const URL_TAIL = /(?:[.,:;"'!?\]]|&gt)+$/;

// Tried in this order at every character that may begin something; each maps a match to a node.
const INLINE = [
  [/\\([^\p{L}\p{N}\s])/uy, (m, look) => (look.escapes === false ? null : m[1])],
  [/(`{1,2})((?:[^`]|(?<!`)`(?!`))+?)\1(?!`)/y, (m) => h("code", null, m[2].trim() || m[2])],
  [/<t:(-?\d{1,13})(?::([tTdDfFsSR]))?>/y, (m) => moment(Number(m[1]), m[2])],
  [/<@!?(\d{1,20})>/y, (m, look) => mention(`@${look.user(m[1]) ?? "unknown-user"}`)],
  [/<@&(\d{1,20})>/y, (m, look) => roleMention(look.role(m[1]))],
  [/<#(\d{1,20})>/y, (m, look) => channelMention(m[1], look.channel(m[1]))],
  [/<\/([^:<>\n]{1,100}):\d{1,20}>/y, (m) => mention(`/${m[1]}`)],
  [/<a?:(\w{1,32}):\d{1,20}>/y, (m) => h("span", { class: "emoji", title: `:${m[1]}:` }, `:${m[1]}:`)],
  [/<(https?:\/\/[^\s<>]+)>/y, (m) => outward(m[1], null, m[1])],
  [/\[((?:[^[\]]|\[[^[\]]*\])+)\]\(\s*<?(https?:\/\/(?:[^\s()<>]|\([^\s()<>]*\))+)>?(?:\s+["']([^"'\n]*)["'])?\s*\)/y, masked],
  [/https?:\/\/[^\s<>]+/y, bareLink],
  [/@(?:everyone|here)\b/y, (m) => mention(m[0])],
  [/\*\*\*(?=\S)([\s\S]+?)\*\*\*(?!\*)/y, (m, look, deep) => h("strong", null, h("em", null, inline(m[1], look, deep)))],
  [/\*\*((?:\\[\s\S]|[^\\])+?)\*\*(?!\*)/y, wrap("strong")],
  [/\*(?=\S)((?:\*\*|\\[\s\S]|\s+(?:\\[\s\S]|[^\s*\\]|\*\*)|[^\s*\\])+?)\*(?!\*)/y, wrap("em")],
  [/__((?:\\[\s\S]|[^\\])+?)__(?!_)/y, wrap("u")],
  [/(?<![\p{L}\p{N}])_((?:__|\\[\s\S]|[^\\_])+?)_(?![\p{L}\p{N}])/uy, wrap("em")],
  [/~~([\s\S]+?)~~(?!~)/y, wrap("s")],
  [/\|\|([\s\S]+?)\|\|/y, (m, look, deep) => spoiler(inline(m[1], look, deep))],
];
const MAY_BEGIN = /[\\`<[h@*_~|]/;

/** Names for the ids in mentions; unknown ones are shown as such. */
export const NOBODY = { user: () => null, role: () => null, channel: () => null, links: true };

/** A whole text: headings, lists, quotes, code, and what stands within lines. */
export function markdown(text, look = NOBODY) {
  const fragment = document.createDocumentFragment();
  const source = String(text ?? "");
  let at = 0;
  for (const match of source.matchAll(FENCE)) {
    fragment.append(...blocks(source.slice(at, match.index).replace(/\n$/, ""), look, 0));
    fragment.append(fenced(match[1], match[2]));
    at = match.index + match[0].length;
    if (source[at] === "\n") at += 1;
  }
  fragment.append(...blocks(source.slice(at), look, 0));
  return fragment;
}

/** One line, such as an embed's title: no headings or lists, and no links but the one around it. */
export function line(text, look = NOBODY) {
  return inline(String(text ?? ""), { ...look, links: false }, 0);
}

/** The text without its marks, for announcements and excerpts. */
export function plain(text, look = NOBODY) {
  const box = h("div", null, markdown(text, look));
  return box.textContent.replace(/\s+/g, " ").trim();
}

function blocks(text, look, deep) {
  if (!text) return [];
  const lines = text.split("\n");
  const nodes = [];
  let run = [];
  const flush = () => {
    if (run.length) nodes.push(h("div", { class: "md-text" }, inline(run.join("\n"), look, deep)));
    run = [];
  };
  for (let at = 0; at < lines.length; ) {
    const [node, taken] = block(lines, at, look, deep);
    if (node) {
      flush();
      nodes.push(node);
    } else run.push(lines[at]);
    at += taken;
  }
  flush();
  return nodes;
}

/** The block that begins at a line and how many lines it takes; no node for ordinary text. */
function block(lines, at, look, deep) {
  const text = lines[at];
  if (deep < DEEPEST && text.startsWith(">>> ")) {
    const inner = [text.slice(4), ...lines.slice(at + 1)].join("\n");
    return [h("blockquote", null, blocks(inner, look, deep + 1)), lines.length - at];
  }
  if (deep < DEEPEST && text.startsWith("> ")) {
    const quoted = takeWhile(lines, at, (each) => each.startsWith("> "));
    return [h("blockquote", null, blocks(quoted.map((each) => each.slice(2)).join("\n"), look, deep + 1)), quoted.length];
  }
  const heading = HEADING.exec(text);
  if (heading) {
    const level = heading[1].length;
    return [h("div", { class: `md-h${level}`, role: "heading", "aria-level": level + 2 }, inline(heading[2], look, deep)), 1];
  }
  const small = SUBTEXT.exec(text);
  if (small) return [h("div", { class: "md-sub" }, inline(small[1], look, deep)), 1];
  if (ITEM.test(text)) {
    const items = takeWhile(lines, at, (each) => ITEM.test(each)).map((each) => ITEM.exec(each));
    const kind = numbered(items[0]);
    const change = items.findIndex((each) => each[1].length <= items[0][1].length && numbered(each) !== kind);
    const own = change < 0 ? items : items.slice(0, change); // after dots come numbers: another list
    return [list(own, look, deep), own.length];
  }
  return [null, 1];
}

const numbered = (item) => item[2].endsWith(".");

function takeWhile(lines, from, test) {
  let end = from;
  while (end < lines.length && test(lines[end])) end += 1;
  return lines.slice(from, end);
}

function list(items, look, deep) {
  const indent = items[0][1].length;
  const number = Number.parseInt(items[0][2], 10);
  const root = Number.isNaN(number) ? h("ul") : h("ol", { start: number });
  for (let at = 0; at < items.length; ) {
    const item = h("li", null, inline(items[at][3], look, deep));
    const below = takeWhile(items, at + 1, (each) => each[1].length > indent);
    if (below.length && deep < DEEPEST) item.append(list(below, look, deep + 1));
    root.append(item);
    at += 1 + below.length;
  }
  return root;
}

function fenced(language, code) {
  const body = h("code", null, code.replace(/^\n+|\n+$/g, ""));
  return h("pre", { class: "md-fence", "data-language": language, tabindex: 0 }, body);
}

function inline(text, look, deep) {
  if (deep > DEEPEST) return [text];
  const nodes = [];
  let run = "";
  for (let at = 0; at < text.length; ) {
    const found = MAY_BEGIN.test(text[at]) ? begin(text, at, look, deep) : null;
    if (!found) {
      run += text[at];
      at += 1;
      continue;
    }
    if (run) nodes.push(run);
    run = "";
    nodes.push(found.node);
    at = found.end;
  }
  if (run) nodes.push(run);
  return nodes;
}

function begin(text, at, look, deep) {
  for (const [pattern, build] of INLINE) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    const node = match && build(match, look, deep + 1);
    if (node === null || node === undefined) continue;
    return { node, end: at + (match.taken ?? match[0].length) };
  }
  return null;
}

function wrap(tag) {
  return (match, look, deep) => h(tag, null, inline(match[1], look, deep));
}

/** `[words](address)`, unless the words pretend to be an address. Discord shows the backslashes in them. */
function masked(match, look, deep) {
  const [, words, address, title] = match;
  if (!look.links || !webAddress(address) || /https?:\/\/|\bdiscord\.gg\b/i.test(words)) return null;
  return outward(address, { title: title || address }, inline(words, { ...look, links: false, escapes: false }, deep));
}

function bareLink(match, look) {
  const address = trimmed(match[0]);
  if (!look.links || !webAddress(address)) return null;
  match.taken = address.length;
  return outward(address, null, address);
}

/** A link in a sentence does not take the sentence's full stop, nor the bracket that was opened before it. */
function trimmed(address) {
  let text = address.replace(URL_TAIL, "");
  while (text.endsWith(")") && text.split(")").length > text.split("(").length) text = text.slice(0, -1);
  return text;
}

function moment(seconds, style) {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return null;
  const attributes = { class: "md-time", datetime: date.toISOString(), title: full(date), "data-relative": style === "R" };
  return h("time", attributes, styled(date, style));
}

const mention = (text) => h("span", { class: "mention" }, text);

function roleMention(role) {
  if (!role) return mention("@unknown-role");
  const colour = role.color ? `#${role.color.toString(16).padStart(6, "0")}` : null;
  return h("span", { class: "mention", vars: colour ? { mention: colour } : {} }, `@${role.name}`);
}

function channelMention(id, channel) {
  if (!channel) return mention("#unknown");
  return h("a", { class: "mention", href: `#/${id}` }, `#${channel.name}`);
}

function spoiler(nodes) {
  const veil = h("span", { class: "spoiler", role: "button", tabindex: 0, "aria-expanded": "false", "aria-label": "Spoiler: show" }, h("span", null, nodes));
  const lift = (event) => {
    if (event.type === "keydown" && event.key !== "Enter" && event.key !== " ") return;
    if (veil.getAttribute("aria-expanded") === "true") return;
    event.preventDefault();
    veil.setAttribute("aria-expanded", "true");
    veil.removeAttribute("aria-label");
  };
  veil.addEventListener("click", lift);
  veil.addEventListener("keydown", lift);
  return veil;
}
