import type { AgentReads, ClusterRecord } from '../model/registry.ts';
import { nextReads } from './reads.ts';

/** What agents said of the formats that they read since the hub started, by registration. */
export interface ObservedReads {
  /** Notes the number of one request (`now` is ISO time); cheap where it says the same as before. */
  readonly note: (
    record: Pick<ClusterRecord, 'registration' | 'reads'>,
    said: number,
    now: string,
  ) => AgentReads | null;
  /** Forgets what a registration said: the registry has it from another source now. */
  readonly forget: (registration: string) => void;
  readonly current: () => ReadonlyMap<string, AgentReads>;
}

/** Opens the notes: each registration goes on from what the registry has of it. */
export function openObservedReads(): ObservedReads {
  const observed = new Map<string, AgentReads>();
  return {
    note: ({ registration, reads }, said, now) => {
      const current = observed.get(registration) ?? reads;
      const next = nextReads(current, said, now);
      if (next === current || next === undefined) return null;
      observed.set(registration, next);
      return next;
    },
    forget: (registration) => {
      observed.delete(registration);
    },
    current: () => observed,
  };
}
