// Keeps the store true: a snapshot, then the stream of events; after a gap, a snapshot again.

const AGAIN_AFTER = 1500;
const GATHER = 150;

export class Stream {
  constructor(api, store, onState) {
    this.api = api;
    this.store = store;
    this.onState = onState; // "live" | "gone"
    this.source = null;
    this.waiting = null;
    store.addEventListener("stale", ({ detail }) => this.#refresh(detail.whole));
  }

  /** Looks through one member's eyes (null: whoever the stage puts first). */
  async look(memberId) {
    this.source?.close();
    this.api.member = memberId;
    const held = [];
    const source = this.api.events();
    this.source = source;
    source.onmessage = ({ data }) => held.push(data); // what happens while the snapshot is on its way
    source.onopen = () => this.onState("live");
    source.onerror = () => this.#lost(source);
    try {
      await opened(source);
      await this.#snapshot();
    } catch (error) {
      source.close();
      throw error;
    }
    for (const data of held) this.store.apply(JSON.parse(data));
    source.onmessage = ({ data }) => this.store.apply(JSON.parse(data));
  }

  async #snapshot() {
    const snapshot = await this.api.snapshot();
    this.api.member = snapshot.me?.id ?? null;
    this.api.token = (snapshot.members ?? []).find((member) => member.id === snapshot.me?.id)?.token ?? null;
    this.store.load(snapshot);
  }

  /** The browser itself reconnects (with Last-Event-ID) unless the server answered with an error. */
  #lost(source) {
    this.onState("gone");
    if (source.readyState === EventSource.CLOSED && this.source === source && this.store.me) setTimeout(() => this.#resume(source), AGAIN_AFTER);
  }

  async #resume(source) {
    if (this.source !== source) return;
    try {
      await this.look(this.api.member);
    } catch {
      setTimeout(() => this.#resume(this.source), AGAIN_AFTER);
    }
  }

  /** Many channels may change at once: one snapshot answers for all. */
  #refresh(whole) {
    if (whole) for (const page of this.store.pages.values()) Object.assign(page, { list: [], loaded: false, whole: false });
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.#snapshot().catch(() => this.onState("gone")), GATHER);
  }
}

/** Once the stream is open, nothing is missed. */
function opened(source) {
  return new Promise((resolve, reject) => {
    if (source.readyState === EventSource.OPEN) resolve();
    source.addEventListener("open", () => resolve(), { once: true });
    source.addEventListener("error", () => reject(new Error("no stream")), { once: true });
  });
}
