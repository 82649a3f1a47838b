import type { Policy } from './policy.ts';

/** Every policy that an Application may have. */
export const policies: readonly Policy[] = [];
