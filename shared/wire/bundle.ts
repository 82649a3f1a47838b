import { digestOf, digestOfValue, type Digest } from '../lib/canonical.ts';
import { by, byCodeUnit } from '../lib/order.ts';
import type { BundleApp, BundleObject, Revision } from './revision.ts';

/** The digest of an application's entry, over everything but `digest` and `source`: what rollout gates compare. */
export function appDigest(app: Omit<BundleApp, 'digest' | 'source'>): Digest {
  return digestOfValue({ ...app, digest: undefined, source: undefined });
}

/** The digest of a bundle: over the sorted (path, digest) pairs of all its objects. */
export function bundleDigest(objects: readonly BundleObject[]): Digest {
  // Pairs of texts are canonical as they are.
  return digestOf(
    JSON.stringify([...objects].sort(by((object) => object.path)).map(({ path, digest }) => [path, digest])),
  );
}

/** All objects that a revision names, in the order of its applications. */
export function bundleObjects(revision: Pick<Revision, 'apps'>): BundleObject[] {
  return revision.apps.flatMap((app) => app.objects);
}

/** `namespace/name`: how an application is named in logs, annotations and tables. */
export function appKey(app: { readonly namespace: string; readonly name: string }): string {
  return `${app.namespace}/${app.name}`;
}

/** The digest that names a guarded change: over the channel, the registration, the generation that first proposed it, and its sorted ids. */
export function changeDigest(change: {
  readonly channel: string;
  readonly registration: string;
  readonly generation: number;
  readonly ids: readonly string[];
}): Digest {
  return digestOfValue([change.channel, change.registration, change.generation, [...change.ids].sort(byCodeUnit)]);
}
