import { isMap } from '../model/json-map.ts';
import type { CueFault } from './fault.ts';
import { valueAt, withValue, type Path } from './paths.ts';
import { faultsWith, type Look } from './suggest.ts';

/** Evaluations that are spent on finding the member of a value that is wrong. */
const mostLooks = 20;

/**
 * The evaluator says of a list or mapping that fits no choice only that it does not. This finds the one member without which
 * it fits: the fault is about that.
 */
export async function narrowed(fault: CueFault, look: Look): Promise<CueFault> {
  const { parameter: path } = fault;
  if (path === undefined || !fault.message.includes('none of the values')) return fault;
  const wanted = await wantedInstead(path, look);
  if (wanted !== null) return { ...fault, message: `property "${path.join('.')}" has the wrong type: ${wanted}` };
  const budget = { left: mostLooks };
  const found = await culprit({ parameter: look.program.parameter, path, given: path }, look, budget);
  if (found.length === path.length) return fault;
  const name = found.join('.');
  const isMember = typeof found.at(-1) === 'string';
  return isMember
    ? {
        code: 'UNKNOWN_FIELD',
        message: `property "${name}" is not known here, or has the wrong type`,
        parameter: found,
      }
    : {
        code: 'DOCUMENT_INVALID',
        message: `property "${name}" has none of the values that are allowed`,
        parameter: found,
      };
}

/** Words for a value that is not of the kind of any choice, where a list or a mapping is one; null otherwise. */
async function wantedInstead(path: Path, look: Look): Promise<string | null> {
  const { parameter } = look.program;
  const found = kindOf(valueAt(parameter, path));
  for (const [kind, empty] of kinds) {
    if (kind === found || !(await isFitting(withValue(parameter, path, empty), path, look))) continue;
    return `${kind} is wanted, and it is ${found}`;
  }
  return null;
}

const kinds: readonly (readonly [kind: string, empty: unknown])[] = [
  ['a list', []],
  ['a mapping', {}],
];

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (isMap(value)) return 'a mapping';
  if (typeof value === 'string') return 'text';
  return value === null ? 'empty' : `a ${typeof value}`;
}

/** A value that fits no choice: where it is in a parameter that is wrong for nothing else, and in the one that was given. */
interface Suspect {
  readonly parameter: unknown;
  readonly path: Path;
  readonly given: Path;
}

/** The way to the innermost member that is wrong; to the value itself where none can be told. */
async function culprit(suspect: Suspect, look: Look, budget: { left: number }): Promise<Path> {
  const { parameter, path, given } = suspect;
  const value = valueAt(parameter, path);
  for (const member of membersOf(value)) {
    if (budget.left-- <= 0) return given;
    if (typeof member === 'number') {
      // Of a list each entry is tried alone: more than one may be wrong.
      const alone = withValue(parameter, path, [valueAt(value, [member])]);
      if (await isFitting(alone, path, look)) continue;
      return culprit({ parameter: alone, path: [...path, 0], given: [...given, member] }, look, budget);
    }
    const rest = Object.entries(value as object).filter(([key]) => key !== member);
    if (!(await isFitting(withValue(parameter, path, Object.fromEntries(rest)), path, look))) continue;
    return culprit({ parameter, path: [...path, member], given: [...given, member] }, look, budget);
  }
  return given;
}

function membersOf(value: unknown): readonly (string | number)[] {
  if (Array.isArray(value)) return value.map((_, index) => index);
  return isMap(value) ? Object.keys(value) : [];
}

/** True where nothing is wrong any more at a path, nor with what holds it; a value that fits more than one choice fits. */
async function isFitting(parameter: unknown, path: Path, look: Look): Promise<boolean> {
  const found = await faultsWith(look, parameter);
  const isBetween = ({ parameter: at, wanted }: CueFault) => wanted !== undefined && at?.length === path.length;
  return found.every((one) => isBetween(one) || one.parameter?.every((step, index) => step === path[index]) !== true);
}
