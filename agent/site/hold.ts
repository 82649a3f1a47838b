import type { Hold, Site } from '../model/site.ts';

/** Why the site holds changes now: by hand, or because its window is closed. Null = it does not. */
export function holdNow(site: Site, now: number): Hold | null {
  const { hold, window } = site;
  if (hold !== null && (hold.until === null || hold.until > now)) return hold;
  const state = window?.at(now);
  if (window === null || state === undefined || state.isOpen) return null;
  return { until: state.until, reason: `outside its window (${window.text})`, isWindow: true };
}

/** When the answer of `holdNow` changes next if the site's ConfigMap does not; null = never. Milliseconds since the epoch. */
export function holdChangesAt({ hold, window }: Site, now: number): number | null {
  const times = [hold?.until ?? null, window?.at(now).until ?? null].filter((at) => at !== null && at > now);
  return times.length === 0 ? null : Math.min(...(times as number[]));
}
