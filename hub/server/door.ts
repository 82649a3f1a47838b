import type { LedgerState } from '../model/ledger.ts';
import type { ChannelView } from '../model/channel.ts';
import type { ApproveBody, ClusterEntry, JoinAnswer, JoinBody, RemoveBody } from '../api/bodies.ts';
import type { StatusView } from '../api/status.ts';
import type { PushHint } from '../../shared/ports/repo.ts';
import type { ReportAnswer } from '../../shared/wire/report.ts';

/** Which part of the fleet a status request asks for. */
export interface StatusQuery {
  readonly app?: string | undefined;
  readonly cluster?: string | undefined;
}

/** What the web interface asks of the hub: everything else about the hub stays behind it. */
export interface HubDoor {
  /** The last committed state; requests never wait for a pass. Null until the ledger is read. */
  readonly state: () => LedgerState | null;
  readonly channel: ChannelView;
  /** Starts a pass at once; what a webhook said of the push only saves time. */
  readonly pushed: (push: PushHint | null) => void;
  readonly report: (body: Uint8Array) => Promise<ReportAnswer>;
  readonly enrol: (body: Uint8Array) => Promise<void>;
  /** A number that rises whenever the status may have changed, and a way to wait for that. */
  readonly statusVersion: () => number;
  readonly onStatus: (changed: () => void) => () => void;
  readonly status: (query: StatusQuery) => StatusView;
  readonly join: (body: JoinBody) => Promise<JoinAnswer>;
  readonly list: () => ClusterEntry[];
  readonly labels: (name: string, labels: Readonly<Record<string, string | null>>) => Promise<ClusterEntry>;
  readonly revoke: (name: string) => Promise<ClusterEntry>;
  readonly remove: (name: string, body: RemoveBody) => Promise<{ name: string; state: 'gone' | 'leaving' }>;
  readonly approve: (body: ApproveBody) => Promise<{ change: string; ids: string[] }>;
}
