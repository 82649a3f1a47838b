import { randomUUID } from 'node:crypto';
import { cronFields } from '../../../shared/adapters/schedule.ts';
import type { Clock } from '../../../shared/ports/clock.ts';
import { newSeed, signerOf } from '../../../shared/wire/envelope.ts';
import { formats } from '../../../shared/wire/formats.ts';
import type { CueEngine } from '../../cue/engine.ts';
import { openQuestions } from '../../deliver/questions.ts';
import { sshSigner } from '../../keys/sshsig.ts';
import type { HubKeys } from '../../keys/types.ts';
import { manifestReader } from '../../load/manifests.ts';
import type { FileReader } from '../../load/reader.ts';
import { everything } from '../../load/select.ts';
import { createSnapshotBuilder } from '../../load/snapshot.ts';
import type { ConfigSource } from '../../load/source.ts';
import type { ClusterRecord } from '../../model/registry.ts';
import { pass, type PassParts, type PassResult } from '../../pass.ts';
import { newRenderMemory } from '../../render/memory.ts';
import { componentSourcesOf } from '../../sources/list.ts';
import { openLedger } from '../../store/ledger/ledger.ts';
import { exampleFiles } from './example.ts';
import { memoryObjects } from './objects.ts';

/** Rounds after which one more makes the next hardly faster. */
const rounds = 3;
const cluster = 'example';

/**
 * Makes the first push into a hub be delivered as fast as the next ones, because code that never ran takes several times as long: passes
 * over examples of other applications, for a cluster and with keys, ledger and channel of its own that are in memory alone, in the
 * same slices as any pass. Answers what came of each round; none where the hub stops meanwhile. Never throws.
 */
export async function rehearse(
  reader: FileReader,
  clock: Clock,
  signal: AbortSignal,
): Promise<readonly Pick<PassResult, 'clusters' | 'problems'>[]> {
  const results: PassResult[] = [];
  try {
    const parts = await openParts(reader, clock);
    while (results.length < rounds && !signal.aborted) results.push(await pass(parts, true, signal));
    return results;
  } catch {
    return results;
  }
}

async function openParts(reader: FileReader, clock: Clock): Promise<PassParts> {
  const keys = newKeys();
  const [ledger, channel] = [memoryObjects(), memoryObjects()];
  const store = openLedger({ ...keys, store: ledger });
  const begun = await store.create(keys, clock.now());
  const clusters = new Map([[cluster, joined(keys)]]);
  await store.commit({ base: begun.base, changes: { clusters }, message: 'join', at: clock.now() });
  return {
    ...{ store, clock, cron: cronFields, localCluster: cluster, heartbeatMs: 60_000 },
    publishing: { store, channel, keys, clock },
    source: exampleSource(reader),
    sources: componentSourcesOf(manifestReader(reader)),
    cue: answersNothing,
    memory: { last: null, passedOver: [] },
    rendered: newRenderMemory(),
    ...{ holds: { last: null }, planned: { last: null }, progress: { last: null }, parts: { published: new Map() } },
    questions: openQuestions(),
    effects: { verdict: () => undefined, waits: () => '', want: () => undefined },
    listeningSince: clock.now(),
    ...{ reports: () => new Map(), reads: () => new Map(), judged: () => undefined, judge: () => undefined },
    metrics: countsNothing,
    notify: () => undefined,
    isAwaited: () => false,
  };
}

/** Keys that are in no join line. */
function newKeys(): HubKeys {
  const seed = newSeed();
  const hub = signerOf(seed);
  const trusted = [hub.publicKey];
  const [channel, epoch] = [randomUUID(), 1];
  const root = {
    ...{ format: formats.root.lowest, channel, version: 1, epoch },
    roots: { keys: trusted, threshold: 1 },
    hubs: { keys: trusted },
    approvers: { keys: [], threshold: 0 },
  };
  return { channel, epoch, hub, sign: sshSigner(seed), trusted, past: trusted, roots: [], root };
}

function joined({ hub: { publicKey: agentKey } }: HubKeys): ClusterRecord {
  return {
    ...{ name: cluster, registration: randomUUID(), labels: {}, capabilities: null, joinedAt: '', agentKey },
    ...{ token: null, reports: true, revoked: false, decommission: null },
    reads: { revision: formats.revision.newest },
  };
}

/** Another commit each time that it is asked. */
function exampleSource(reader: FileReader): ConfigSource {
  const builder = createSnapshotBuilder(everything, reader);
  let round = 0;
  return {
    repository: 'example',
    next: (_, signal) => {
      round += 1;
      const facts = { repository: 'example', commit: `${round}`.padStart(40, '0'), descends: true, behind: 0 };
      return builder.build(exampleFiles(round), facts, signal);
    },
    expect: () => undefined,
    again: () => Promise.resolve(null),
    watch: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

/** Objects that are written out come to nothing in their template: the real evaluator would keep the answer for good. */
const answersNothing: CueEngine = {
  evaluate: (programs) => Promise.resolve(programs.map(() => ({ ok: true, value: {} }))),
  forApplication: () => answersNothing,
  warm: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

const countsNothing: PassParts['metrics'] = {
  ...{ stage: () => undefined, pass: () => undefined, published: () => undefined, report: () => undefined },
  ...{ request: () => undefined, refused: () => undefined, cut: () => undefined, streams: () => undefined },
  ...{ delivered: () => undefined, leadTime: () => undefined },
};
