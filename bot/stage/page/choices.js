// What may be picked: channels, roles and members as rows for menus and for the message box.

import { compareIds } from "./ids.js";
import { avatar, channelIcon, icon } from "./icons.js";
import { KIND } from "./state.js";

/** A row: `{value, label, detail, picture}`; `picture` draws the small sign before it. */
export function channelRows(store, guildId, kinds = null) {
  const guild = store.guilds.find((each) => each.id === guildId);
  const all = [...store.channels.values()].filter((channel) => channel.guild_id === guild?.id && channel.can_view !== false);
  const fit = all.filter((channel) => (kinds?.length ? kinds.includes(channel.type) : channel.type !== KIND.category));
  fit.sort((a, b) => (a.position ?? 999) - (b.position ?? 999) || compareIds(a.id, b.id));
  return fit.map((channel) => ({
    value: channel.id, label: channel.name, detail: store.channels.get(channel.parent_id)?.name ?? "", picture: () => channelIcon(channel),
  }));
}

export function roleRows(store, guildId) {
  const guild = store.guilds.find((each) => each.id === guildId);
  const roles = [...(guild?.roles ?? [])].sort((a, b) => (b.position ?? 0) - (a.position ?? 0));
  return roles.map((role) => ({ value: role.id, label: role.name, detail: "role", picture: () => icon("shield") }));
}

export function memberRows(store, guildId) {
  const people = [...store.members, store.bot].filter(Boolean);
  const here = people.filter((each) => !guildId || !each.guilds || each.guilds.includes(guildId));
  return here.map((each) => ({ value: each.id, label: each.name, detail: "", picture: () => avatar({ ...each, bot: each === store.bot }, 20) }));
}

/** Rows whose words contain what was typed, those that begin with it first. */
export function fitting(rows, typed) {
  const sought = typed.trim().toLowerCase().replace(/^[#@]/, "");
  if (!sought) return rows;
  const rank = (row) => {
    const at = row.label.toLowerCase().indexOf(sought);
    return at === 0 ? 0 : at > 0 ? 1 : (row.detail ?? "").toLowerCase().includes(sought) ? 2 : 3;
  };
  return rows.map((row) => [rank(row), row]).filter(([place]) => place < 3).sort(([a], [b]) => a - b).map(([, row]) => row);
}
