import type { Policy } from '../policy.ts';
import { applyOnce } from './apply-once.ts';
import { deploymentInsights } from './deployment-insights.ts';
import { envBinding } from './env-binding.ts';
import { garbageCollect } from './garbage-collect.ts';
import { health } from './health.ts';
import { override } from './override.ts';
import { readOnly } from './read-only.ts';
import { replication } from './replication.ts';
import { resourceUpdate } from './resource-update.ts';
import { rollout } from './rollout.ts';
import { security } from './security.ts';
import { sharedResource } from './shared-resource.ts';
import { takeOver } from './take-over.ts';
import { topology } from './topology.ts';

/** Every policy that an Application may have. */
export const policies: readonly Policy[] = [
  applyOnce,
  deploymentInsights,
  envBinding,
  garbageCollect,
  health,
  override,
  readOnly,
  replication,
  resourceUpdate,
  rollout,
  security,
  sharedResource,
  takeOver,
  topology,
];
