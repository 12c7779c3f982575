// Small things the browser keeps for us. Storage may be forbidden: then they last as long as the page.

/** What was kept under a name, else null. */
export function recall(name, storage = "localStorage") {
  try {
    return JSON.parse(window[storage].getItem(`stage-${name}`));
  } catch {
    return null;
  }
}

export function keep(name, value, storage = "localStorage") {
  try {
    window[storage].setItem(`stage-${name}`, JSON.stringify(value));
  } catch {
    // nothing to do
  }
}
