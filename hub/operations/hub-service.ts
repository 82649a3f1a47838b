import { startSlices, unitsOfBytes } from '../../shared/lib/slices.ts';
import type { PushHint } from '../../shared/ports/repo.ts';
import type { ReportAnswer } from '../../shared/wire/report.ts';
import type { Answer, CallName, Input } from '../api/routes.ts';
import { createTurns } from '../model/turns.ts';
import type { ChannelView } from '../model/channel.ts';
import type { ClusterRecord } from '../model/registry.ts';
import type { State } from '../model/state.ts';
import { enrolAgent } from './enrol.ts';
import { operations } from './operations.ts';
import type { HubParts } from './parts.ts';
import { noteReads, type ReadsHeader } from './reads.ts';
import { takePush } from './push.ts';
import { takeReport } from './report.ts';

/** The running hub as its HTTP server sees it: reads answer from memory, changes go through the ledger. */
export interface HubService {
  /** The last committed state; requests never wait for a pass. Throws UNAVAILABLE until the ledger is read. */
  readonly state: () => State;
  /** True once the ledger is read. */
  readonly isReady: () => boolean;
  /** Resolves once it is, for those who wait for it a few a turn of the loop. */
  readonly begun: () => Promise<void>;
  readonly channel: ChannelView;
  /** Runs the operation of a call; `token` is the name of the caller's, null = the admin token. */
  readonly call: <Name extends CallName>(
    name: Name,
    input: Input<Name>,
    signal: AbortSignal,
    token: string | null,
  ) => Promise<Answer<Name>>;
  /** Notes the header `Sluice-Reads` of a request of a cluster's agent. */
  readonly noteReads: (record: ClusterRecord, header: ReadsHeader) => void;
  /** True when there is no report of a cluster's agent: it should send one. */
  readonly lacksReport: (record: Pick<ClusterRecord, 'registration'>) => boolean;
  readonly enrol: (body: Uint8Array, reads: ReadsHeader) => Promise<void>;
  readonly report: (body: Uint8Array, reads: ReadsHeader) => Promise<ReportAnswer>;
  readonly push: (push: PushHint | null) => void;
}

/** The units of a slice that a wake-up stream costs: its credential is proved, and its agent polls at once. */
const unitsOfStream = 200;

/** The units of a slice that reading a signed body costs. */
function unitsOfSigned(bytes: number): number {
  return 40 + 5 * unitsOfBytes(bytes);
}

/** The operations, bound to a running hub. */
export function createHubService(parts: HubParts): HubService {
  const [queue, slices] = [createTurns(), startSlices()];
  const [streams, streamSlices] = [createTurns(), startSlices()];
  // A fleet that reports at once is read a few reports a turn of the loop, so that others are answered in between.
  const inTurn = ({ length }: Uint8Array): Promise<void> => queue.take(async () => slices.spend(unitsOfSigned(length)));
  return {
    state: parts.state,
    isReady: parts.isReady,
    begun: async () => {
      await parts.begun;
      await streams.take(async () => streamSlices.spend(unitsOfStream));
    },
    channel: parts.channel,
    call: async (name, input, signal, token) => operations[name](parts, input, signal, token),
    noteReads: (record, header) => noteReads(parts, record, header),
    lacksReport: ({ registration }) => parts.reports.lacks(registration),
    enrol: async (body, reads) => {
      await inTurn(body);
      return enrolAgent(parts, body, reads);
    },
    report: async (body, reads) => {
      await inTurn(body);
      return takeReport(parts, body, reads);
    },
    push: (push) => takePush(parts, push),
  };
}
