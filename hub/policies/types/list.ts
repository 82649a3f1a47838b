import type { Policy } from '../policy.ts';
import { envBinding } from './env-binding.ts';
import { health } from './health.ts';
import { override } from './override.ts';
import { rollout } from './rollout.ts';
import { topology } from './topology.ts';

/** Every policy that an Application may have. */
export const policies: readonly Policy[] = [envBinding, health, override, rollout, topology];
