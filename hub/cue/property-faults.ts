import { isMap } from '../model/json-map.ts';
import { valueAt, type Path } from './paths.ts';
import type { CueEvaluator } from './engine.ts';
import type { CueFault } from './fault.ts';
import { faultsWith, withSuggestion, type Look } from './suggest.ts';
import { narrowed } from './narrow.ts';
import type { CueProgram } from './program.ts';

/** Faults of one component or trait that are told at most: each costs an evaluation. */
const mostFaults = 20;

/**
 * Everything that is wrong with the properties of a program, beginning with the faults that are known. The evaluator does not
 * name all at once: what it names is mended for the next look (taken out, or filled in where it is missing).
 */
export async function propertyFaults(
  cue: CueEvaluator,
  program: CueProgram,
  first: readonly CueFault[],
  signal: AbortSignal,
): Promise<readonly CueFault[]> {
  const faults: CueFault[] = [];
  const mended = new Set<string>();
  let { parameter } = program;
  let found = first;
  while (found.length > 0 && faults.length < mostFaults) {
    const look: Look = { cue, program: { ...program, parameter }, signal };
    const before = parameter;
    for (const one of found) {
      const fault = await narrowed(one, look);
      const { parameter: path } = fault;
      if (path === undefined) return faults.length > 0 ? inOrder(faults, program) : [fault];
      // What the properties lack as a whole may be what was wrong with one of them.
      const follows = path.length === 0 && faults.length > 0;
      if (!follows && !isAtOrBelow(mended, path)) faults.push(await withSuggestion(fault, look));
      parameter = mendedAt(parameter, fault, mended) ?? parameter;
      if (faults.length === mostFaults) break;
    }
    if (parameter === before) break;
    found = await faultsWith({ cue, program, signal }, parameter);
  }
  return inOrder(faults, program);
}

function inOrder(faults: readonly CueFault[], { parameter }: CueProgram): readonly CueFault[] {
  return faults.toSorted((a, b) => byPlace(parameter, a.parameter ?? [], b.parameter ?? []));
}

/** Sorts paths as a reader comes by them in a value; what is not in it comes last. */
function byPlace(value: unknown, [first, ...rest]: Path, [other, ...others]: Path): number {
  if (first === undefined || other === undefined) return Number(first !== undefined) - Number(other !== undefined);
  if (first === other) return byPlace(valueAt(value, [first]), rest, others);
  const keys = Object.keys(value !== null && typeof value === 'object' ? value : {});
  const placeOf = (step: string | number): number =>
    keys.includes(String(step)) ? keys.indexOf(String(step)) : keys.length;
  return placeOf(first) - placeOf(other);
}

/** The parameter without the property that a fault names; with a value that fits where it was taken out, or missing. */
function mendedAt(parameter: unknown, { parameter: path = [], wanted }: CueFault, mended: Set<string>): unknown {
  const key = JSON.stringify(path);
  const isMissing = valueAt(parameter, path) === undefined;
  const how = isMissing ? 'filled' : 'removed';
  if (path.length === 0 || mended.has(`${how} ${key}`)) return null;
  mended.add(`${how} ${key}`);
  const copy = structuredClone(parameter);
  const parent = valueAt(copy, path.slice(0, -1));
  const last = path.at(-1) ?? '';
  if (Array.isArray(parent) && typeof last === 'number') {
    if (isMissing) return null;
    parent.splice(last, 1);
    return copy;
  }
  if (!isMap(parent)) return null;
  if (isMissing) Object.assign(parent, { [last]: exampleOf(wanted ?? '') });
  else Reflect.deleteProperty(parent, String(last));
  return copy;
}

/** A value that most properties of a type take. */
function exampleOf(type: string): unknown {
  if (/^\[|\blist\b/.test(type)) return [];
  if (/^\{|\bstruct\b/.test(type)) return {};
  if (/\bbool\b/.test(type)) return true;
  if (/\b(?:int|number|float)\b/.test(type)) return 1;
  return /"((?:[^"\\]|\\.)*)"/.exec(type)?.[1] ?? 'x';
}

/** True for a fault that our own mending caused. */
function isAtOrBelow(mended: ReadonlySet<string>, path: Path): boolean {
  return path.some((_, index) => {
    const key = JSON.stringify(path.slice(0, index + 1));
    return mended.has(`removed ${key}`) || mended.has(`filled ${key}`);
  });
}
