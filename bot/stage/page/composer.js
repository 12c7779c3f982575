// The message box: plain words, or a slash command put together option by option, all from the keyboard.

import { channelRows, fitting, memberRows, roleRows } from "./choices.js";
import { callable, fixedChoices, interactionData, matching, offered, opening, parted, read, shareOut, TYPE, typedOut } from "./commands.js";
import { h, replace } from "./dom.js";
import { icon } from "./icons.js";
import { isThread, KIND } from "./state.js";
import { Suggestions } from "./suggestions.js";

const PAUSE = 180; // of typing, before autocomplete is asked

export class Composer {
  /** `acts`: `say(text)`, `call(called, data)`, `complete(data)`, `go(channelId)`. */
  constructor(form, store, acts) {
    this.form = form;
    this.store = store;
    this.acts = acts;
    this.called = null; // the command being put together
    this.pills = []; // {option, input, node, picked}
    this.asked = 0; // counts autocompletes, so that a late answer is not shown
    this.focus = null; // the pill being typed in, null for the tail
    this.#build();
  }

  /** The channel changed, or the commands did. */
  refresh(channel) {
    const moved = this.channel?.id !== channel?.id;
    this.channel = channel;
    const closed = !channel || channel.type === KIND.forum || channel.type === KIND.media;
    this.form.hidden = closed;
    const where = channel?.type === KIND.dm ? `@${channel.recipients?.[0]?.global_name ?? channel.recipients?.[0]?.username ?? this.store.bot?.name ?? "bot"}` : channel && isThread(channel) ? `“${channel.name}”` : `#${channel?.name ?? ""}`;
    this.placeholder = channel?.can_send === false ? "You cannot write here, but call commands: type /" : `Message ${where}`;
    if (moved) return this.reset();
    if (this.called) return; // a command half put together stays
    this.tail.placeholder = this.placeholder;
    if (this.suggestions.open) this.suggestions.keep(() => this.#suggest()); // other commands may be offered now
  }

  reset() {
    this.called = null;
    this.pills = [];
    this.tail.value = "";
    this.#show();
    this.suggestions.close();
  }

  /** Puts the cursor into the box; `text` is what was typed elsewhere. */
  enter(text = "") {
    if (text && !this.called) this.tail.value += text;
    this.tail.focus();
    this.#suggest();
  }

  #build() {
    this.tail = h("input", {
      id: "composer-input", class: "composer-input", type: "text", autocomplete: "off", autocapitalize: "off", spellcheck: "false", role: "combobox",
      "aria-autocomplete": "list", "aria-controls": "suggestions", "aria-expanded": "false", "aria-label": "Message or slash command", maxlength: 2000,
    });
    this.line = h("div", { class: "composer-line" });
    this.problem = h("p", { class: "composer-problem", id: "composer-problem", role: "alert" });
    this.sendButton = h("button", { type: "submit", class: "send", "aria-label": "Send" }, icon("send"));
    const slash = h("button", { type: "button", class: "slash", "aria-label": "Slash commands", title: "Slash commands", onclick: () => this.#startSlash() }, "/");
    this.suggestions = new Suggestions((row) => this.#take(row));
    replace(this.form, this.suggestions.node, h("div", { class: "composer-box" }, slash, this.line, this.sendButton), this.problem);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.form.addEventListener("keydown", (event) => this.#key(event));
    this.form.addEventListener("focusout", (event) => {
      if (!this.form.contains(event.relatedTarget)) this.suggestions.close();
    });
    this.line.addEventListener("click", (event) => {
      if (event.target === this.line) this.tail.focus();
    });
    this.#wire(this.tail, null);
  }

  #wire(input, pill) {
    input.addEventListener("focus", () => {
      this.focus = pill;
      this.#suggest();
    });
    input.addEventListener("input", () => {
      this.problem.textContent = "";
      if (pill) {
        pill.picked = undefined;
        pill.node.removeAttribute("data-wrong");
        fit(input);
      }
      this.#suggest(true);
    });
  }

  #startSlash() {
    if (!this.called && !this.tail.value.startsWith("/")) this.tail.value = "/";
    this.enter();
  }

  #show() {
    const chip = this.called ? h("span", { class: "command-chip", "data-testid": "command" }, `/${this.called.name}`) : null;
    replace(this.line, chip, this.pills.map((pill) => pill.node), this.tail);
    const more = this.called ? this.#unused().length : 0;
    this.tail.placeholder = this.called ? (more ? `+${more} optional` : "") : (this.placeholder ?? "");
    this.form.dataset.command = this.called?.name ?? "";
    this.problem.textContent = "";
  }

  #unused() {
    return this.called.options.filter((option) => !this.pills.some((pill) => pill.option === option));
  }

  // --- putting a command together ----------------------------------------------------------------

  #commands() {
    if (!this.channel) return [];
    return callable(this.store.commands).filter((each) => offered(each, this.channel));
  }

  #begin(called, rest = "") {
    this.called = called;
    this.pills = [];
    this.tail.value = "";
    for (const option of called.options.filter((each) => each.required)) this.#add(option);
    this.#show();
    const first = this.pills[0]?.input ?? this.tail;
    if (rest) first.value = rest;
    first.focus();
    this.#suggest(true);
  }

  #add(option) {
    const input = h("input", {
      class: "pill-input", type: "text", autocomplete: "off", autocapitalize: "off", spellcheck: "false", role: "combobox", "aria-autocomplete": "list",
      "aria-controls": "suggestions", "aria-expanded": "false", "aria-label": `${option.name}: ${option.description ?? ""}`, "data-option-input": option.name,
      inputmode: option.type === TYPE.integer || option.type === TYPE.number ? "decimal" : null, "aria-required": String(Boolean(option.required)),
    });
    const node = h("span", { class: "pill", "data-option": option.name }, h("span", { class: "pill-name" }, option.name), input);
    node.addEventListener("click", () => input.focus());
    const pill = { option, input, node, picked: undefined };
    this.pills.push(pill);
    this.#wire(input, pill);
    fit(input);
    return pill;
  }

  #remove(pill) {
    const at = this.pills.indexOf(pill);
    this.pills.splice(at, 1);
    this.#show();
    (this.pills[at - 1]?.input ?? this.tail).focus();
  }

  #next(pill) {
    const empty = this.pills.slice(this.pills.indexOf(pill) + 1).find((each) => !each.input.value);
    (empty?.input ?? this.tail).focus();
  }

  // --- suggestions -------------------------------------------------------------------------------

  #suggest(typing = false) {
    if (!this.form.contains(document.activeElement)) return;
    if (!this.called) this.#suggestCommands(typing);
    else if (this.focus) this.#suggestValues(this.focus);
    else this.#suggestOptions();
  }

  #suggestCommands(typing) {
    const text = this.tail.value;
    if (!text.startsWith("/")) return this.suggestions.close();
    const list = this.#commands();
    const out = typing && typedOut(list, text);
    if (out) return this.#begin(out.found, out.rest);
    const rows = matching(list, text).map((called) => ({
      called, label: `/${called.name}`, detail: called.description, note: called.options.filter((each) => each.required).map((each) => each.name).join("  "),
    }));
    this.suggestions.show(this.tail, rows, { title: "Commands", none: this.store.commands.length ? "No command of that name" : "The bot has no commands yet", first: true });
  }

  #suggestOptions() {
    const typed = this.tail.value;
    const unused = this.#unused();
    const named = opening(unused, typed);
    if (named && this.#place(named.before) === "") return this.#open(named.option, named.given);
    const rows = fitting(unused.map((option) => ({ option, label: option.name, detail: option.description ?? "" })), typed);
    const values = rows.length ? [] : unused.flatMap((option) => fitting(this.#rows(option) ?? [], typed).map((row) => ({ ...row, option, detail: option.name })));
    if (!rows.length && !values.length) return this.suggestions.close();
    this.suggestions.show(this.tail, rows.length ? rows : values, { title: "Options", first: Boolean(typed.trim()) });
  }

  /** Puts words that name no option where they fit; gives back what fits nowhere. */
  #place(text) {
    const { taken, rest } = shareOut(this.#unused(), text, (option) => this.#rows(option));
    if (rest) return rest;
    for (const { option, value, label } of taken) {
      const pill = this.#add(option);
      pill.input.value = label;
      pill.picked = value;
      fit(pill.input);
    }
    if (taken.length) this.tail.value = "";
    if (taken.length) this.#show();
    return "";
  }

  /** Is what was typed already a whole value, so that Enter sends rather than picks? */
  #isWhole(pill) {
    if (!this.called) return false;
    if (pill) return pill.picked === undefined && this.#rows(pill.option) !== null && read(pill.option, pill.input.value, this.#sameName(pill)).value !== undefined;
    const { taken, rest } = shareOut(this.#unused(), this.tail.value, (option) => this.#rows(option));
    return taken.length > 0 && !rest && !this.#unused().some((option) => option.name === this.tail.value.trim());
  }

  #open(option, text = "") {
    this.tail.value = "";
    const pill = this.#add(option);
    this.#show();
    pill.input.value = text;
    fit(pill.input);
    pill.input.focus();
    this.#suggest(true);
  }

  #suggestValues(pill) {
    const { option, input } = pill;
    if (pill.picked === undefined && this.#partOff(pill)) return;
    const head = { title: option.name, hint: option.description ?? "", required: option.required };
    const rows = this.#rows(option);
    if (rows) {
      const shown = pill.picked === undefined ? fitting(rows, input.value) : rows;
      return this.suggestions.show(input, shown, { ...head, none: "Nothing of that name", first: pill.picked === undefined && Boolean(shown.length) });
    }
    if (!option.autocomplete) return this.suggestions.show(input, [], head);
    this.suggestions.show(input, pill.rows ?? [], { ...head, busy: true });
    clearTimeout(this.pause);
    this.pause = setTimeout(() => this.#ask(pill, head), PAUSE);
  }

  /** Options may be named within another's words, and each by its own name: then they get what is theirs. */
  #partOff(pill) {
    const { option, input } = pill;
    const own = `${option.name}:`;
    if (input.value.trimStart().toLowerCase().startsWith(own)) input.value = input.value.trimStart().slice(own.length).trimStart();
    const empty = this.pills.filter((each) => each !== pill && !each.input.value).map((each) => each.option);
    const { before, given } = parted([...this.#unused(), ...empty], input.value);
    if (!before || !given.length) return false;
    input.value = before;
    fit(input);
    const named = given.map(([each, text]) => {
      const its = this.pills.find(({ option: known }) => known === each) ?? this.#add(each);
      its.input.value = text;
      fit(its.input);
      return its;
    });
    this.#show();
    named.at(-1).input.focus();
    this.#suggest(true);
    return true;
  }

  async #ask(pill, head) {
    if (!this.pills.includes(pill)) return; // given up meanwhile
    const turn = (this.asked += 1);
    const outcome = await this.acts.complete(interactionData(this.called, { ...this.#values().values, [pill.option.name]: pill.input.value }, pill.option.name));
    if (turn !== this.asked || this.focus !== pill || !this.pills.includes(pill)) return;
    pill.rows = (outcome.choices ?? []).map((choice) => ({ label: choice.name, value: choice.value }));
    const none = outcome.state === "failed" ? "Loading options failed" : "No suggestions for that";
    this.suggestions.show(pill.input, pill.rows, { ...head, none });
  }

  /** The list an option is picked from, null where it is written freely. */
  #rows(option) {
    const fixed = fixedChoices(option);
    if (fixed) return fixed.map((choice) => ({ label: choice.name, value: choice.value }));
    const guild = this.channel.guild_id;
    if (option.type === TYPE.channel) return channelRows(this.store, guild, option.channel_types);
    if (option.type === TYPE.role) return roleRows(this.store, guild);
    if (option.type === TYPE.user) return memberRows(this.store, guild);
    if (option.type === TYPE.mentionable) return [...memberRows(this.store, guild), ...roleRows(this.store, guild)];
    return null;
  }

  #take(row) {
    if (row.called) return this.#begin(row.called);
    if (row.option && row.value !== undefined) {
      this.#place(row.label);
      return this.tail.focus();
    }
    if (row.option) return this.#open(row.option);
    const pill = this.focus;
    pill.input.value = row.label;
    pill.picked = row.value;
    pill.node.removeAttribute("data-wrong");
    fit(pill.input);
    clearTimeout(this.pause);
    this.asked += 1;
    this.#next(pill);
  }

  // --- keys and sending --------------------------------------------------------------------------

  #key(event) {
    if (event.isComposing) return;
    const list = this.suggestions;
    const pill = this.focus;
    const empty = event.target.value === "";
    const keys = {
      ArrowDown: () => list.step(1),
      ArrowUp: () => list.step(-1),
      Enter: () => !this.#isWhole(pill) && list.take(),
      Tab: () => !event.shiftKey && list.take(),
      Escape: () => list.close() || this.#abandon(),
      Backspace: () => empty && this.called && this.#back(pill),
    };
    if (keys[event.key]?.()) event.preventDefault();
  }

  #abandon() {
    if (!this.called && !this.tail.value) return false;
    this.reset();
    this.tail.focus();
    return true;
  }

  #back(pill) {
    if (pill && !pill.option.required) this.#remove(pill);
    else if (pill && this.pills.indexOf(pill) > 0) this.pills[this.pills.indexOf(pill) - 1].input.focus();
    else if (!pill && this.pills.length) this.pills.at(-1).input.focus();
    else this.#abandon();
    return true;
  }

  #values() {
    const values = {};
    const problems = [];
    for (const pill of this.pills) {
      const { value, problem } = read(pill.option, pill.input.value, pill.picked ?? this.#sameName(pill));
      if (value !== undefined) values[pill.option.name] = value;
      if (problem) problems.push({ pill, problem });
    }
    return { values, problems };
  }

  /** A channel, role or member typed out by name rather than picked. */
  #sameName({ option, input }) {
    if (![TYPE.channel, TYPE.role, TYPE.user, TYPE.mentionable].includes(option.type)) return undefined;
    const typed = input.value.trim().toLowerCase().replace(/^[#@]/, "");
    return this.#rows(option).find((row) => row.label.toLowerCase() === typed)?.value;
  }

  #submit() {
    if (!this.called) return this.#say();
    const left = this.#place(this.tail.value);
    if (left) return this.#complain(null, `No option takes “${left}”.`);
    const { values, problems } = this.#values();
    for (const { pill } of problems) pill.node.dataset.wrong = "";
    if (problems.length) return this.#complain(problems[0].pill, `${problems[0].pill.option.name}: ${problems[0].problem}`);
    const called = this.called;
    this.reset();
    this.tail.focus();
    this.acts.call(called, interactionData(called, values));
  }

  #complain(pill, sentence) {
    pill?.input.focus();
    this.problem.textContent = sentence;
  }

  async #say() {
    const text = this.tail.value.trim();
    if (!text) return;
    if (text.startsWith("/") && !this.#commands().some((each) => `/${each.name}` === text)) {
      return this.#complain(null, this.store.commands.length ? `There is no command “${text}”.` : "The bot has no commands yet.");
    }
    const called = this.#commands().find((each) => `/${each.name}` === text);
    if (called) return this.#begin(called);
    this.tail.value = "";
    const problem = await this.acts.say(text);
    if (problem) {
      this.tail.value ||= text;
      this.problem.textContent = problem;
    }
  }
}

/** An input as wide as its words. */
function fit(input) {
  input.style.setProperty("--length", `${Math.min(Math.max([...input.value].length + 1, 3), 48)}ch`);
}
