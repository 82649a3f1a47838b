import { digestOf } from '../../../shared/lib/canonical.ts';
import { encode } from '../../../shared/wire/codec.ts';
import { credentialText } from '../../../shared/wire/credential.ts';
import {
  newSeed,
  payloadTypes,
  signaturesText,
  signerOf,
  type PayloadType,
  type Signer,
} from '../../../shared/wire/envelope.ts';
import { feedPaths, type FeedAnswer } from '../../../shared/wire/feed.ts';
import { formats } from '../../../shared/wire/formats.ts';
import { parseJoinLine, type JoinTicket } from '../../../shared/wire/join.ts';
import type { AgentReport, ReportApp } from '../../../shared/wire/report.ts';
import type { Revision } from '../../../shared/wire/revision.ts';
import type { RunningHub } from '../../../hub/run/hub.ts';
import type { HubWorld } from './world.ts';

/** The hub's side of an agent, spoken by hand: keys, credentials, polls and reports over plain HTTP. */
export interface SpokenAgent {
  readonly ticket: JoinTicket;
  readonly signer: Signer;
  readonly authorization: (signer?: Signer, minutes?: number) => string;
  readonly get: (path: string, headers?: Record<string, string>) => Promise<Response>;
  readonly enrol: (key?: string, token?: Signer) => Promise<Response>;
  readonly pull: (
    have?: string,
  ) => Promise<{ readonly answer: FeedAnswer; readonly revision: Revision; readonly digest: string }>;
  readonly report: (facts: Partial<AgentReport>, signer?: Signer) => Promise<Response>;
  /** Reports everything of the current bundle as applied and healthy. */
  readonly settle: (sequence: number, facts?: Partial<AgentReport>) => Promise<Response>;
}

/** The hub that an agent speaks with. */
export interface AgentWorld extends Pick<HubWorld, 'client'> {
  readonly hub: () => Pick<RunningHub, 'url' | 'idle'>;
}

/** Joins a cluster and speaks for its agent; it is not enrolled yet. */
export async function joinAgent(world: AgentWorld, name: string, more: object = {}): Promise<SpokenAgent> {
  const { line } = await world.client().join({ name, capabilities: { ingress: true }, ...more });
  await world.hub().idle();
  const ticket = parseJoinLine(line);
  const signer = signerOf(newSeed());
  let enrolled = false;
  const url = (path: string) => world.hub().url + path;
  const send = (path: string, type: PayloadType, content: unknown, by: Signer) => {
    const payload = encode(content);
    const body = JSON.stringify({
      payload: payload.toString(),
      signatures: signaturesText(by.sign(type, payload)),
    });
    return fetch(url(path), { method: 'POST', body });
  };
  const authorization: SpokenAgent['authorization'] = (by, minutes = 5) => {
    const expires = new Date(Date.now() + minutes * 60_000).toISOString();
    const { channel, registration } = ticket;
    const key = by ?? (enrolled ? signer : signerOf(ticket.token));
    const text = credentialText({ channel, registration, expires }, key);
    return `Basic ${Buffer.from(`${registration}:${text}`).toString('base64')}`;
  };
  const get: SpokenAgent['get'] = (path, headers = {}) =>
    fetch(url(path), { headers: { authorization: authorization(), ...headers } });
  const pull: SpokenAgent['pull'] = async (have) => {
    const response = await get(feedPaths.bundle(name) + (have === undefined ? '' : `?have=${have}`));
    const answer = formats.feedAnswer.decodeValue(await response.json());
    const { payload } = answer.revision!;
    return { answer, revision: formats.revision.decode(Buffer.from(payload)), digest: digestOf(payload) };
  };
  const report: SpokenAgent['report'] = (facts, by = signer) =>
    send(
      feedPaths.reports,
      payloadTypes.report,
      {
        format: 1,
        channel: ticket.channel,
        registration: ticket.registration,
        cluster: name,
        sequence: 1,
        issuedAt: new Date().toISOString(),
        agent: { version: '0.1.0', kubernetes: 'v1.36.3', capabilities: ['ingress'], clusterUid: 'uid' },
        accepted: null,
        settled: false,
        conditions: [],
        apps: [],
        retired: { settled: [], survivors: [], unexplained: [] },
        ...facts,
      },
      by,
    );
  return {
    ticket,
    signer,
    authorization,
    get,
    pull,
    report,
    enrol: async (key = signer.publicKey, token = signerOf(ticket.token)) => {
      const { channel, registration } = ticket;
      const content = { format: 1, channel, registration, publicKey: key };
      const response = await send(feedPaths.enrol, payloadTypes.enrolment, content, token);
      enrolled ||= response.ok;
      return response;
    },
    settle: async (sequence, facts = {}) => {
      const { revision: current, digest } = await pull();
      const apps = current.apps.map((app): ReportApp => ({
        namespace: app.namespace,
        name: app.name,
        desired: app.digest,
        applied: app.digest,
        phase: 'settled',
        health: 'Healthy',
        message: 'Ready:1/1',
        revisions: app.revisions.map(({ name: revisionName }) => ({ name: revisionName, ready: 1, desired: 1 })),
        traffic: [],
        objects: { total: app.objects.length, current: app.objects.length },
        problems: [],
        observedAt: new Date().toISOString(),
      }));
      const { epoch, generation } = current;
      const accepted = { epoch, generation, revisionDigest: digest as `sha256:${string}` };
      return report({ sequence, accepted, settled: true, apps, ...facts });
    },
  };
}
