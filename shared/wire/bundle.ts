import { digestOfValue, type Digest } from '../lib/canonical.ts';
import { by } from '../lib/order.ts';
import type { BundleApp, BundleObject, Revision } from './revision.ts';

/** Limits of a bundle (safety.md): bytes of all objects, objects, and bytes of one object. */
export const bundleLimits = { bytes: 8 * 1024 * 1024, objects: 5_000, objectBytes: 1024 * 1024 } as const;

/** The digest of an application's entry, over everything but `digest` and `source`: what rollout gates compare. */
export function appDigest(app: Omit<BundleApp, 'digest' | 'source'>): Digest {
  const { digest: _digest, source: _source, ...content } = app as BundleApp;
  return digestOfValue(content);
}

/** The digest of a bundle: over the sorted (path, digest) pairs of all its objects. */
export function bundleDigest(objects: readonly BundleObject[]): Digest {
  return digestOfValue([...objects].sort(by((object) => object.path)).map(({ path, digest }) => [path, digest]));
}

/** All objects that a revision names, in the order of its applications. */
export function bundleObjects(revision: Pick<Revision, 'apps'>): BundleObject[] {
  return revision.apps.flatMap((app) => app.objects);
}

/** `namespace/name`: how an application is named in logs, annotations and tables. */
export function appKey(app: { readonly namespace: string; readonly name: string }): string {
  return `${app.namespace}/${app.name}`;
}
