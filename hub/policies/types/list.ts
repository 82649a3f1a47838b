import type { Policy } from '../policy.ts';
import { applyOnce } from './apply-once.ts';
import { envBinding } from './env-binding.ts';
import { health } from './health.ts';
import { override } from './override.ts';
import { rollout } from './rollout.ts';
import { takeOver } from './take-over.ts';
import { topology } from './topology.ts';

/** Every policy that an Application may have. */
export const policies: readonly Policy[] = [applyOnce, envBinding, health, override, rollout, takeOver, topology];
