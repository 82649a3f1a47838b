import { z } from 'zod';
import { definePolicy, type PolicyEffect } from '../policy.ts';
import { isOn, onOff } from '../switch.ts';

const schema = z.strictObject({
  /** Objects say of which application, component and revision they are, for the audit log of Kubernetes. */
  audit: onOff.optional(),
  /** The Pod Security Standard that every pod must meet. */
  pods: z.enum(['baseline', 'restricted']).optional(),
  /** Secrets may be written as they are. */
  plainSecrets: z.boolean().optional(),
  secretBackend: z.string().min(1).optional(),
});

/** `security`: what the application may have, checked before anything is published. */
export const security = definePolicy({
  type: 'security',
  isContent: true,
  schema,
  check: ({ properties: { secretBackend } }, { path, reporter }) => {
    if (secretBackend === undefined) return;
    const message = `secrets are not fetched from ${secretBackend}: secretBackend has no effect`;
    const hint =
      'deliver objects of an operator that fetches them (ExternalSecret, SealedSecret); plain Secrets are refused';
    reporter.warn('UNSUPPORTED', [...path, 'secretBackend'], message, hint);
  },
  apply: ({ properties: { audit, pods = null, plainSecrets = false } }): readonly PolicyEffect[] => [
    { kind: 'security', pods, plainSecrets },
    ...(isOn(audit) ? [{ kind: 'objects', selects: () => true, rule: { rule: 'audit' } } as const] : []),
  ],
});
