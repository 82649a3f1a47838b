import type { z } from 'zod';
import type { Application } from '../model/documents.ts';
import type { Reporter, Steps } from '../model/reporter.ts';
import type { Policy } from '../policies/policy.ts';
import type { StepType } from '../workflow/step.ts';
import { insteadOfType } from './instead.ts';
import { reporterWithin, suggestion } from './problems.ts';
import { readShape } from './shape.ts';

/** Checks the policies of an Application, each with its own schema and rules. */
export function checkPolicies(doc: Application, policies: readonly Policy[], reporter: Reporter): void {
  for (const [index, { type, name = `policy-${index}`, properties }] of (doc.spec.policies ?? []).entries()) {
    const place = { path: ['spec', 'policies', index], reporter };
    const policy = findType(policies, type, { ...place, what: 'policy', all: 'policies' });
    const read = policy === null ? null : readProperties(policy.schema, properties, place);
    if (read === null) continue;
    policy?.check({ name, properties: read.value }, { application: doc, path: read.path, reporter });
  }
}

/** Checks the workflow steps of an Application, each with its own schema and rules. */
export function checkSteps(doc: Application, steps: readonly StepType[], reporter: Reporter): void {
  for (const [index, { type, name, properties }] of (doc.spec.workflow?.steps ?? []).entries()) {
    const place = { path: ['spec', 'workflow', 'steps', index], reporter };
    const step = findType(steps, type, { ...place, what: 'workflow step', all: 'steps' });
    const read = step === null ? null : readProperties(step.schema, properties, place);
    if (read === null) continue;
    const use = { name: typeof name === 'string' ? name : `step-${index}`, properties: read.value };
    step?.check(use, { application: doc, path: read.path, reporter });
  }
}

interface Place {
  readonly path: Steps;
  readonly reporter: Reporter;
}

function findType<T extends { readonly type: string }>(
  list: readonly T[],
  type: string,
  { path, reporter, what, all }: Place & { readonly what: string; readonly all: string },
): T | null {
  const found = list.find((one) => one.type === type);
  if (found !== undefined) return found;
  const types = list.map((one) => one.type);
  const instead = insteadOfType(what === 'policy' ? 'policy' : 'step', type);
  const listed = types.length === 0 ? `supported ${all}: none yet` : suggestion(type, types, `supported ${all}`);
  const hint = instead === undefined ? listed : `${listed}; ${instead}`;
  reporter.error('UNSUPPORTED', [...path, 'type'], `the ${what} ${type} is not supported`, hint);
  return null;
}

function readProperties(
  schema: z.ZodType,
  properties: unknown,
  { path, reporter }: Place,
): { readonly value: unknown; readonly path: Steps } | null {
  const inside = [...path, 'properties'];
  const { doc } = readShape(schema, properties ?? {}, reporterWithin(reporter, inside));
  return doc === null ? null : { value: doc, path: inside };
}
