// Speaks to the stage: the snapshot, messages, what a member does, faults and changes of the world.

export class Api {
  constructor() {
    this.member = null; // the id we look through
    this.token = null;
  }

  snapshot() {
    return this.#json("GET", `/stage/state${this.#as("?")}`);
  }

  events() {
    return new EventSource(`/stage/events${this.#as("?")}`);
  }

  /** A page of a channel, oldest first. */
  messages(channelId, { before = null, limit = 50 } = {}) {
    const older = before ? `&before=${before}` : "";
    return this.#json("GET", `/stage/channels/${channelId}/messages?limit=${limit}${older}${this.#as("&")}`);
  }

  say(channelId, content, nonce) {
    return this.#json("POST", `/api/v10/channels/${channelId}/messages`, { content, nonce });
  }

  interact(body) {
    return this.#json("POST", "/api/v10/interactions", body);
  }

  faults() {
    return this.#json("GET", "/stage/faults");
  }

  setFault(fault) {
    return this.#json("POST", "/stage/faults", fault);
  }

  removeFault(id) {
    return this.#json("DELETE", id === undefined ? "/stage/faults" : `/stage/faults/${id}`);
  }

  changeWorld(change) {
    return this.#json("POST", "/stage/world", change);
  }

  #as(sign) {
    return this.member ? `${sign}as=${encodeURIComponent(this.member)}` : "";
  }

  async #json(method, path, body) {
    const headers = {};
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (this.token) headers.Authorization = this.token;
    const answer = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
    const text = await answer.text();
    const value = text && (answer.headers.get("Content-Type") ?? "").includes("json") ? JSON.parse(text) : null;
    if (!answer.ok) throw new Refused(answer.status, value);
    return value;
  }
}

/** The stage said no; `sentence` is fit for a reader. */
export class Refused extends Error {
  constructor(status, body) {
    super(body?.message ?? `The stage answered ${status}.`);
    this.status = status;
    this.body = body;
  }

  get sentence() {
    const details = collect(this.body?.errors);
    return details.length ? `${this.message}: ${details.join("; ")}` : this.message;
  }
}

/** Discord's nested errors as "path: message". */
function collect(errors, path = []) {
  if (!errors || typeof errors !== "object") return [];
  const own = (errors._errors ?? []).map((each) => `${path.join(".")}: ${each.message}`);
  const below = Object.entries(errors).filter(([key]) => key !== "_errors");
  return [...own, ...below.flatMap(([key, value]) => collect(value, [...path, key]))];
}
