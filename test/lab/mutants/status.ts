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
  {
    bug: 'a StatefulSet that never replaces its broken pod does not say so',
    file: 'agent/health/explain.ts',
    find: 'hash !== undefined && ordered.revision !== null && hash !== ordered.revision',
    replace: 'hash === ordered.revision',
    tests: ['test/unit/agent/health'],
  },
  {
    bug: 'pods that are ready for a moment count before minReadySeconds',
    file: 'agent/health/assess.ts',
    find: 'if (seconds === 0 || available >= wanted) return null;',
    replace: 'if (seconds >= 0 || available >= wanted) return null;',
    tests: ['test/unit/agent/health'],
  },
  {
    bug: 'a condition of an older content counts for the content that is there',
    file: 'agent/health/custom.ts',
    find: '(condition?.observedGeneration ?? Infinity) <',
    replace: 'Infinity <',
    tests: ['test/unit/agent/health'],
  },
  {
    bug: 'status hides what is left to do on a healthy application',
    file: 'hub/status/table.ts',
    find: '/^Ready:\\d+\\/\\d+$/.test(row.message)',
    replace: '/^Ready:/.test(row.message)',
    tests: ['test/unit/hub/status'],
  },
  {
    bug: 'an agent logs the same failure with every retry',
    file: 'agent/apply/run.ts',
    find: 'const isKnown = faults.faults.get(id)?.row.reason === reason;',
    replace: 'const isKnown = false;',
    tests: ['test/unit/agent/logs.test.ts'],
  },
  {
    bug: 'an agent logs its applications with every report',
    file: 'agent/report/said.ts',
    find: 'said: next };',
    replace: 'said };',
    tests: ['test/unit/agent/logs.test.ts'],
  },
  {
    bug: 'a hub logs every problem with every pass',
    file: 'hub/run/pass-log.ts',
    find: '.filter(([id]) => !had.has(id)).map(([, problem]) => problem);',
    replace: '.map(([, problem]) => problem);',
    tests: ['test/unit/hub/run'],
  },
  {
    bug: 'status does not say which selector matches no cluster, and what comes nearest',
    file: 'hub/place/deployment.ts',
    find: 'const { message, hint } = emptyWords(selector ?? {}, input.targets);',
    replace: 'const { message, hint } = emptyWords({}, []);',
    tests: ['test/unit/hub/place'],
  },
];
