import { isEqual } from '../../shared/lib/equal.ts';
import { byCodeUnit } from '../../shared/lib/order.ts';
import { siteLabelPrefix } from '../../shared/model/names.ts';
import type { Labels } from '../../shared/model/selector.ts';
import type { RevisionFormat } from '../../shared/wire/formats/format.ts';
import type { BundleApp } from '../../shared/wire/revision.ts';

/**
 * An application that stays as it was published, for a cluster with these labels: its selector leaves out what the labels do
 * not match any more, or else its agent would skip it. What is `asked` of its objects is reported from now on: the next content may
 * wait for that. Everything else stays as it was, byte for byte.
 */
export function keptApp(
  published: BundleApp,
  labels: Labels,
  format: Pick<RevisionFormat, 'seal' | 'hasDocuments'>,
  asked: NonNullable<BundleApp['observe']> = [],
): BundleApp {
  const app = format.hasDocuments ? withAsked(published, asked) : published;
  const kept = Object.entries(app.selector).filter(
    ([key, value]) => key.startsWith(siteLabelPrefix) || labels[key] === value,
  );
  if (kept.length === Object.keys(app.selector).length) return app;
  return format.seal({ ...app, selector: Object.fromEntries(kept) });
}

function withAsked(app: BundleApp, asked: NonNullable<BundleApp['observe']>): BundleApp {
  const there = new Set(app.objects.map(({ id }) => id));
  const fields = new Map((app.observe ?? []).map((one) => [one.id, one.fields]));
  for (const { id, fields: more } of asked.filter((one) => there.has(one.id))) {
    fields.set(id, [...new Set([...(fields.get(id) ?? []), ...more])].sort(byCodeUnit));
  }
  const observe = [...fields].sort(([a], [b]) => byCodeUnit(a, b)).map(([id, all]) => ({ id, fields: [...all] }));
  return observe.length === 0 || isEqual(observe, app.observe) ? app : { ...app, observe };
}

/** True when an application says the same as it did, whatever commit it came from. */
export function isSameApp(a: BundleApp, b: BundleApp): boolean {
  // Where an application has no document, its digest covers all of it.
  return a.digest === b.digest && (a.bytes === undefined || isEqual(directiveOf(a), directiveOf(b)));
}

/** What of an application the digest of its document does not cover: what is about one cluster, or about how to get there. */
export function directiveOf({ selector, health, notes, observe, from, delivery }: BundleApp): unknown {
  return [selector, health, notes, observe, from?.digest, delivery];
}
