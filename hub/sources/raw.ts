import { asSluiceError } from '../../shared/errors.ts';
import { parseYaml } from '../../shared/lib/yaml.ts';
import type { Component } from '../model/documents.ts';
import type { Attempt, RenderFault } from '../model/fault.ts';
import { isMap } from '../model/json-map.ts';
import type { ManifestReader } from '../model/manifest-reader.ts';
import { referenceFault, referenceMatcher, referencesOf } from '../model/references.ts';
import type { Steps } from '../model/reporter.ts';
import { matchingPaths } from './paths.ts';
import type { ComponentSource, Manifest, SourceCheck, SourceJob } from './source.ts';

/** Raw Kubernetes objects: those written in the component, then those of the files that `path` and `glob` name. */
export function rawSourceOf(read: ManifestReader): ComponentSource {
  return {
    name: 'raw',
    types: ['k8s-objects'],
    isVerbatim: true,
    check,
    filesOf: (component, paths) => matchingPaths(referencesOf(component.properties), paths),
    parameterOf,
    manifests: (job, signal) => manifests(job, read, signal),
  };
}

/** The same, for a program that nothing else waits for: files are read where they are asked for. */
export const rawSource: ComponentSource = rawSourceOf(readHere);

function check({ properties = {} }: Component, where: SourceCheck): void {
  const { reporter, path } = where;
  const { objects, path: file, glob } = properties;
  if (objects === undefined && file === undefined && glob === undefined) {
    reporter.error('DOCUMENT_INVALID', path, 'k8s-objects names no objects', 'give properties.objects, path or glob');
  }
  if (objects !== undefined && !Array.isArray(objects)) {
    reporter.error('DOCUMENT_INVALID', [...path, 'objects'], 'properties.objects must be a list');
  }
  checkReference('path', file, where);
  checkReference('glob', glob, where);
}

function checkReference(key: 'path' | 'glob', reference: unknown, { path, files, reporter }: SourceCheck): void {
  if (reference === undefined) return;
  const where = [...path, key];
  if (typeof reference !== 'string' || reference === '') {
    reporter.error('DOCUMENT_INVALID', where, `properties.${key} must be text`);
    return;
  }
  const fault = referenceFault(key, reference);
  if (fault !== null) reporter.error('DOCUMENT_INVALID', where, fault.message, fault.hint);
  else if (![...files.keys()].some(referenceMatcher({ [key]: reference }))) {
    const hint = 'write it from the top folder of the repository; only .yaml, .yml and .json files count';
    reporter.error('REFERENCE_NOT_FOUND', where, `no file for ${reference}`, hint);
  }
}

// The definition checks the shape of the objects alone: their content belongs to Kubernetes. One of each kind is enough where
// each has a kind; where one has none, its place in the list is told.
function parameterOf({ properties = {} }: Component): unknown {
  const { objects } = properties;
  if (!Array.isArray(objects)) return properties;
  const shapes = objects.map((item: unknown) =>
    isMap(item) ? { apiVersion: item['apiVersion'], kind: item['kind'] } : item,
  );
  return { ...properties, objects: shapes.every(hasKind) ? oneOfEach(shapes) : shapes };
}

interface Shape {
  readonly apiVersion: string;
  readonly kind: string;
}

function hasKind(shape: unknown): shape is Shape {
  return isMap(shape) && typeof shape['apiVersion'] === 'string' && typeof shape['kind'] === 'string';
}

function oneOfEach(shapes: readonly Shape[]): readonly Shape[] {
  return [...new Map(shapes.map((shape) => [`${shape.apiVersion} ${shape.kind}`, shape])).values()];
}

async function manifests(
  { component, files, path: base }: SourceJob,
  read: ManifestReader,
  signal: AbortSignal,
): Promise<Attempt<readonly Manifest[]>> {
  const wanted = referencesOf(component.properties);
  const paths = matchingPaths(wanted, Object.keys(files));
  const path = [...base, 'properties', wanted.path === undefined ? 'glob' : 'path'];
  const name = [wanted.path, wanted.glob].filter((text) => text !== undefined).join(', ');
  if (paths.length === 0 && name !== '') {
    const hint = 'paths count from the top of the repository';
    return { faults: [{ code: 'REFERENCE_NOT_FOUND', message: `no manifest matches ${name}`, path, hint }] };
  }
  const found: Manifest[] = [];
  const faults: RenderFault[] = [];
  for (const file of paths) {
    const documents = await read({ path: file, text: files[file] ?? '' }, signal);
    if ('code' in documents) faults.push({ ...documents, path });
    else
      found.push(
        ...documents.map(({ value, place, locate }) => ({ value, path, origin: `${file}:${place.line}`, locate })),
      );
  }
  return faults.length > 0 ? { faults } : { value: [...writtenManifests(component, base), ...found] };
}

function writtenManifests({ name, properties }: Component, base: Steps): Manifest[] {
  const written: unknown = properties?.['objects'];
  if (!Array.isArray(written)) return [];
  return (written as readonly unknown[]).map((value, index) => ({
    value: named(value, name),
    path: [...base, 'properties', 'objects', index],
    origin: `objects[${index}]`,
  }));
}

// As in KubeVela, an object without a name gets that of the component.
function named(value: unknown, name: string): unknown {
  if (!isMap(value)) return value;
  const metadata: unknown = value['metadata'] ?? {};
  if (!isMap(metadata) || metadata['name'] !== undefined || metadata['generateName'] !== undefined) return value;
  const isList = value['items'] !== undefined;
  return isList ? value : { ...value, metadata: { ...metadata, name } };
}

async function readHere({ path, text }: Parameters<ManifestReader>[0]): ReturnType<ManifestReader> {
  await Promise.resolve();
  try {
    return parseYaml(text, path)
      .filter(({ value }) => value !== null)
      .map(({ value, spot, locate }) => ({
        value,
        place: { path, ...spot },
        locate: (inside) => ({ path, ...locate(inside) }),
      }));
  } catch (error) {
    const { code, message, data } = asSluiceError(error);
    const place = [path, data.line, data.column].filter((part) => part !== undefined).join(':');
    return { code, message: `${message} (${place})` };
  }
}
