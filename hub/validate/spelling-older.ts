import { isMap, type JsonMap } from '../model/json-map.ts';
import type { Steps } from '../model/reporter.ts';

/** What members were called in older releases of KubeVela, by what they are called now. */
const before: Readonly<Record<string, string>> = { properties: 'settings', type: 'name', valueFrom: 'exportKey' };

/** Members of components, traits and steps that say nothing when they are empty (`traits:` and nothing below). */
const optional = ['properties', 'traits', 'dependsOn', 'inputs', 'outputs'];

/**
 * An Application, or a Workflow document, with members of older releases called as today, and without members that are empty. What says
 * where it goes (`policies`, `workflow`) stays as it is written: that it is lost must not mean the local cluster. Pure.
 */
export function olderSpelling(value: JsonMap): JsonMap {
  if (value['kind'] === 'Workflow') return edited(value, { steps: each(step) });
  if (value['kind'] !== 'Application') return value;
  const workflow = (written: unknown) => (isMap(written) ? edited(written, { steps: each(step) }) : written);
  const spec = (written: unknown) =>
    isMap(written) ? edited(written, { components: each(component), workflow }) : written;
  const metadata = (written: unknown) => (isMap(written) ? without(written, ['labels', 'annotations']) : written);
  return edited(value, { metadata, spec });
}

/** Where a member stands in the document as it is written. Pure. */
export function olderPath(written: unknown, path: Steps): Steps {
  let at: unknown = written;
  return path.map((name) => {
    const old = typeof name === 'string' && isMap(at) && !Object.hasOwn(at, name) ? before[name] : undefined;
    const found = old !== undefined && isMap(at) && Object.hasOwn(at, old) ? old : name;
    at = at !== null && typeof at === 'object' ? (at as Readonly<Record<string, unknown>>)[found] : undefined;
    return found;
  });
}

type Edit = (written: unknown) => unknown;

function component(written: JsonMap): JsonMap {
  return edited(today(written, 'properties'), { traits: each(trait), inputs: each(input), outputs: each(output) });
}

const trait = (written: JsonMap): JsonMap => today(written, 'type');

// A place in the properties was once written from the component on.
function input(written: JsonMap): JsonMap {
  const { parameterKey: key } = written;
  return typeof key === 'string' ? { ...written, parameterKey: key.replace(/^properties\./, '') } : written;
}

const output = (written: JsonMap): JsonMap => today(written, 'valueFrom');

function step(written: JsonMap): JsonMap {
  return edited(without(written, optional), { outputs: each(output), subSteps: each(step) });
}

/** A member by its name of today; one that has both is left as it is, for an error to say. */
function today(written: JsonMap, name: string): JsonMap {
  const full = without(written, optional);
  const old = before[name] ?? '';
  if (Object.hasOwn(full, name) || !Object.hasOwn(full, old)) return full;
  const { [old]: found, ...rest } = full;
  return { ...rest, [name]: found };
}

function without(written: JsonMap, names: readonly string[]): JsonMap {
  if (!names.some((name) => written[name] === null)) return written;
  return Object.fromEntries(Object.entries(written).filter(([name, one]) => one !== null || !names.includes(name)));
}

function each(edit: (written: JsonMap) => JsonMap): Edit {
  return (written) =>
    Array.isArray(written) ? written.map((one: unknown) => (isMap(one) ? edit(one) : one)) : written;
}

function edited(written: JsonMap, edits: Readonly<Record<string, Edit>>): JsonMap {
  const changed = Object.entries(edits).filter(([name]) => Object.hasOwn(written, name));
  return { ...written, ...Object.fromEntries(changed.map(([name, edit]) => [name, edit(written[name])])) };
}
