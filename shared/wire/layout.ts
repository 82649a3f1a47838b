import { SluiceError } from '../errors.ts';
import type { ObjectRef } from '../model/object.ts';

/** Refs and paths of a channel. Nothing else in the code knows them. */
export const mainRef = 'refs/heads/main';
export const clusterRefPrefix = 'refs/heads/clusters/';
export const freshRefPrefix = 'refs/heads/fresh/';
export const revisionPath = 'revision.json';
export const revisionSignaturePath = 'revision.sig';
export const freshnessPath = 'freshness.json';
export const freshnessSignaturePath = 'freshness.sig';
export const rootFolder = 'root';

/** The ref that carries one cluster's bundle. */
export function clusterRef(cluster: string): string {
  return `${clusterRefPrefix}${cluster}`;
}

/** The ref of the freshness list whose shard (two hex digits) a registration falls into. */
export function freshRef(shard: string): string {
  return `${freshRefPrefix}${shard}`;
}

/** Paths of version `n` of the root document and of its signatures. */
export function rootPaths(n: number): { readonly document: string; readonly signature: string } {
  return { document: `${rootFolder}/${n}.json`, signature: `${rootFolder}/${n}.sig` };
}

/**
 * The file of an object in a bundle: `objects/NAMESPACE.APP/KIND[.GROUP]/NAMESPACE/NAME.json`, where `_` stands for no
 * namespace. Throws NAME_INVALID for names that Kubernetes does not allow as a path segment.
 */
export function objectPath(app: { readonly namespace: string; readonly name: string }, ref: ObjectRef): string {
  const kind = ref.group === '' ? ref.kind : `${ref.kind}.${ref.group}`;
  const parts = [appSegment(app), kind, ref.namespace === '' ? '_' : ref.namespace, `${ref.name}.json`];
  if ([...parts, ref.name].some((part) => part === '' || part === '.' || part === '..' || /[/%\0]/.test(part))) {
    throw new SluiceError('NAME_INVALID', 'this name cannot be a path', { subject: parts.join('/') });
  }
  return [objectsFolder, ...parts].join('/');
}

/** The folder that all objects of an application are in; two applications can share one when their namespaces have dots. */
export function appFolder(app: { readonly namespace: string; readonly name: string }): string {
  return `${objectsFolder}/${appSegment(app)}`;
}

/**
 * The document of an application in a bundle (from format 2 on): `apps/NAMESPACE/NAME[@TARGET].json`. No name that Kubernetes allows has an `@`.
 */
export function documentPath({ namespace, name, target }: Unit): string {
  return `${documentFolder({ namespace })}/${name}${target === undefined ? '' : `@${target}`}.json`;
}

/** True for the path of a document, that of what serves meanwhile included. */
export function isDocument(path: string): boolean {
  return /^(from\/)?apps\//.test(path);
}

/** The folder that the documents of a namespace are in. */
export function documentFolder({ namespace }: Pick<Unit, 'namespace'>): string {
  return `apps/${namespace}`;
}

/** Where a file of the content that serves until the new one does (`from`) is: beside those of the new one. */
export function fromPath(path: string): string {
  return `from/${path}`;
}

interface Unit {
  readonly namespace: string;
  readonly name: string;
  readonly target?: string | undefined;
}

const objectsFolder = 'objects';

function appSegment({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return `${namespace}.${name}`;
}
