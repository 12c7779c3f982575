// Light or dark: as the system says, until a press of the button says otherwise.

import { h, replace } from "./dom.js";
import { icon } from "./icons.js";
import { keep, recall } from "./memory.js";

export class Theme {
  constructor() {
    this.system = matchMedia("(prefers-color-scheme: dark)");
    const kept = recall("theme");
    if (kept === "dark" || kept === "light") document.documentElement.dataset.theme = kept;
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
      keep("theme", document.documentElement.dataset.theme);
      show();
    });
    show();
    return button;
  }
}
