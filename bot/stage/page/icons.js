// The icons and avatars of the page, drawn here in strokes.

import { svg } from "./dom.js";

const STROKES = {
  hash: "M10 4 8 20M16 4l-2 16M4.5 9h16M3.5 15h16",
  horn: "M4 10v4l3 .5L18 19V5L7 9.5ZM7.5 14.5 9 20h2.5l-1-4.7M21 10v4",
  forum: "M4 5h12v9H9l-3.5 3v-3H4ZM19 9h1.5v9H19v2.5L16 18h-5",
  thread: "M6 4v8a4 4 0 0 0 4 4h9M15.5 12.5 19 16l-3.5 3.5",
  at: "M16 12a4 4 0 1 1-1.3-3M16 8v5.5a2.5 2.5 0 0 0 4.5-1.5A8.5 8.5 0 1 0 17 18.8",
  voice: "M4 10v4h3.5L12 18V6l-4.5 4ZM15.5 9a4.5 4.5 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11",
  down: "m6 9.5 6 6 6-6",
  right: "m9.5 6 6 6-6 6",
  back: "m14.5 6-6 6 6 6",
  close: "M6 6l12 12M18 6 6 18",
  menu: "M4 7h16M4 12h16M4 17h16",
  panel: "M4 5h16v14H4ZM14.5 5v14",
  sun: "M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8ZM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4",
  moon: "M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10Z",
  eye: "M2.5 12S6 6 12 6s9.5 6 9.5 6-3.5 6-9.5 6-9.5-6-9.5-6ZM12 9.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5Z",
  quiet: "M6 17h12l-1.5-2.5V10a4.5 4.5 0 0 0-7-3.7M7.5 9.5v5L6 17M10.5 20h3M4 4l16 16",
  warning: "M12 4 2.8 19.5h18.4ZM12 10v4.5M12 16.8v.4",
  check: "m5 12.5 4.5 4.5L19 7.5",
  out: "M13.5 4.5h6v6M19.5 4.5 11 13M18 14v5.5H4.5V6H10",
  plus: "M12 5v14M5 12h14",
  people: "M9 5.5a3 3 0 1 1 0 6 3 3 0 0 1 0-6ZM3.5 19c0-3.5 2.5-5.5 5.5-5.5s5.5 2 5.5 5.5M16 6a2.8 2.8 0 0 1 0 5.3M17 13.7c2.3.5 3.7 2.5 3.7 5.3",
  shield: "M12 3.5 5 6v5.5c0 4.5 3 7.5 7 9 4-1.5 7-4.5 7-9V6Z",
  send: "M4 12 20 4.5 15.5 20l-4-6.5ZM11.5 13.5 20 4.5",
  reply: "M9.5 7 4.5 12l5 5M4.5 12H15a4.5 4.5 0 0 1 4.5 4.5V18",
  picture: "M4 5h16v14H4ZM4 16l4.5-4.5 4 4L15 13l5 5M15.5 8.5v.5",
  file: "M6.5 3.5h7l4 4v13h-11ZM13.5 3.5v4h4",
};

export function icon(name, className = "icon") {
  const path = svg("path", { d: STROKES[name] ?? STROKES.hash });
  return svg("svg", { viewBox: "0 0 24 24", class: className, "aria-hidden": "true", focusable: "false" }, path);
}

/** Discord's number for a kind of channel, as an icon. */
export function channelIcon(channel) {
  const names = { 1: "at", 2: "voice", 5: "horn", 10: "thread", 11: "thread", 12: "thread", 15: "forum", 16: "picture" };
  return icon(names[channel.type] ?? "hash", "icon channel-icon");
}

/** A face for whoever has none: initials on a disc whose colour follows from the id; a bot's carries three lines of print. */
export function avatar(user, size = 40) {
  const hue = hueOf(user.id ?? user.name ?? "");
  const face = svg("svg", { viewBox: "0 0 40 40", width: size, height: size, class: "avatar", "aria-hidden": "true" });
  face.style.setProperty("--hue", String(hue));
  face.append(svg("circle", { cx: 20, cy: 20, r: 20, class: "avatar-ground" }));
  if (user.bot) {
    face.append(svg("path", { d: "M12 13.5h16M12 19.5h8M12 25.5h8", class: "avatar-print" }));
    face.append(svg("rect", { x: 23, y: 18.5, width: 5, height: 8, rx: 1.2, class: "avatar-photo" }));
    return face;
  }
  face.append(svg("circle", { cx: 31, cy: 7, r: 15, class: "avatar-light" }));
  const letters = svg("text", { x: 20, y: 20.5, class: "avatar-letters" });
  letters.textContent = initials(user.global_name ?? user.name ?? user.username ?? "?");
  face.append(letters);
  return face;
}

/** One or two letters that stand for a name. */
export function initials(name) {
  const words = String(name).trim().split(/[\s_-]+/u).filter(Boolean);
  const letters = words.slice(0, 2).map((word) => [...word][0] ?? "");
  return (letters.join("") || "?").toUpperCase();
}

export function hueOf(text) {
  let sum = 7;
  for (const character of String(text)) sum = (sum * 31 + character.codePointAt(0)) % 9973;
  return (sum * 137) % 360; // ids that follow one another get colours far apart
}
