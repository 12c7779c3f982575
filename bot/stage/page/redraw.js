// Draws a part anew only when what it shows has changed, and keeps the keyboard where it was: what is rebuilt
// under a pointer loses the click, and an open menu its list.

import { replace } from "./dom.js";

const shown = new WeakMap();

/** `key` is all that the part depends on; `build()` gives its children. A child's `data-key` is how focus finds it again. */
export function redraw(element, key, build) {
  const text = JSON.stringify(key);
  if (shown.get(element) === text) return;
  shown.set(element, text);
  const focused = element.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  replace(element, build());
  if (focused) element.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}
