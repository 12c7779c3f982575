// Acts for the member: posts interactions as Discord's own client does, and waits for what becomes of them.

import { newId } from "./ids.js";

const PATIENCE = 20000; // the stage decides after 3 s; this is for a stage that is gone

export class Interactions {
  constructor(api, store) {
    this.api = api;
    this.store = store;
    this.session = crypto.randomUUID?.().replaceAll("-", "") ?? newId();
    this.waiting = new Map(); // nonce -> what to do at each state
    store.addEventListener("interaction", ({ detail }) => this.waiting.get(detail.nonce)?.(detail));
  }

  /** Sends one; resolves with the first state that says how it went: `deferred`, `answered`, `failed`, `autocomplete`, `modal`. */
  async send(type, { channelId, guildId, messageId, messageFlags, applicationId, data }) {
    const nonce = newId();
    const body = {
      type, application_id: applicationId ?? this.store.bot?.id, channel_id: channelId, session_id: this.session, nonce, data,
    };
    if (guildId) body.guild_id = guildId;
    if (messageId) Object.assign(body, { message_id: messageId, message_flags: messageFlags ?? 0 });
    const outcome = this.#outcome(nonce);
    try {
      await this.api.interact(body);
    } catch (error) {
      this.waiting.get(nonce)?.({ nonce, state: "failed", error: error.sentence ?? "The stage does not answer." });
    }
    return outcome;
  }

  #outcome(nonce) {
    return new Promise((resolve) => {
      const end = (state) => {
        clearTimeout(timer);
        this.waiting.delete(nonce);
        resolve(state);
      };
      const timer = setTimeout(() => end({ nonce, state: "failed" }), PATIENCE);
      this.waiting.set(nonce, (state) => {
        if (state.state !== "sent") end(state);
      });
    });
  }
}
