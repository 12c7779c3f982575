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
    await this.#snapshot();
    this.#listen();
  }

  async #snapshot() {
    const snapshot = await this.api.snapshot();
    this.api.member = snapshot.me.id;
    this.api.token = (snapshot.members ?? []).find((member) => member.id === snapshot.me.id)?.token ?? null;
    this.store.load(snapshot);
  }

  #listen() {
    const source = this.api.events();
    this.source = source;
    source.onopen = () => this.onState("live");
    source.onmessage = ({ data }) => this.store.apply(JSON.parse(data));
    source.onerror = () => {
      this.onState("gone");
      // The browser itself reconnects (with Last-Event-ID) unless the server answered with an error.
      if (source.readyState === EventSource.CLOSED && this.source === source) setTimeout(() => this.#resume(), AGAIN_AFTER);
    };
  }

  async #resume() {
    try {
      await this.look(this.api.member);
    } catch {
      setTimeout(() => this.#resume(), AGAIN_AFTER);
    }
  }

  /** Many channels may change at once: one snapshot answers for all. */
  #refresh(whole) {
    if (whole) for (const page of this.store.pages.values()) Object.assign(page, { list: [], loaded: false, whole: false });
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.#snapshot().catch(() => this.onState("gone")), GATHER);
  }
}
