import { siteLabelPrefix } from '../../shared/model/names.ts';
import type { Labels } from '../../shared/model/selector.ts';
import { appDigest } from '../../shared/wire/bundle.ts';
import type { BundleApp } from '../../shared/wire/revision.ts';

/**
 * An application that stays as it was published, for a cluster with these labels: its selector leaves out what the labels do
 * not match any more, or else its agent would skip it. Everything else stays as it was, byte for byte.
 */
export function keptApp(app: BundleApp, labels: Labels): BundleApp {
  const kept = Object.entries(app.selector).filter(
    ([key, value]) => key.startsWith(siteLabelPrefix) || labels[key] === value,
  );
  if (kept.length === Object.keys(app.selector).length) return app;
  const content = { ...app, selector: Object.fromEntries(kept) };
  return { ...content, digest: appDigest(content) };
}
