import type { Memory } from './agent.ts';

/** What an agent remembers when it starts: nothing. */
export function newMemory(): Memory {
  return {
    stored: null,
    clusterUid: null,
    kubernetes: '',
    learnedAt: Number.NEGATIVE_INFINITY,
    capabilities: [],
    bundle: null,
    marked: null,
    isPullDue: true,
    pullFailures: 0,
    channelFault: null,
    site: { labels: {}, hold: null, window: null },
    progress: new Map(),
    faults: new Map(),
    repairs: new Map(),
    counted: new Set(),
    explanations: new Map(),
    namespaces: new Map(),
    since: new Map(),
    lastOutcome: null,
    recordedAt: 0,
  };
}
