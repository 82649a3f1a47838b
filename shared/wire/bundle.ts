import { digestOf, digestOfValue, type Digest } from '../lib/canonical.ts';
import { by, byCodeUnit } from '../lib/order.ts';
import { documentPath, fromPath } from './layout.ts';
import type { AppContent, BundleApp, BundleObject, Revision } from './revision.ts';

/** An application's entry in format 1 without `digest` and `source`: the members that it has there, and no others. */
export function plainEntry(app: Omit<BundleApp, 'digest' | 'source'>): Omit<BundleApp, 'digest' | 'source'> {
  const { namespace, name, selector, revisions, replicas, traffic, steps, health, notes, objects } = app;
  const isPlain = objects.every((object) => Object.keys(object).length === 3);
  const plain = isPlain ? objects : objects.map(({ id, path, digest }) => ({ id, path, digest }));
  return { namespace, name, selector, revisions, replicas, traffic, steps, health, notes, objects: plain };
}

/** The digest of an application in format 1: over everything in its entry but `digest` and `source`. */
export function appDigest(app: Omit<BundleApp, 'digest' | 'source'>): Digest {
  return digestOfValue(plainEntry(app));
}

/** The digest of a bundle of format 1: over the sorted (path, digest) pairs of all its objects. */
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

/** What of an application its document says. */
export function contentOf(app: AppContent): AppContent {
  const { namespace, name, target, digest, bytes, revisions, replicas, traffic, objects, dependsOn, kept, ready } = app;
  return {
    ...{ namespace, name, digest, revisions, replicas, traffic, objects },
    ...(target !== undefined && { target }),
    ...(bytes !== undefined && { bytes }),
    ...(dependsOn !== undefined && { dependsOn }),
    ...(kept !== undefined && { kept }),
    ...(ready !== undefined && { ready }),
  };
}

/** A file of a bundle beside revision.json: where it is, and the digest of its bytes. */
export interface BundleFile {
  readonly path: string;
  readonly digest: Digest;
}

/** Every file of a bundle beside revision.json: documents, where the format has them, and objects, those that serve meanwhile included. */
export function bundleFiles(revision: Pick<Revision, 'apps'>): BundleFile[] {
  return revision.apps.flatMap((app) => [
    ...filesOf(app),
    ...(app.from === undefined ? [] : filesOf(app.from).map((file) => ({ ...file, path: fromPath(file.path) }))),
  ]);
}

function filesOf(content: AppContent): BundleFile[] {
  const { digest, bytes, objects } = content;
  const files = objects.map((object) => ({ path: object.path, digest: object.digest }));
  return bytes === undefined ? files : [{ path: documentPath(content), digest }, ...files];
}

/** `namespace/name[@target]`: how an application is named in logs, annotations and tables. */
export function appKey(app: {
  readonly namespace: string;
  readonly name: string;
  readonly target?: string | undefined;
}): string {
  const key = `${app.namespace}/${app.name}`;
  return app.target === undefined ? key : `${key}@${app.target}`;
}

/** The parts of a key: `namespace/name` without the target, and the target. */
export function splitKey(key: string): { readonly app: string; readonly target: string | undefined } {
  const [app = '', target] = key.split('@');
  return { app, target };
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
