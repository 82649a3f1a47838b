import { localScope } from '../model/cluster-scope.ts';
import { usedName } from '../policies/uses.ts';
import type { StepPlan, StepWant } from './step.ts';

/** Where an application goes by all of its policies, as steps want it that act on their whole scope: every topology with all overrides, and every env. */
export function everywhere({ policies }: Pick<StepPlan, 'policies'>): readonly StepWant[] {
  const overrides = policies.flatMap(({ name, effects }) =>
    effects.some((effect) => effect.kind === 'components' && effect.env === undefined) ? [name] : [],
  );
  const scopes = policies.flatMap(({ name, effects, path }) =>
    effects.flatMap((effect) => {
      if (effect.kind !== 'scope') return [];
      const used = effect.env === undefined ? overrides : [usedName(name, effect.env)];
      return [{ scope: { ...effect.scope, path }, policies: used }];
    }),
  );
  const want = { components: null, parallelism: null, action: 'run' as const };
  const all = scopes.length === 0 ? [{ scope: localScope(), policies: overrides }] : scopes;
  return all.map((one) => ({ ...want, ...one }));
}
