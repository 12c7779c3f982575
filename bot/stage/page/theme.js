// Light or dark: as the system says, until a press of the button says otherwise.

import { h, replace } from "./dom.js";
import { icon } from "./icons.js";

const KEY = "stage-theme";

export class Theme {
  constructor() {
    this.system = matchMedia("(prefers-color-scheme: dark)");
    const kept = remembered();
    if (kept) document.documentElement.dataset.theme = kept;
  }

  get dark() {
    const chosen = document.documentElement.dataset.theme;
    return chosen ? chosen === "dark" : this.system.matches;
  }

  button() {
    const button = h("button", { type: "button", class: "icon-button", id: "theme", "data-key": "theme" });
    const show = () => {
      const label = this.dark ? "Light colours" : "Dark colours";
      replace(button, icon(this.dark ? "sun" : "moon"));
      button.setAttribute("aria-label", label);
      button.title = label;
    };
    button.addEventListener("click", () => {
      document.documentElement.dataset.theme = this.dark ? "light" : "dark";
      remember(document.documentElement.dataset.theme);
      show();
    });
    show();
    return button;
  }
}

// Storage may be forbidden; then the choice lasts as long as the page.
function remembered() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function remember(value) {
  try {
    localStorage.setItem(KEY, value);
  } catch {
    // nothing to do
  }
}
