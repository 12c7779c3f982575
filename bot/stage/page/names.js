// Which names were written for the ids in a text, and whether they would still be the same.

const KINDS = ["user", "role", "channel"];

/** `look` as `markdown` asks it, and what it was asked. */
export function noting(look) {
  const asked = [];
  const noted = Object.fromEntries(KINDS.map((kind) => [kind, (id) => {
    const found = look[kind](id);
    asked.push({ kind, id, name: called(found) });
    return found;
  }]));
  return { look: { ...look, ...noted }, asked };
}

export const isOutdated = (asked, look) => asked.some(({ kind, id, name }) => called(look[kind](id)) !== name);

const called = (found) => found?.name ?? found; // a channel, a role, a member's name, or nobody
