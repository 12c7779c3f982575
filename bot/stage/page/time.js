// Says when something was: stamps beside messages, day lines, and times that go on counting.

const STEPS = [["year", 31557600], ["month", 2629800], ["week", 604800], ["day", 86400], ["hour", 3600], ["minute", 60]];
const STYLES = {
  t: { timeStyle: "short" },
  T: { timeStyle: "medium" },
  d: { dateStyle: "short" },
  D: { dateStyle: "long" },
  f: { dateStyle: "long", timeStyle: "short" },
  F: { dateStyle: "full", timeStyle: "short" },
  s: { dateStyle: "short", timeStyle: "short" },
  S: { dateStyle: "short", timeStyle: "medium" },
};
const TICK = 5000;
const counting = new Intl.RelativeTimeFormat("en", { numeric: "always" });

/** "3 minutes ago", "in 2 days". */
export function relative(date, now = new Date()) {
  const seconds = (date - now) / 1000;
  for (const [unit, length] of STEPS) {
    if (Math.abs(seconds) >= length) return counting.format(Math.trunc(seconds / length), unit);
  }
  return counting.format(Math.trunc(seconds), "second");
}

/** A time in one of Discord's styles; `R` is counted on by `keepCounting`. */
export function styled(date, style = "f") {
  return style === "R" ? relative(date) : new Intl.DateTimeFormat(undefined, STYLES[style] ?? STYLES.f).format(date);
}

export const clock = (date) => new Intl.DateTimeFormat(undefined, { timeStyle: "short" }).format(date);
export const full = (date) => new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" }).format(date);
export const day = (date) => new Intl.DateTimeFormat(undefined, { dateStyle: "long" }).format(date);

/** The stamp beside a name: the time alone for today, the day with it for older ones. */
export function stamp(date, now = new Date()) {
  if (date.toDateString() === now.toDateString()) return clock(date);
  const yesterday = new Date(now.getTime() - 86400000);
  if (date.toDateString() === yesterday.toDateString()) return `Yesterday at ${clock(date)}`;
  return styled(date, "s");
}

/** Renews every `<time data-relative>` on the page for as long as it is open. */
export function keepCounting(root = document) {
  setInterval(() => {
    const now = new Date();
    for (const element of root.querySelectorAll("time[data-relative]")) {
      const text = relative(new Date(element.dateTime), now);
      if (element.textContent !== text) element.textContent = text;
    }
  }, TICK);
}
