import { asSluiceError } from '../../shared/errors.ts';
import { parseYaml } from '../../shared/lib/yaml.ts';
import type { Component } from '../../shared/model/documents.ts';
import type { Attempt, RenderFault } from './fault.ts';
import type { Manifest } from './objects.ts';
import { matchingPaths } from './files.ts';
import { references } from './revisions.ts';

/** The manifests of a component of raw objects: those written in it, then those of its files, by path. */
export function rawManifests(
  component: Component,
  files: Readonly<Record<string, string>>,
  base: readonly (string | number)[],
): Attempt<readonly Manifest[]> {
  const manifests: Manifest[] = [];
  const faults: RenderFault[] = [];
  const written = component.properties?.['objects'];
  (Array.isArray(written) ? (written as readonly unknown[]) : []).forEach((value, index) =>
    manifests.push({ value, path: [...base, 'properties', 'objects', index], origin: `objects[${index}]` }),
  );
  const wanted = references(component);
  const paths = matchingPaths(wanted, Object.keys(files));
  const path = [...base, 'properties', wanted.path === undefined ? 'glob' : 'path'];
  if (paths.length === 0 && (wanted.path !== undefined || wanted.glob !== undefined)) {
    const name = [wanted.path, wanted.glob].filter((text) => text !== undefined).join(', ');
    const hint = 'paths count from the top of the repository';
    faults.push({ code: 'REFERENCE_NOT_FOUND', message: `no manifest matches ${name}`, path, hint });
  }
  for (const file of paths) {
    try {
      for (const { value, spot } of parseYaml(files[file] ?? '', file)) {
        if (value !== null) manifests.push({ value, path, origin: `${file}:${spot.line}` });
      }
    } catch (error) {
      const { code, message, data } = asSluiceError(error);
      faults.push({ code, message: `${message} (${file}${data.line === undefined ? '' : `:${data.line}`})`, path });
    }
  }
  return faults.length > 0 ? { faults } : { value: manifests };
}
