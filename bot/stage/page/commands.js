// Slash commands as thoughts, without a page: which there are, which fit what is typed, is a value right, what is sent.

import { KIND } from "./state.js";

export const TYPE = { sub: 1, group: 2, string: 3, integer: 4, boolean: 5, user: 6, channel: 7, role: 8, mentionable: 9, number: 10, attachment: 11 };

const LARGEST = 2 ** 53 - 1;
const LONGEST = 6000;
const ADMINISTRATOR = 8n;
const BOOLEANS = [{ name: "True", value: true }, { name: "False", value: false }];

/** Every command that can be called: one per subcommand, `name` with spaces, `options` its own. */
export function callable(commands) {
  return commands.filter((command) => (command.type ?? 1) === 1).flatMap((command) => below(command, command, [], command.name));
}

function below(command, node, chain, name) {
  const subs = (node.options ?? []).filter((option) => option.type === TYPE.sub || option.type === TYPE.group);
  if (!subs.length) return [{ command, chain, name, description: node.description ?? "", options: node.options ?? [] }];
  return subs.flatMap((sub) => below(command, sub, [...chain, { type: sub.type, name: sub.name }], `${name} ${sub.name}`));
}

/** Is it offered here, to this member? Discord hides what cannot be used; the stage decides in the end. */
export function offered({ command }, channel) {
  const direct = channel.type === KIND.dm;
  if (command.guild_id && command.guild_id !== channel.guild_id) return false;
  if (command.contexts?.length && !command.contexts.includes(direct ? 1 : 0)) return false;
  if (direct) return command.dm_permission !== false;
  return hasPermissions(command.default_member_permissions, channel.permissions);
}

function hasPermissions(needed, held) {
  if (needed === null || needed === undefined || held === null || held === undefined) return true;
  const [need, have] = [BigInt(needed), BigInt(held)];
  return Boolean(have & ADMINISTRATOR) || (need !== 0n && (need & have) === need);
}

/** Commands that fit "/sea" or "/desk fe": those that begin so, then those that hold the word elsewhere. */
export function matching(list, typed) {
  const sought = typed.replace(/^\//, "").trimStart().toLowerCase().replace(/\s+/g, " ");
  const rank = (each) => {
    if (each.name.startsWith(sought)) return 0;
    if (each.name.split(" ").some((word) => word.startsWith(sought.trim()))) return 1;
    return each.name.includes(sought.trim()) ? 2 : 3;
  };
  return list.map((each) => [rank(each), each]).filter(([place]) => place < 3).sort(([a], [b]) => a - b).map(([, each]) => each);
}

/** The command whose full name opens the line, with what follows it; null where none is typed out. */
export function typedOut(list, typed) {
  const line = typed.replace(/^\//, "");
  const fits = list.filter((each) => line.toLowerCase().startsWith(`${each.name} `));
  const best = fits.sort((a, b) => b.name.length - a.name.length)[0];
  return best ? { found: best, rest: line.slice(best.name.length + 1) } : null;
}

/** Fixed choices, which a boolean has too; null where the value is free. */
export function fixedChoices(option) {
  if (option.type === TYPE.boolean) return BOOLEANS;
  return option.choices?.length ? option.choices : null;
}

/** What a typed text means for an option: `{value}` or `{problem}`; `picked` is a value taken from a list. */
export function read(option, text, picked) {
  if (picked !== undefined) return { value: picked };
  const typed = text.trim();
  if (!typed) return option.required ? { problem: "This option is required." } : {};
  const choices = fixedChoices(option);
  if (choices) {
    const same = choices.find((choice) => [choice.name, String(choice.value)].some((each) => each.toLowerCase() === typed.toLowerCase()));
    return same ? { value: same.value } : { problem: "Pick one of the choices." };
  }
  if (option.type === TYPE.integer || option.type === TYPE.number) return readNumber(option, typed);
  if (option.type === TYPE.string) return readString(option, text);
  if (option.type === TYPE.attachment) return { problem: "The stage takes no files." };
  return { problem: "Pick one from the list." };
}

/**
 * Shares out words that name no option: each empty option takes what fits it, a free text all that is left.
 * "asia-pacific 5" of /latest is the region and the count. `named(option)` gives the rows an option is picked from.
 */
export function shareOut(options, text, named = () => null) {
  const taken = [];
  let rest = text.trim();
  for (const option of options) {
    if (!rest) break;
    const fit = taking(option, rest, named(option));
    if (!fit) continue;
    taken.push({ option, value: fit.value, label: fit.label });
    rest = rest.slice(fit.length).trim();
  }
  return { taken, rest };
}

/** What an option takes off the beginning of a text: `{value, label, length}`, or null. */
function taking(option, text, rows) {
  if (rows) return longest(rows, text);
  if (option.type === TYPE.string) return read(option, text).problem ? null : { value: text, label: text, length: text.length };
  const [word] = text.split(/\s/, 1);
  const { value } = read(option, word);
  return value === undefined ? null : { value, label: word, length: word.length };
}

/** The longest name (or value) among the rows that the text begins with, as a whole word. */
function longest(rows, text) {
  const typed = text.toLowerCase();
  let best = null;
  for (const row of rows) {
    for (const name of [row.label, `#${row.label}`, `@${row.label}`, String(row.value)].map((each) => each.toLowerCase())) {
      const whole = typed.startsWith(name) && /^(\s|$)/.test(typed.slice(name.length));
      if (whole && name.length > (best?.length ?? 0)) best = { value: row.value, label: row.label, length: name.length };
    }
  }
  return best;
}

/** "nato japan region:eur" opens an option: what stood before, which, and what it was given; null where none is named. */
export function opening(options, text) {
  const match = /^(?:([\s\S]*)\s)?([\p{L}\p{N}_-]+):\s*(\S*)$/u.exec(text);
  const option = match && options.find((each) => each.name === match[2].toLowerCase());
  return option ? { before: (match[1] ?? "").trim(), option, given: match[3] } : null;
}

/** "sea shelf:travel most:3", all of it at once: what stood before, and what each option that is named was given. */
export function parted(options, text) {
  const names = [...text.matchAll(/(?:^|\s)([\p{L}\p{N}_-]+):/gu)].filter((match) => options.some((each) => each.name === match[1].toLowerCase()));
  const given = names.map((match, at) => [
    options.find((each) => each.name === match[1].toLowerCase()),
    text.slice(match.index + match[0].length, names[at + 1]?.index).trim(),
  ]);
  return { before: text.slice(0, names[0]?.index).trim(), given };
}

function readNumber(option, typed) {
  const value = Number(typed.replace(",", "."));
  const whole = option.type === TYPE.integer;
  if (!Number.isFinite(value) || (whole && !Number.isInteger(value))) return { problem: whole ? "A whole number, please." : "A number, please." };
  const [least, most] = [option.min_value ?? -LARGEST, option.max_value ?? LARGEST];
  if (value < least || value > most) {
    if (option.min_value !== undefined && option.max_value !== undefined) return { problem: `Between ${least} and ${most}.` };
    return { problem: value < least ? `At least ${least}.` : `At most ${most}.` };
  }
  return { value };
}

function readString(option, text) {
  const length = [...text].length;
  if (length < (option.min_length ?? 0)) return { problem: `At least ${option.min_length} characters.` };
  if (length > (option.max_length ?? LONGEST)) return { problem: `At most ${option.max_length ?? LONGEST} characters.` };
  return { value: text };
}

/** The `data` of an interaction: values by option name, the focused one marked for autocomplete. */
export function interactionData(called, values, focused = null) {
  const filled = called.options.filter((option) => option.name in values || option.name === focused);
  let options = filled.map((option) => ({
    type: option.type, name: option.name, value: values[option.name] ?? "", ...(option.name === focused ? { focused: true } : {}),
  }));
  for (const link of [...called.chain].reverse()) options = [{ type: link.type, name: link.name, options }];
  const { command } = called;
  const data = { version: command.version, id: command.id, name: command.name, type: 1, options, attachments: [] };
  if (command.guild_id) data.guild_id = command.guild_id;
  return data;
}
