import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinBody } from '../../../hub/api/bodies.ts';
import { withChanges, type Changes } from '../../../hub/model/changes.ts';
import type { ClusterRecord } from '../../../hub/model/registry.ts';
import type { State } from '../../../hub/model/state.ts';
import type { Store } from '../../../hub/model/store.ts';
import { approveChange } from '../../../hub/operations/approve.ts';
import { enrolAgent } from '../../../hub/operations/enrol.ts';
import { joinCluster } from '../../../hub/operations/join.ts';
import { labelCluster } from '../../../hub/operations/labels.ts';
import type { HubParts } from '../../../hub/operations/parts.ts';
import { removeCluster } from '../../../hub/operations/remove.ts';
import { takeReport } from '../../../hub/operations/report.ts';
import { revokeCluster } from '../../../hub/operations/revoke.ts';
import type { PassResult } from '../../../hub/pass.ts';
import { createLoop } from '../../../hub/run/loop.ts';
import { isSluiceError } from '../../../shared/errors.ts';
import { digestOf } from '../../../shared/lib/canonical.ts';
import { encode } from '../../../shared/wire/codec.ts';
import {
  newSeed,
  payloadTypes,
  signaturesText,
  signerOf,
  type PayloadType,
  type Signer,
} from '../../../shared/wire/envelope.ts';
import { memoryHub } from '../../fakes/hub.ts';
import { memoryDatabase } from '../../fakes/memory-store.ts';
import { channel } from '../../fixtures/hub/facts.ts';
import { enrolledCluster, now, published, reportOf, stateOf } from '../../fixtures/hub/status.ts';

const [owner, thief, firstToken] = [signerOf(newSeed()), signerOf(newSeed()), signerOf(newSeed())];
const expires = new Date(now + 3_600_000).toISOString();
const change = digestOf('a guarded change');
const leaving = published('left', [], { decommission: 'orphan' });

/** A cluster that waits for its agent, one that is leaving, one at work, and a change that waits for an approval. */
const first: State = stateOf(
  [
    enrolledCluster('new', { agentKey: null, token: { publicKey: firstToken.publicKey, expires } }),
    enrolledCluster('left', { agentKey: owner.publicKey, decommission: 'orphan' }),
    enrolledCluster('work', { agentKey: owner.publicKey }),
  ],
  [leaving, published('work', [])],
  {
    guarded: [{ change, code: 'EMPTY_RENDER', cluster: 'work', app: 'default/web', generation: 8, ids: [], since: '' }],
  },
);

function signed(type: PayloadType, content: unknown, signer: Signer): Buffer {
  const payload = encode(content);
  const signatures = signaturesText(signer.sign(type, payload));
  return Buffer.from(JSON.stringify({ payload: payload.toString(), signatures }));
}

/** What operators and agents do, by name: each at any of two hubs that share a ledger, or twice. */
const acts = {
  'join new again': (hub: HubParts) => joinCluster(hub, joinBody.parse({ name: 'new' })),
  'replace new': (hub: HubParts) => joinCluster(hub, joinBody.parse({ name: 'new', replace: true })),
  'let left in again': (hub: HubParts) => joinCluster(hub, joinBody.parse({ name: 'left', rekey: true })),
  'replace left': (hub: HubParts) => joinCluster(hub, joinBody.parse({ name: 'left', replace: true })),
  'forget new': (hub: HubParts) => removeCluster(hub, { name: 'new', mode: 'orphan', forget: true }),
  'remove work': (hub: HubParts) => removeCluster(hub, { name: 'work', mode: 'orphan', forget: false }),
  'label work a': (hub: HubParts) => labelCluster(hub, { name: 'work', labels: { a: '1' } }),
  'label work b': (hub: HubParts) => labelCluster(hub, { name: 'work', labels: { b: '1' } }),
  'revoke new': (hub: HubParts) => revokeCluster(hub, { name: 'new' }),
  approve: (hub: HubParts) => approveChange(hub, { change, by: 'me' }, new AbortController().signal, null),
  'enrol new by its first token': (hub: HubParts) => {
    const { registration } = first.clusters.get('new')!;
    const content = { format: 1, channel, registration, publicKey: thief.publicKey };
    return enrolAgent(hub, signed(payloadTypes.enrolment, content, firstToken));
  },
  'left has left': (hub: HubParts) =>
    takeReport(hub, signed(payloadTypes.report, reportOf(leaving, [], { settled: true, sequence: 9 }), owner)),
} as const;

/** A change that counts, alone or in a group: the state that it was judged by last, and what it made of it. */
interface Commit {
  readonly message: string;
  readonly before: State;
  readonly after: State;
}

const record = ({ clusters }: State, name: string): ClusterRecord | undefined => clusters.get(name);
const labelsOf = (state: State): unknown => record(state, 'work')?.labels;

/** What must hold of the very state that a change was judged by, by how its message begins. */
const rules: Readonly<Record<string, (commit: Commit) => void>> = {
  'enrol the agent of new': ({ before, after }) => {
    const { registration, token, revoked } = record(before, 'new')!;
    expect([registration, token?.publicKey, revoked]).toEqual([
      record(first, 'new')?.registration,
      firstToken.publicKey,
      false,
    ]);
    expect(record(after, 'new')).toMatchObject({ registration, agentKey: thief.publicKey, token: null });
  },
  'left has left': ({ before }) => {
    expect(record(before, 'left')).toMatchObject({
      registration: record(first, 'left')?.registration,
      decommission: 'orphan',
    });
  },
  approve: ({ before, after }) => {
    expect(before.guarded.map((guarded) => guarded.change)).toContain(change);
    expect(after.approvals.map((approval) => approval.change)).toEqual([change]);
  },
  'label work': ({ before, after }) => expect(labelsOf(after)).toMatchObject(labelsOf(before) as object),
  pass: ({ after }) => expect(after.guarded).toEqual([]),
};

/** One hub of the two: the real loop, over a store whose every answer comes when the scheduler says so. */
async function hubOver(scheduler: fc.Scheduler, store: Store, commits: Commit[]): Promise<HubParts> {
  // What the changes of the last group lead to, one after the other.
  let judged: State = first;
  const scheduled: Store = {
    ...store,
    read: async () => {
      await scheduler.schedule(Promise.resolve(), 'read');
      return store.read();
    },
    commit: async (asked) => {
      await scheduler.schedule(Promise.resolve(), `commit ${asked.message}`);
      const before = await store.read();
      const after = await store.commit(asked);
      if (asked.message === 'pass') commits.push({ message: asked.message, before, after });
      else expect([after.clusters, after.approvals]).toEqual([judged.clusters, judged.approvals]);
      return after;
    },
  };
  const none = (): void => undefined;
  let state: State = first;
  const { parts } = await memoryHub(first, now);
  const loop = createLoop({
    clock: parts.clock,
    random: () => 1,
    log: parts.log,
    metrics: { pass: none },
    store: scheduled,
    pass: async () => {
      // The guarded change is gone with the commit that takes it back.
      const view = await scheduled.read();
      const changes: Changes = { guarded: [] };
      const after = await scheduled.commit({ base: view.base, changes, message: 'pass', at: now });
      return {
        state: after,
        kind: 'committed',
        rows: [],
        clusters: [],
        moved: [],
        problems: [],
        holds: [],
        more: false,
        due: null,
        failure: null,
      } satisfies PassResult;
    },
    onState: (view) => (state = view),
    onFailure: none,
    tidy: () => Promise.resolve(),
  });
  const change: HubParts['change'] = async (message, reason, apply) => {
    let last: readonly Commit[] = [];
    const result = await loop.change(message, reason, (before) => {
      judged = before;
      const changed = apply(before);
      judged = withChanges(before, changed.changes);
      last = judged === before ? [] : [{ message, before, after: judged }];
      return changed;
    });
    commits.push(...last);
    return result;
  };
  return { ...parts, change, trigger: loop.trigger, state: () => state, shown: () => state };
}

const refusals = [
  'EXISTS',
  'REFERENCE_NOT_FOUND',
  'UNAUTHENTICATED',
  'REVOKED',
  'FORBIDDEN',
  'CHANGE_NOT_FOUND',
  'LEDGER_RACED',
] as const;

describe('changes of the registry, whoever is faster', () => {
  it('are judged by the state that they change: two operators at two hubs, an enrolment, a report and passes', async () => {
    const names = fc.constantFrom(...(Object.keys(acts) as (keyof typeof acts)[]));
    const steps = fc.array(fc.record({ act: names, hub: fc.constantFrom(0, 1) }), { minLength: 2, maxLength: 6 });
    const messages = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), steps, async (scheduler, wanted) => {
        const database = memoryDatabase(first);
        const commits: Commit[] = [];
        const hubs = [
          await hubOver(scheduler, database.open(), commits),
          await hubOver(scheduler, database.open(), commits),
        ] as const;
        const work = wanted.map(async ({ act, hub }) => {
          await scheduler.schedule(Promise.resolve(), act);
          await acts[act](hubs[hub]);
        });
        const ended = Promise.allSettled(work);
        await scheduler.waitFor(ended);
        for (const result of await ended) {
          if (result.status === 'rejected' && !isSluiceError(result.reason, ...refusals)) throw result.reason;
        }
        for (const commit of commits) {
          messages.add(commit.message.split(' sha256')[0] ?? '');
          for (const [start, rule] of Object.entries(rules)) if (commit.message.startsWith(start)) rule(commit);
        }
      }),
      { numRuns: 400, seed: 20261126 },
    );
    // All kinds of commits were judged, or the rules above say nothing.
    expect([...messages].sort()).toEqual([
      'approve',
      'enrol the agent of new',
      'join left',
      'join new',
      'label work',
      'left has left',
      'pass',
      'remove new',
      'remove work',
      'revoke new',
    ]);
  });
});
