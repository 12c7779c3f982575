// Changes of the world in mid-run: permissions withdrawn, channels and servers lost and found.

import { announce, h } from "./dom.js";
import { redraw } from "./redraw.js";
import { isThread } from "./state.js";

const CHANGES = [
  ["withdraw-permission", "Withdraw a permission", ["channel", "permission"]],
  ["restore-permission", "Restore a permission", ["channel", "permission"]],
  ["delete-channel", "Delete a channel", ["channel"]],
  ["guild-unavailable", "Server has an outage", ["guild"]],
  ["guild-available", "Server is back", ["guild"]],
  ["delete-guild", "Bot is removed from a server", ["guild"]],
  ["return-guild", "Bot is invited again", ["left"]],
];
const PERMISSIONS = ["SEND_MESSAGES", "VIEW_CHANNEL", "EMBED_LINKS", "READ_MESSAGE_HISTORY", "SEND_MESSAGES_IN_THREADS", "MANAGE_MESSAGES", "ATTACH_FILES", "MENTION_EVERYONE"];

export class World {
  constructor(store, api) {
    this.store = store;
    this.api = api;
    this.what = h("select", { name: "do", "aria-label": "What happens", onchange: () => this.draw() }, CHANGES.map(([name, label]) => h("option", { value: name }, label)));
    this.guild = h("select", { name: "guild_id", "aria-label": "Server", onchange: () => this.draw() });
    this.channel = h("select", { name: "channel_id", "aria-label": "Channel" });
    this.permission = h("select", { name: "permission", "aria-label": "Permission" }, PERMISSIONS.map((name) => h("option", { value: name }, name.toLowerCase().replaceAll("_", " "))));
    this.said = h("p", { class: "said", role: "status" });
    this.node = h("form", { class: "small-form stacked", "data-testid": "world-form" }, this.what, this.guild, this.channel, this.permission, h("button", { type: "submit", class: "button danger" }, "Let it happen"), this.said);
    this.node.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#happen();
    });
  }

  draw() {
    const guilds = this.#needs().includes("left") ? this.store.left : this.store.guilds;
    fillOptions(this.guild, guilds.map((guild) => [guild.id, guild.name]));
    const channels = [...this.store.channels.values()].filter((channel) => channel.guild_id === this.guild.value && channel.type !== 4 && !isThread(channel));
    fillOptions(this.channel, channels.map((channel) => [channel.id, `#${channel.name}`]));
    this.#fit();
  }

  #needs() {
    return CHANGES.find(([name]) => name === this.what.value)?.[2] ?? [];
  }

  #fit() {
    const needs = this.#needs();
    this.channel.hidden = !needs.includes("channel");
    this.permission.hidden = !needs.includes("permission");
  }

  async #happen() {
    const change = { do: this.what.value, guild_id: this.guild.value };
    if (!this.channel.hidden) change.channel_id = this.channel.value;
    if (!this.permission.hidden) change.permission = this.permission.value;
    try {
      await this.api.changeWorld(change);
      this.said.textContent = `Done: ${this.what.selectedOptions[0].textContent.toLowerCase()}.`;
    } catch (error) {
      this.said.textContent = error.sentence ?? "The stage does not answer.";
    }
    announce(this.said.textContent);
  }
}

/** New options, the same choice where it is still there. */
function fillOptions(select, options) {
  const chosen = select.value;
  redraw(select, options, () => options.map(([value, label]) => h("option", { value, selected: value === chosen }, label)));
}
