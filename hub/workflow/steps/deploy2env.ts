import { z } from 'zod';
import { usedName } from '../../policies/uses.ts';
import { delivering } from '../outcome.ts';
import { referredPolicy, reportUnknown } from '../reference.ts';
import { defineStep } from '../step.ts';

const schema = z.strictObject({
  policy: z.string().min(1).optional(),
  env: z.string().min(1),
  parallel: z.boolean().optional(),
});

/** The shape of the properties of an `env-binding`, as far as a step reads it. */
const envs = z.looseObject({ envs: z.array(z.looseObject({ name: z.string() })) });

/** `deploy2env`: the application to one env of an `env-binding`. */
export const deploy2env = defineStep({
  type: 'deploy2env',
  about: 'The application to one env of an `env-binding`.',
  schema,
  check: ({ properties: { policy: name, env } }, { application, path, reporter }) => {
    const bindings = (application.spec.policies ?? []).filter(({ type }) => type === 'env-binding');
    const binding =
      name === undefined ? bindings[0] : referredPolicy(application, name, { path: [...path, 'policy'], reporter });
    if (binding === null) return;
    if (binding?.type !== 'env-binding') {
      const hint = 'add one, and name it here';
      const words = name === undefined ? 'there is no policy of type env-binding' : `${name} is not an env-binding`;
      reporter.error('REFERENCE_NOT_FOUND', [...path, 'policy'], words, hint);
      return;
    }
    const names = envs.safeParse(binding.properties).data?.envs.map((one) => one.name) ?? [];
    if (!names.includes(env)) reportUnknown(reporter, [...path, 'env'], { what: 'env', name: env, names });
  },
  wants: ({ properties: { policy: name, env } }, { policies }) => {
    const binding = policies.find((one) => one.type === 'env-binding' && (name === undefined || one.name === name));
    return (binding?.effects ?? []).flatMap((effect) =>
      binding !== undefined && effect.kind === 'scope' && effect.env === env
        ? [
            {
              scope: { ...effect.scope, path: binding.path },
              policies: [usedName(binding.name, env)],
              components: null,
              parallelism: null,
              action: 'run' as const,
            },
          ]
        : [],
    );
  },
  run: (_, input) => delivering(input),
});
