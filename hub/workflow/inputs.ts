import { printable } from '../../shared/lib/printable.ts';
import { valueAt } from '../model/json-map.ts';
import type { ProgramStep } from './program.ts';
import { keySteps, withValueAt } from './parameter-key.ts';
import type { StepUse } from './step.ts';

/** What steps read as `context`. */
export const contextMembers = [
  'name',
  'appName',
  'namespace',
  'appRevision',
  'appLabels',
  'appAnnotations',
  'workflowName',
  'stepName',
  'stepSessionID',
] as const;

/** What an input can be taken from. */
export interface InputSources {
  /** Outputs of steps that ended well, by name. */
  readonly outputs: ReadonlyMap<string, unknown>;
  readonly context: Readonly<Record<string, unknown>>;
}

/** The inputs of a step by the names that they have in `from`, or what is missing, in words. */
export function inputsOf(
  { inputs }: Pick<ProgramStep, 'inputs'>,
  { outputs, context }: InputSources,
): { readonly inputs: Readonly<Record<string, unknown>> } | { readonly fault: string } {
  const found: Record<string, unknown> = {};
  for (const { from } of inputs) {
    const isContext = from.startsWith('context.') && !outputs.has(from);
    const value = isContext ? valueAt(context, ...from.split('.').slice(1)) : outputs.get(from);
    if (value === undefined) {
      const why = isContext ? 'there is no such member' : 'the step that gives it did not end well';
      return { fault: `its input ${printable(from)} is not there: ${why}` };
    }
    found[from] = value;
  }
  return { inputs: found };
}

/** The step with its inputs in its properties, or why these cannot be read, in words. Pure. */
export function usedWith(
  { use, type, written, inputs }: Pick<ProgramStep, 'use' | 'type' | 'written' | 'inputs'>,
  values: Readonly<Record<string, unknown>>,
): { readonly use: StepUse<unknown> } | { readonly fault: string } {
  const keyed = inputs.filter(({ parameterKey }) => parameterKey !== null && parameterKey !== '');
  if (keyed.length === 0) return { use };
  const properties = keyed.reduce<unknown>(
    (filled, { from, parameterKey }) => withValueAt(filled, keySteps(parameterKey ?? '') ?? [from], values[from]),
    written,
  );
  const read = type.schema.safeParse(properties);
  if (read.success) return { use: { ...use, properties: read.data } };
  const [issue] = read.error.issues;
  return { fault: `with its inputs, ${issue?.path.join('.') ?? 'a property'} is wrong: ${issue?.message ?? ''}` };
}
