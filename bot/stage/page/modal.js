// Modals: a form the bot asks for, shown as a dialog, answered as an interaction of type 5.

import { h } from "./dom.js";
import { markdown } from "./markdown.js";
import { selectNode } from "./select.js";

const SELECTS = [3, 5, 6, 7, 8];

/** Shows it; `submit(components)` sends and resolves with the outcome, so that a failure keeps the words. */
export function showModal(modal, { store, guildId }, submit) {
  const fields = [];
  const rows = (modal.components ?? []).map((each) => part(each, fields, { store, guildId }));
  const wrong = h("p", { class: "failure", role: "alert", hidden: true });
  const send = h("button", { type: "submit", class: "button primary" }, "Submit");
  const cancel = h("button", { type: "button", class: "button secondary", onclick: () => dialog.close() }, "Cancel");
  const form = h(
    "form",
    { class: "modal-form", novalidate: true },
    h("h2", { class: "modal-title", id: "modal-title" }, modal.title ?? ""),
    h("div", { class: "modal-fields" }, rows), wrong,
    h("footer", { class: "modal-foot" }, cancel, send),
  );
  const dialog = h("dialog", { class: "modal", "aria-labelledby": "modal-title", "data-testid": "modal" }, form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const missing = fields.map((field) => field.check()).find(Boolean);
    if (missing) return;
    send.disabled = true;
    wrong.hidden = true;
    const outcome = await submit((modal.components ?? []).map((each) => answer(each, fields)));
    send.disabled = false;
    if (outcome.state === "failed") {
      wrong.textContent = outcome.error ?? "Something went wrong. Try again.";
      wrong.hidden = false;
    } else dialog.close();
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.getElementById("layer").append(dialog);
  dialog.showModal();
  form.querySelector("input, textarea, .select")?.focus();
}

function part(component, fields, context) {
  if (component.type === 1) return (component.components ?? []).map((each) => labelled(each, each.label, "", fields, context));
  if (component.type === 18) return labelled(component.component, component.label, component.description, fields, context);
  if (component.type === 10) return h("div", { class: "md" }, markdown(component.content));
  return null;
}

function labelled(component, label, description, fields, context) {
  const field = makeField(component, label, context);
  fields.push(field);
  const id = `field-${component.custom_id}`;
  const problem = h("p", { class: "field-problem", id: `${id}-problem`, role: "alert" });
  field.problem = problem;
  const single = field.control.matches?.("input, textarea");
  if (single) field.control.setAttribute("id", id);
  field.control.setAttribute("aria-describedby", `${id}-problem`);
  const star = field.required ? h("span", { class: "star", "aria-label": "required" }, " *") : null;
  const heading = single ? h("label", { class: "field-label", for: id }, label, star) : h("div", { class: "field-label" }, label, star);
  return h("div", { class: "field" }, heading, description ? h("p", { class: "field-hint" }, description) : null, field.control, problem);
}

/** A control with `value()` (what type 5 wants of it) and `check()` (true where something is amiss). */
function makeField(component, label, context) {
  const kinds = { 4: textField, 19: fileField, 21: radioField, 22: boxesField, 23: boxField };
  const make = SELECTS.includes(component.type) ? selectField : (kinds[component.type] ?? fileField);
  const field = { id: component.custom_id, required: component.required ?? true, ...make(component, label, context) };
  field.check = () => {
    const complaint = field.complaint();
    field.problem.textContent = complaint ?? "";
    field.control.setAttribute("aria-invalid", String(Boolean(complaint)));
    if (complaint) field.control.focus?.();
    return Boolean(complaint);
  };
  return field;
}

function textField(component) {
  const tall = component.style === 2;
  const least = component.min_length ?? 0;
  const control = h(tall ? "textarea" : "input", {
    class: "text-field", placeholder: component.placeholder, maxlength: component.max_length ?? 4000, rows: tall ? 5 : null, type: tall ? null : "text",
    "data-custom-id": component.custom_id,
  });
  control.value = component.value ?? "";
  const complaint = () => {
    const length = [...control.value].length;
    if ((component.required ?? true) && !control.value.trim()) return "This field is required.";
    return length && length < least ? `At least ${least} characters.` : null;
  };
  return { control, value: () => ({ value: control.value }), complaint };
}

function selectField(component, label, context) {
  let values = (component.options ?? []).filter((option) => option.default).map((option) => option.value);
  const control = selectNode({ placeholder: label, ...component }, context, (picked) => {
    values = picked;
  });
  const complaint = () => ((component.required ?? true) && values.length < Math.max(1, component.min_values ?? 1) ? "Please choose." : null);
  return { control, value: () => ({ values }), complaint };
}

function radioField(component) {
  const group = choiceGroup(component, "radio");
  return { ...group, value: () => ({ value: group.picked()[0] ?? null }) };
}

function boxesField(component) {
  const group = choiceGroup(component, "checkbox");
  return { ...group, value: () => ({ values: group.picked() }) };
}

function choiceGroup(component, type) {
  const inputs = (component.options ?? []).map((option) => ({
    option, input: h("input", { type, name: component.custom_id, value: option.value, checked: Boolean(option.default) }),
  }));
  const control = h(
    "div",
    { class: "choice-group", role: type === "radio" ? "radiogroup" : "group", "data-custom-id": component.custom_id },
    inputs.map(({ option, input }) => h("label", { class: "choice" }, input, h("span", null, option.label, option.description ? h("small", null, option.description) : null))),
  );
  const picked = () => inputs.filter(({ input }) => input.checked).map(({ option }) => option.value);
  const complaint = () => {
    const count = picked().length;
    if ((component.required ?? true) && count < Math.max(1, component.min_values ?? 1)) return "Please choose.";
    return count > (component.max_values ?? Infinity) ? `At most ${component.max_values}.` : null;
  };
  return { control, picked, complaint };
}

function boxField(component) {
  const control = h("input", { type: "checkbox", "data-custom-id": component.custom_id, checked: Boolean(component.default) });
  return { control, value: () => ({ value: control.checked }), complaint: () => null, required: false };
}

function fileField(component) {
  const control = h("p", { class: "field-hint" }, "The stage takes no files.");
  return { control, value: () => ({ values: [] }), complaint: () => ((component.required ?? true) ? "This needs a file, which the stage cannot take." : null) };
}

/** What was filled in, in the shape of Discord's client. */
function answer(component, fields) {
  const numbered = component.id === undefined ? {} : { id: component.id };
  const inner = (each) => {
    const field = fields.find((one) => one.id === each.custom_id);
    return { type: each.type, custom_id: each.custom_id, ...(each.id === undefined ? {} : { id: each.id }), ...field.value() };
  };
  if (component.type === 1) return { type: 1, ...numbered, components: (component.components ?? []).map(inner) };
  if (component.type === 18) return { type: 18, ...numbered, component: inner(component.component) };
  return { type: component.type, ...numbered };
}
