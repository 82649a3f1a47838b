import { SluiceError } from '../../shared/errors.ts';
import { formats } from '../../shared/wire/formats.ts';
import type { Changed } from '../model/changes.ts';
import type { AgentReads, ClusterRecord, Registry } from '../model/registry.ts';
import type { State } from '../model/state.ts';
import { recordOf } from './change.ts';

/** How long no higher number counts after a lower one: while a cluster changes its agent, two of them may take turns. */
const noRaiseMs = 3_600_000;

/**
 * What counts as read by an agent after it said a number at `now` (ISO time). A lower number counts at once, a higher one when
 * the last lowering is an hour old; numbers above this hub's newest format count as that one. Undefined = never more than 1.
 */
export function nextReads(current: AgentReads | undefined, said: number, now: string): AgentReads | undefined {
  return nextOf(current, formats.revision.highestFor(said) ?? formats.revision.lowest, now);
}

/** As `nextReads`, of a number that this hub writes. */
export function nextOf(current: AgentReads | undefined, said: number, now: string): AgentReads | undefined {
  const revision = current?.revision ?? 1;
  if (said < revision) return { revision: said, loweredAt: now };
  if (said === revision || current?.loweredAt === undefined) return said === revision ? current : { revision: said };
  return Date.parse(now) - Date.parse(current.loweredAt) < noRaiseMs ? current : { revision: said };
}

/**
 * Sets what is known of the formats that an agent reads: for agents that never ask the hub. What an agent says later counts again.
 * Throws REFERENCE_NOT_FOUND, CONFLICT for another registration than the one that was seen, CONFIG_INVALID for a format that is not written here.
 */
export function setReads(
  state: Pick<State, 'clusters'>,
  name: string,
  { reads, seen }: { readonly reads: number; readonly seen: string | null },
): Changed<ClusterRecord> {
  const record = recordOf(state, name, seen);
  const { numbers } = formats.revision;
  if (!numbers.includes(reads)) {
    throw new SluiceError('CONFIG_INVALID', `this hub writes no bundles of format ${reads}`, {
      subject: name,
      hint: `give one of ${numbers.join(', ')}`,
    });
  }
  const changed = { ...record, reads: { revision: reads } };
  return { changes: { clusters: new Map([[name, changed]]) }, result: changed };
}

/** The registry with what agents read, by registration; the same value where nothing changed. Pure. */
export function withReads(clusters: Registry, reads: ReadonlyMap<string, AgentReads>): Registry {
  if (reads.size === 0) return clusters;
  const changed = [...clusters.values()].flatMap((record): [string, ClusterRecord][] => {
    const read = reads.get(record.registration);
    return read === undefined || isSameReads(read, record.reads) ? [] : [[record.name, { ...record, reads: read }]];
  });
  return changed.length === 0 ? clusters : new Map([...clusters, ...changed]);
}

function isSameReads(a: AgentReads, b: AgentReads | undefined): boolean {
  return a.revision === b?.revision && a.loweredAt === b.loweredAt;
}
