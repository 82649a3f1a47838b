import type { Mutant } from './mutants.ts';

/** Bugs of what status says, here and at a site, and of what is repaired meanwhile. */
export const statusMutants: readonly Mutant[] = [
  {
    bug: 'an agent says nothing of its site in its Lease',
    file: 'agent/kube/lease/lease.ts',
    find: 'says: options.says?.() ?? null, signal });',
    replace: 'says: null, signal });',
    tests: ['test/unit/agent/kube/lease'],
  },
  {
    bug: 'agent status takes the last words of an agent that does not run for true',
    file: 'agent/cli/conditions.ts',
    find: 'return lease !== null && isHeld(lease, now) ? lease.words : null;',
    replace: 'return lease?.words ?? null;',
    tests: ['test/unit/agent/cli'],
  },
  {
    bug: 'agent status exits 0 whatever it says',
    file: 'agent/cli/status-text.ts',
    find: 'return exits.includes(10) ? 10 : exits.includes(11) ? 11 : 0;',
    replace: 'return exits.length < 0 ? 10 : 0;',
    tests: ['test/unit/agent/cli'],
  },
];
