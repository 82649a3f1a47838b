import type { Application } from '../model/documents.ts';
import { policyName } from '../model/workflow.ts';
import { policyNamesIn } from './compile.ts';
import type { Gate } from './gates.ts';
import type { Program, ProgramStep } from './program.ts';

const placing: readonly string[] = ['topology', 'override', 'env-binding'];

/** The policies that have no effect: of those that count where a step takes them, and of rollouts, of which one counts where no step names it. Pure. */
export function unusedPolicies(program: Pick<Program, 'steps'>, application: Application): readonly Gate[] {
  return [...untaken(program, application), ...unusedRollouts(application)];
}

const hint = 'name it in the policies of a step of type deploy, or remove it';

function unusedRollouts({ spec: { policies = [], workflow } }: Application): readonly Gate[] {
  const steps = (workflow?.steps ?? []).flatMap((step) => [step, ...(step.subSteps ?? [])]);
  const named = new Set(steps.flatMap(policyNamesIn));
  const free = policies.flatMap((entry, index) => {
    const name = policyName(entry, index);
    return entry.type === 'rollout' && !named.has(name) ? [{ name, path: ['spec', 'policies', index] }] : [];
  });
  const [first, ...others] = free;
  return others.map(({ name, path }) => {
    const message = `${name} has no effect: of the rollouts that no step names, ${first?.name ?? ''} counts`;
    return { path, message, hint };
  });
}

function untaken({ steps }: Pick<Program, 'steps'>, { spec }: Application): readonly Gate[] {
  if ((spec.workflow?.steps ?? []).length === 0) return [];
  const wants = steps.flatMap((step) => [step, ...step.steps]).flatMap((step: ProgramStep) => step.wants);
  const scopes = new Set(wants.map(({ scope }) => scope.path?.join(' ')));
  const named = new Set(wants.flatMap(({ policies }) => policies));
  return (spec.policies ?? []).flatMap((entry, index) => {
    const [name, path] = [policyName(entry, index), ['spec', 'policies', index]];
    const isTaken = named.has(name) || scopes.has([...path, 'properties'].join(' '));
    if (!placing.includes(entry.type) || isTaken) return [];
    const message = `no step takes the policy ${name}: it has no effect`;
    return [{ path, message, hint }];
  });
}
