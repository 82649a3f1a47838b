import { isEqual } from '../../shared/lib/equal.ts';
import { siteLabelPrefix } from '../../shared/model/names.ts';
import type { Labels } from '../../shared/model/selector.ts';
import type { RevisionFormat } from '../../shared/wire/formats/format.ts';
import type { BundleApp } from '../../shared/wire/revision.ts';

/**
 * An application that stays as it was published, for a cluster with these labels: its selector leaves out what the labels do
 * not match any more, or else its agent would skip it. Everything else stays as it was, byte for byte.
 */
export function keptApp(app: BundleApp, labels: Labels, format: Pick<RevisionFormat, 'seal'>): BundleApp {
  const kept = Object.entries(app.selector).filter(
    ([key, value]) => key.startsWith(siteLabelPrefix) || labels[key] === value,
  );
  if (kept.length === Object.keys(app.selector).length) return app;
  return format.seal({ ...app, selector: Object.fromEntries(kept) });
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
