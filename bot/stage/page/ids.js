// Snowflakes: numbers too large for JavaScript's own, so kept as text; compared, turned into times, invented.

const EPOCH = 1420070400000;

/** Below zero if a was made before b. */
export function compareIds(a, b) {
  const [left, right] = [String(a), String(b)];
  return left.length - right.length || (left < right ? -1 : left > right ? 1 : 0);
}

export function laterId(a, b) {
  if (!a || !b) return a || b || null;
  return compareIds(a, b) > 0 ? a : b;
}

/** The id just above, to ask for what is "before" it. */
export const after = (id) => String(BigInt(id) + 1n);

/** An id of our own, for nonces and for lines that only this page shows; above `floor` if one is given. */
export function newId(floor = null) {
  const made = (BigInt(Date.now() - EPOCH) << 22n) | BigInt(Math.floor(Math.random() * 0x3fffff));
  return floor && compareIds(made, floor) <= 0 ? after(floor) : String(made);
}
