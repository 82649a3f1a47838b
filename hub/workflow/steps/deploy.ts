import { z } from 'zod';
import { localScope } from '../../model/cluster-scope.ts';
import { usedName } from '../../policies/uses.ts';
import { delivering, moment, verdictOf } from '../outcome.ts';
import { referredPolicy } from '../reference.ts';
import { defineStep } from '../step.ts';

const schema = z.strictObject({
  /** Topologies, overrides, a rollout: by name. */
  policies: z.array(z.string().min(1)).optional(),
  /** False = a person says when. */
  auto: z.boolean().optional(),
  /** Clusters at a time. */
  parallelism: z.number().int().min(1).optional(),
  ignoreTerraformComponent: z.boolean().optional(),
});

/** `deploy`: the application to the clusters of its topologies, as its overrides make it. */
export const deploy = defineStep({
  type: 'deploy',
  about: 'The application to the clusters of its topologies, as its overrides make it.',
  schema,
  check: ({ properties: { policies = [] } }, { application, path, reporter }) => {
    for (const [index, name] of policies.entries()) {
      const at = [...path, 'policies', index];
      const policy = referredPolicy(application, name, { path: at, reporter });
      if (policy?.type !== 'env-binding') continue;
      reporter.error('UNSUPPORTED', at, `${name} is an env-binding`, 'a step of type deploy2env names it, with an env');
    }
  },
  asks: ({ properties: { auto = true } }) => !auto,
  takes: ['auto', 'parallelism'],
  wants: ({ properties: { policies: names = [], parallelism = null } }, { policies }) => {
    const named = names.flatMap((name) => policies.find((policy) => policy.name === name) ?? []);
    const effects = named.flatMap((policy) => policy.effects.map((effect) => ({ policy, effect })));
    const scopes = effects.flatMap(({ policy, effect }) =>
      effect.kind === 'scope' ? [{ ...effect.scope, path: policy.path }] : [],
    );
    const used = effects.flatMap(({ policy, effect }) =>
      effect.kind === 'components' ? [usedName(policy.name, effect.env)] : [],
    );
    const want = { policies: used, components: null, parallelism, action: 'run' as const };
    return (scopes.length === 0 ? [localScope()] : scopes).map((scope) => ({ ...want, scope }));
  },
  run: ({ properties: { auto = true, parallelism = null } }, { wants, decisions }) => {
    const input = { wants: wants.map((want) => ({ ...want, parallelism })), decisions };
    if (auto) return delivering(input);
    const verdict = verdictOf(input);
    if (verdict === 'refuse') return moment('failed', 'it was refused');
    return verdict === 'approve' ? delivering(input) : moment('suspending', 'it waits for an approval');
  },
});
