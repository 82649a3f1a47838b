import { readFileSync } from 'node:fs';
import type { PinnedDefinition } from '../model/fleet.ts';

type Kind = PinnedDefinition['kind'];
type Row = readonly [kind: Kind, type: string, texts: readonly string[], inPlace?: 'in-place'];

/** Our own definitions: the type that users name, and the texts in hub/definitions that it is made of. */
const rows: readonly Row[] = [
  ['ComponentDefinition', 'webservice', ['webservice', 'ports', 'pod']],
  ['ComponentDefinition', 'worker', ['worker', 'pod']],
  ['ComponentDefinition', 'task', ['task', 'pod']],
  ['ComponentDefinition', 'cron-task', ['cron-task', 'pod']],
  ['ComponentDefinition', 'daemon', ['daemon', 'ports', 'pod']],
  ['ComponentDefinition', 'statefulset', ['statefulset', 'ports', 'pod'], 'in-place'],
  ['ComponentDefinition', 'k8s-objects', ['k8s-objects'], 'in-place'],
  ['TraitDefinition', 'scaler', ['scaler']],
  ['TraitDefinition', 'labels', ['labels']],
  ['TraitDefinition', 'annotations', ['annotations']],
  ['TraitDefinition', 'env', ['env']],
  ['TraitDefinition', 'expose', ['expose']],
  ['TraitDefinition', 'gateway', ['gateway']],
  ['TraitDefinition', 'ingress', ['gateway']],
];

/** The type whose objects are delivered as they are written: its objects never pass through CUE. */
export const rawType = 'k8s-objects';

/** The key under which a revision pins a definition. */
export function definitionKey(kind: Kind, type: string): string {
  return `${kind}/${type}`;
}

/** The definitions that Sluice brings along, by `Kind/type`. */
export const builtinDefinitions: ReadonlyMap<string, PinnedDefinition> = new Map(
  rows.map(([kind, type, texts, inPlace]) => [
    definitionKey(kind, type),
    { kind, type, template: texts.map(read).join('\n'), inPlace: inPlace !== undefined, appliesToWorkloads: [] },
  ]),
);

function read(name: string): string {
  return readFileSync(new URL(`../definitions/${name}.cue`, import.meta.url), 'utf8');
}
