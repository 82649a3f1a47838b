import type { Application } from '../model/documents.ts';
import { policyName } from '../model/workflow.ts';
import type { Gate } from './gates.ts';
import type { Program, ProgramStep } from './program.ts';

const placing: readonly string[] = ['topology', 'override', 'env-binding'];

/** The policies that count where a step takes them, and that no step of a written workflow takes. Pure. */
export function unusedPolicies({ steps }: Pick<Program, 'steps'>, { spec }: Application): readonly Gate[] {
  if ((spec.workflow?.steps ?? []).length === 0) return [];
  const wants = steps.flatMap((step) => [step, ...step.steps]).flatMap((step: ProgramStep) => step.wants);
  const scopes = new Set(wants.map(({ scope }) => scope.path?.join(' ')));
  const named = new Set(wants.flatMap(({ policies }) => policies));
  return (spec.policies ?? []).flatMap((entry, index) => {
    const [name, path] = [policyName(entry, index), ['spec', 'policies', index]];
    const isTaken = named.has(name) || scopes.has([...path, 'properties'].join(' '));
    if (!placing.includes(entry.type) || isTaken) return [];
    const message = `no step takes the policy ${name}: it has no effect`;
    return [{ path, message, hint: 'name it in the policies of a step of type deploy, or remove it' }];
  });
}
