import { asSluiceError } from '../../shared/errors.ts';
import { parseYaml } from '../../shared/lib/yaml.ts';
import type { Component } from '../model/documents.ts';
import type { Attempt } from './fault.ts';
import type { Manifest } from './objects.ts';
import { matchingPaths } from './files.ts';
import { references } from './revisions.ts';

/** The manifests of a component of raw objects: those written in it, then those of its files, by path. */
export function rawManifests(
  component: Component,
  files: Readonly<Record<string, string>>,
  base: readonly (string | number)[],
): Attempt<readonly Manifest[]> {
  const wanted = references(component);
  const paths = matchingPaths(wanted, Object.keys(files));
  const path = [...base, 'properties', wanted.path === undefined ? 'glob' : 'path'];
  const name = [wanted.path, wanted.glob].filter((text) => text !== undefined).join(', ');
  if (paths.length === 0 && name !== '') {
    const hint = 'paths count from the top of the repository';
    return { faults: [{ code: 'REFERENCE_NOT_FOUND', message: `no manifest matches ${name}`, path, hint }] };
  }
  const read = paths.map((file) => fileManifests(file, files[file] ?? '', path));
  const faults = read.flatMap((attempt) => ('faults' in attempt ? attempt.faults : []));
  if (faults.length > 0) return { faults };
  const found = read.flatMap((attempt) => ('value' in attempt ? attempt.value : []));
  return { value: [...writtenManifests(component, base), ...found] };
}

function writtenManifests(component: Component, base: readonly (string | number)[]): Manifest[] {
  const written: unknown = component.properties?.['objects'];
  if (!Array.isArray(written)) return [];
  return (written as readonly unknown[]).map((value, index) => ({
    value,
    path: [...base, 'properties', 'objects', index],
    origin: `objects[${index}]`,
  }));
}

function fileManifests(file: string, text: string, path: readonly (string | number)[]): Attempt<readonly Manifest[]> {
  try {
    const documents = parseYaml(text, file).filter(({ value }) => value !== null);
    return { value: documents.map(({ value, spot }) => ({ value, path, origin: `${file}:${spot.line}` })) };
  } catch (error) {
    const { code, message, data } = asSluiceError(error);
    const place = [file, data.line, data.column].filter((part) => part !== undefined).join(':');
    return { faults: [{ code, message: `${message} (${place})`, path }] };
  }
}
