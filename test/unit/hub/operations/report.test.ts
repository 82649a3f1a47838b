import { channel } from '../../../fixtures/hub/facts.ts';
import { describe, expect, it } from 'vitest';
import { joinBody } from '../../../../hub/api/bodies.ts';
import { enrolAgent } from '../../../../hub/operations/enrol.ts';
import { joinCluster } from '../../../../hub/operations/join.ts';
import { openReports } from '../../../../hub/collect/reports.ts';
import { takeReport } from '../../../../hub/operations/report.ts';
import type { AgentReport } from '../../../../shared/wire/report.ts';
import { parseJoinLine } from '../../../../shared/wire/join.ts';
import { encode } from '../../../../shared/wire/codec.ts';
import { encodeMessage } from '../../../../shared/wire/report-message.ts';
import {
  newSeed,
  payloadTypes,
  signaturesText,
  signerOf,
  type PayloadType,
  type Signer,
} from '../../../../shared/wire/envelope.ts';
import { memoryHub, type MemoryHub } from '../../../fakes/hub.ts';
import {
  bundleApp,
  enrolledCluster,
  now,
  published,
  reportOf,
  settledApp,
  stateOf,
} from '../../../fixtures/hub/status.ts';

const agent = signerOf(newSeed());
const token = signerOf(newSeed());
const app = bundleApp('web');
const bundle = published('prod', [app]);
const last = published('prod', [], { decommission: 'orphan' });

async function scene(published = bundle): Promise<MemoryHub & { readonly outcomes: string[] }> {
  const records = [
    enrolledCluster('prod', { agentKey: agent.publicKey }),
    enrolledCluster('waiting', {
      agentKey: null,
      token: { publicKey: token.publicKey, expires: new Date(now + 60_000).toISOString() },
    }),
  ];
  const hub = await memoryHub(stateOf(records, [published]), now);
  const outcomes: string[] = [];
  return { ...hub, outcomes, parts: { ...hub.parts, metrics: { report: (outcome) => void outcomes.push(outcome) } } };
}

function signed(type: PayloadType, content: unknown, signer: Signer): Buffer {
  const payload = encode(content);
  const signatures = signaturesText(signer.sign(type, payload));
  return Buffer.from(JSON.stringify({ payload: payload.toString(), signatures }));
}

const report = (facts: Partial<AgentReport> = {}, signer = agent) =>
  signed(payloadTypes.report, reportOf(bundle, [settledApp(app)], facts), signer);

describe('takeReport', () => {
  it('answers the sequence, and lets watchers of the status know', async () => {
    const hub = await scene();
    const before = hub.parts.changed.version();
    expect(await takeReport(hub.parts, report())).toEqual({ format: 1, sequence: 5, wantEnvelope: false });
    expect(hub.parts.changed.version()).toBe(before + 1);
    expect(hub.parts.reports.current(hub.state()).get('prod')?.receivedAt).toBe(now);
    expect(hub.outcomes).toEqual(['taken']);
  });

  it('answers a repeated report and does nothing else', async () => {
    const hub = await scene();
    await takeReport(hub.parts, report());
    const [version, passes] = [hub.parts.changed.version(), [...hub.passes]];
    expect(await takeReport(hub.parts, report({ sequence: 4 }))).toEqual({
      format: 1,
      sequence: 5,
      wantEnvelope: false,
    });
    expect([hub.parts.changed.version(), hub.passes]).toEqual([version, passes]);
    expect(hub.outcomes).toEqual(['taken', 'replayed']);
  });

  it('starts a pass only for a report that changes what a pass would decide', async () => {
    const hub = await scene();
    await takeReport(hub.parts, report());
    const first = hub.passes.length;
    await takeReport(hub.parts, report({ sequence: 6 }));
    expect(hub.passes.length).toBe(first);
    const agentFacts = { version: '0.1.0', kubernetes: 'v1.36.3', capabilities: ['istio'], clusterUid: 'uid-1' };
    await takeReport(hub.parts, report({ sequence: 7, agent: agentFacts }));
    expect(hub.passes.slice(first)).toEqual(['report']);
  });

  it('does not acknowledge a report that cannot be written, however often it comes, until it can', async () => {
    const hub = await scene();
    let isFull = true;
    const save = () => (isFull ? Promise.reject(new Error('the disk is full')) : Promise.resolve());
    const parts = {
      ...hub.parts,
      reports: await openReports({ load: () => Promise.resolve([]), save, forget: () => Promise.resolve() }),
    };
    for (let round = 0; round < 2; round += 1)
      await expect(takeReport(parts, report())).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    isFull = false;
    expect(await takeReport(parts, report())).toMatchObject({ sequence: 5 });
    expect(hub.outcomes).toEqual(['taken', 'replayed', 'replayed']);
  });

  it('asks for all where it lacks the base of a change, and counts that', async () => {
    const hub = await scene();
    const { channel: of, registration } = reportOf(bundle, []);
    const heartbeat = { format: 2, channel: of, registration, sequence: 9, base: 8 };
    const body = encodeMessage({ kind: 'heartbeat', heartbeat }, agent);
    expect(await takeReport(hub.parts, body)).toEqual({ format: 2, sequence: 0, wantEnvelope: false, wantWhole: true });
    expect([hub.outcomes, hub.passes]).toEqual([['lacking'], []]);
    expect(hub.parts.reports.lacks(registration)).toBe(true);
  });

  it('removes a cluster that has left from the registry', async () => {
    const hub = await scene(last);
    const body = signed(payloadTypes.report, reportOf(last, []), agent);
    await takeReport(hub.parts, body);
    expect(hub.state().clusters.has('prod')).toBe(false);
    expect(hub.commits).toEqual(['prod has left']);
  });

  it('never removes a registration that took over the name of one that left', async () => {
    const hub = await scene(last);
    const { change } = hub.parts;
    const parts: typeof hub.parts = {
      ...hub.parts,
      change: async (...args) => {
        await joinCluster({ ...hub.parts, change }, joinBody.parse({ name: 'prod', replace: true }));
        return change(...args);
      },
    };
    await takeReport(parts, signed(payloadTypes.report, reportOf(last, []), agent));
    expect(hub.state().clusters.get('prod')?.agentKey).toBeNull();
  });

  it.each([
    ['signed with another key', report({}, signerOf(newSeed())), 'UNAUTHENTICATED'],
    ['that is not JSON', Buffer.from('x'), 'WIRE_INVALID'],
  ])('refuses a report %s, and counts it', async (_, body, code) => {
    const hub = await scene();
    await expect(takeReport(hub.parts, body)).rejects.toMatchObject({ code });
    expect([hub.outcomes, hub.passes]).toEqual([['refused'], []]);
  });
});

describe('enrolAgent', () => {
  const { registration } = enrolledCluster('waiting');
  const enrolment = (publicKey: string, signer = token) =>
    signed(payloadTypes.enrolment, { format: 1, channel, registration, publicKey }, signer);

  it('records the key and closes the token', async () => {
    const hub = await scene();
    const { publicKey } = signerOf(newSeed());
    await enrolAgent(hub.parts, enrolment(publicKey));
    expect(hub.state().clusters.get('waiting')).toMatchObject({ agentKey: publicKey, token: null });
    expect([hub.commits, hub.passes]).toEqual([['enrol the agent of waiting'], ['registry']]);
  });

  it('changes nothing for the same key again, because the first answer may be lost', async () => {
    const hub = await scene();
    const { publicKey } = signerOf(newSeed());
    await enrolAgent(hub.parts, enrolment(publicKey));
    await enrolAgent(hub.parts, enrolment(publicKey));
    expect(hub.commits).toHaveLength(1);
  });

  it('takes a new key for a token that is open beside a key, and ends the stream of the old one', async () => {
    const hub = await scene();
    const { publicKey } = signerOf(newSeed());
    await enrolAgent(hub.parts, enrolment(publicKey));
    expect(hub.revoked).toEqual([]);
    const { line } = await joinCluster(hub.parts, joinBody.parse({ name: 'waiting', rekey: true }));
    const next = signerOf(newSeed()).publicKey;
    await enrolAgent(hub.parts, enrolment(next, signerOf(parseJoinLine(line).token)));
    expect(hub.state().clusters.get('waiting')).toMatchObject({ registration, agentKey: next, token: null });
    expect(hub.revoked).toEqual([registration]);
  });

  it.each([
    ['replaced', { name: 'waiting', replace: true }],
    ['renewed', { name: 'waiting' }],
  ])('refuses a token that was %s while the enrolment waited for its turn', async (_, body) => {
    const hub = await scene();
    const { change } = hub.parts;
    const parts: typeof hub.parts = {
      ...hub.parts,
      change: async (...args) => {
        await joinCluster({ ...hub.parts, change }, joinBody.parse(body));
        return change(...args);
      },
    };
    const late = enrolAgent(parts, enrolment(signerOf(newSeed()).publicKey));
    await expect(late).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(hub.state().clusters.get('waiting')?.agentKey).toBeNull();
  });

  it('refuses a token that has expired', async () => {
    const hub = await scene();
    hub.clock.move(60_001);
    const late = enrolAgent(hub.parts, enrolment(signerOf(newSeed()).publicKey));
    await expect(late).rejects.toMatchObject({ code: 'TOKEN_EXPIRED' });
    expect(hub.commits).toEqual([]);
  });
});
