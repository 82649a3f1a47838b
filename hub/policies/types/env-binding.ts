import { z } from 'zod';
import { localScope, type ClusterScope } from '../../model/cluster-scope.ts';
import { matchesLabels } from '../labels.ts';
import { checkPatches, checkSelector, componentPatch, patchComponents } from '../patch.ts';
import { definePolicy, type PolicyCheck } from '../policy.ts';

const name = z.string().min(1);
const labels = z.record(z.string(), z.string());
const selector = z.strictObject({ name: name.optional(), labels: labels.optional() });
const env = z.strictObject({
  name,
  placement: z
    .strictObject({ clusterSelector: selector.optional(), namespaceSelector: selector.optional() })
    .optional(),
  selector: z.strictObject({ components: z.array(name) }).optional(),
  patch: z.strictObject({ components: z.array(componentPatch) }).optional(),
});
type Env = z.infer<typeof env>;
const schema = z.strictObject({
  envs: z.array(env).min(1),
  /** Says nothing, here and in KubeVela. */
  created: z.boolean().optional(),
});

/** `env-binding`: places with a name each, and components as they are there. KubeVela has `topology` and `override` since. */
export const envBinding = definePolicy({
  type: 'env-binding',
  isContent: true,
  schema,
  check: ({ properties: { envs } }, where) => {
    const names = new Set<string>();
    for (const [index, one] of envs.entries()) {
      const path = [...where.path, 'envs', index];
      if (names.has(one.name)) {
        where.reporter.error('DOCUMENT_INVALID', [...path, 'name'], `a second env named ${one.name}`, 'rename one');
      }
      names.add(one.name);
      checkEnv(one, { ...where, path });
    }
  },
  apply: ({ properties: { envs } }) =>
    envs.flatMap((one, index) => [
      { kind: 'scope' as const, env: one.name, scope: scopeOf(one, index) },
      {
        kind: 'components' as const,
        env: one.name,
        edit: (components) =>
          patchComponents(components, {
            patches: one.patch?.components ?? [],
            selector: one.selector?.components ?? null,
          }),
      },
    ]),
});

function checkEnv({ patch, selector: keeps, placement }: Env, where: PolicyCheck): void {
  const { path, reporter } = where;
  const patches = patch?.components ?? [];
  checkPatches(patches, { ...where, path: [...path, 'patch', 'components'] });
  checkSelector(keeps?.components ?? [], patches, where, [...path, 'selector', 'components']);
  if (placement?.namespaceSelector?.labels !== undefined) {
    const at = [...path, 'placement', 'namespaceSelector', 'labels'];
    reporter.error('UNSUPPORTED', at, 'a namespace is not chosen by labels', 'write namespaceSelector.name');
  }
}

function scopeOf({ placement }: Env, index: number): ClusterScope {
  const namespace = placement?.namespaceSelector?.name ?? null;
  const wanted = placement?.clusterSelector;
  if (wanted === undefined) return localScope(namespace);
  const { name: cluster, labels: wantedLabels = {} } = wanted;
  if (cluster === undefined && Object.keys(wantedLabels).length === 0)
    return { namespace, labels: {}, has: () => false };
  const path = ['envs', index, 'placement', 'clusterSelector', 'name'];
  return {
    namespace,
    labels: wantedLabels,
    ...(cluster !== undefined && { names: [{ name: cluster, path }] }),
    has: (one) =>
      (cluster === undefined || one.name === cluster || (cluster === 'local' && one.isLocal === true)) &&
      matchesLabels(wantedLabels, one.labels),
  };
}
