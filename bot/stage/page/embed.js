// Embeds: a bar of colour, a headline that is a link, words, fields, pictures with their alt text, a footer.

import { h, outward, webAddress } from "./dom.js";
import { line, markdown } from "./markdown.js";
import { full, stamp } from "./time.js";

/** Embeds that share one address are one card with several pictures, as Discord shows them. */
export function embedNodes(embeds, look) {
  const cards = [];
  for (const embed of embeds) {
    const same = embed.url && cards.find((card) => card.embed.url === embed.url);
    if (same) {
      if (embed.image) same.pictures.push(embed.image);
    } else cards.push({ embed, pictures: embed.image ? [embed.image] : [] });
  }
  return cards.map(({ embed, pictures }) => embedNode(embed, pictures, look));
}

/** A picture that says what it shows, and stays polite when it cannot be had. */
export function picture(media, className = "", sizes = {}) {
  const address = webAddress(media.proxy_url) ?? webAddress(media.url);
  const alt = media.description ?? "";
  const frame = h("figure", { class: `picture ${className}`, "data-alt": alt || null });
  if (!address) return missing(frame, alt);
  const image = h("img", { src: address, alt, title: alt || null, loading: "lazy", decoding: "async", referrerpolicy: "no-referrer", ...sizes });
  if (media.width && media.height) frame.style.setProperty("--ratio", `${Number(media.width)} / ${Number(media.height)}`);
  image.addEventListener("error", () => missing(frame, alt), { once: true });
  frame.append(outward(webAddress(media.url) ?? address, { class: "picture-link", "aria-label": alt ? `Picture: ${alt}` : "Picture" }, image));
  if (alt) frame.append(h("span", { class: "alt-mark", title: alt, "aria-hidden": "true" }, "ALT"));
  return frame;
}

export const colourOf = (number) => (Number.isInteger(number) ? `#${(number & 0xffffff).toString(16).padStart(6, "0")}` : null);

function embedNode(embed, pictures, look) {
  const colour = colourOf(embed.color);
  const inside = [
    embed.provider?.name ? h("div", { class: "embed-provider" }, outward(embed.provider.url, null, embed.provider.name)) : null,
    embed.author?.name ? author(embed.author) : null,
    embed.title ? h("div", { class: "embed-title", role: "heading", "aria-level": 3 }, title(embed, look)) : null,
    embed.description ? h("div", { class: "embed-description md" }, markdown(embed.description, look)) : null,
    embed.fields?.length ? h("div", { class: "embed-fields" }, fields(embed.fields, look)) : null,
    pictures.length ? h("div", { class: "embed-pictures", "data-count": Math.min(pictures.length, 4) }, pictures.slice(0, 4).map((each) => picture(each, "embed-picture"))) : null,
    embed.footer?.text || embed.timestamp ? footer(embed) : null,
  ];
  return h(
    "article",
    { class: "embed", "data-testid": "embed", vars: colour ? { bar: colour } : {}, "data-thumbnail": Boolean(embed.thumbnail) },
    h("div", { class: "embed-body" }, inside),
    embed.thumbnail ? picture(embed.thumbnail, "embed-thumbnail") : null,
  );
}

function title(embed, look) {
  const words = line(embed.title, look);
  return embed.url ? outward(embed.url, null, words) : words;
}

function author({ name, url, icon_url: face }) {
  const small = webAddress(face) ? h("img", { class: "small-face", src: face, alt: "", referrerpolicy: "no-referrer" }) : null;
  return h("div", { class: "embed-author" }, small, url ? outward(url, null, name) : h("span", null, name));
}

/** Up to three inline fields share a row; each says how much of the row is its own. */
function fields(list, look) {
  const rows = [];
  for (const field of list) {
    const last = rows.at(-1);
    if (field.inline && last?.[0].inline && last.length < 3) last.push(field);
    else rows.push([field]);
  }
  return rows.flatMap((row) =>
    row.map((field) =>
      h("div", { class: "embed-field", vars: { span: String(12 / row.length) } },
        h("div", { class: "embed-field-name" }, line(field.name, look)),
        h("div", { class: "embed-field-value md" }, markdown(field.value, look)))));
}

function footer(embed) {
  const small = webAddress(embed.footer?.icon_url) ? h("img", { class: "small-face", src: embed.footer.icon_url, alt: "", referrerpolicy: "no-referrer" }) : null;
  const date = embed.timestamp ? new Date(embed.timestamp) : null;
  const when = date && !Number.isNaN(date.getTime()) ? h("time", { datetime: date.toISOString(), title: full(date) }, stamp(date)) : null;
  const dot = embed.footer?.text && when ? h("span", { "aria-hidden": "true" }, "•") : null;
  return h("div", { class: "embed-footer" }, small, embed.footer?.text ? h("span", null, embed.footer.text) : null, dot, when);
}

function missing(frame, alt) {
  frame.replaceChildren(h("div", { class: "picture-missing" }, alt || "This picture cannot be shown."));
  return frame;
}
