import type { PushHint } from '../../shared/ports/repo.ts';
import type { ReportAnswer } from '../../shared/wire/report.ts';
import type { Answer, CallName, Input } from '../api/routes.ts';
import type { ChannelView } from '../model/channel.ts';
import type { State } from '../model/state.ts';
import { enrolAgent } from './enrol.ts';
import { operations } from './operations.ts';
import type { HubParts } from './parts.ts';
import { takePush } from './push.ts';
import { takeReport } from './report.ts';

/** The running hub as its HTTP server sees it: reads answer from memory, changes go through the ledger. */
export interface HubService {
  /** The last committed state; requests never wait for a pass. Null until the ledger is read. */
  readonly state: () => State | null;
  readonly channel: ChannelView;
  /** Runs the operation of a call. */
  readonly call: <Name extends CallName>(name: Name, input: Input<Name>, signal: AbortSignal) => Promise<Answer<Name>>;
  readonly enrol: (body: Uint8Array) => Promise<void>;
  readonly report: (body: Uint8Array) => Promise<ReportAnswer>;
  readonly push: (push: PushHint | null) => void;
}

/** The operations, bound to a running hub. */
export function createHubService(parts: HubParts): HubService {
  return {
    state: parts.state,
    channel: parts.channel,
    call: async (name, input, signal) => operations[name](parts, input, signal),
    enrol: (body) => enrolAgent(parts, body),
    report: (body) => takeReport(parts, body),
    push: (push) => takePush(parts, push),
  };
}
