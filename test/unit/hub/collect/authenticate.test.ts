import { describe, expect, it } from 'vitest';
import { readReport } from '../../../../hub/collect/authenticate.ts';
import { reportLimitOf } from '../../../../shared/model/limits.ts';
import { newSeed, payloadTypes, signaturesText, signerOf } from '../../../../shared/wire/envelope.ts';
import { formats } from '../../../../shared/wire/formats.ts';
import type { AgentReport, ReportMessage } from '../../../../shared/wire/report.ts';
import { encodeMessage } from '../../../../shared/wire/report-message.ts';
import { bundleApp, enrolledCluster, published, reportOf, settledApp, stateOf } from '../../../fixtures/hub/status.ts';

const [agent, other] = [signerOf(newSeed()), signerOf(newSeed())];
const record = enrolledCluster('prod', { agentKey: agent.publicKey });
const revoked = enrolledCluster('gone', { agentKey: agent.publicKey, revoked: true });
const waiting = enrolledCluster('new', { agentKey: null });
const state = stateOf([record, revoked, waiting]);
const report = (cluster = 'prod', facts: Partial<AgentReport> = {}): AgentReport => {
  const app = settledApp(bundleApp('web'), { observedAt: undefined });
  return { ...reportOf(published(cluster, []), [app]), format: 2, ...facts };
};
const elsewhere = 'ffffffff-0000-4000-8000-00000000000f';
const whole = (one: AgentReport): ReportMessage => ({ kind: 'whole', report: one });
const changed = ({ format, channel: of, registration, cluster }: AgentReport): ReportMessage => ({
  kind: 'change',
  change: {
    format,
    channel: of,
    registration,
    cluster,
    sequence: 6,
    base: 5,
    issuedAt: report().issuedAt,
    apps: [],
    gone: [],
  },
});
const beat = ({ channel: of, registration }: AgentReport): ReportMessage => ({
  kind: 'heartbeat',
  heartbeat: { format: 2, channel: of, registration, sequence: 6, base: 5 },
});
const codeOf = (bytes: Buffer) => {
  try {
    readReport(bytes, state);
    return 'read';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe.each([
  ['a whole', whole],
  ['a change', changed],
  ['a heartbeat', beat],
] as const)('%s of format 2', (_, messageOf) => {
  it('is read with its sender, and known again by its signature', () => {
    const message = messageOf(report());
    const bytes = encodeMessage(message, agent);
    const read = readReport(bytes, state);
    expect([read.record, read.message]).toEqual([record, message]);
    expect(bytes.includes(read.signature!)).toBe(true);
  });

  it.each<[string, AgentReport, typeof agent, string]>([
    ['another key', report(), other, 'UNAUTHENTICATED'],
    ['a registration that is unknown', report('prod', { registration: elsewhere }), agent, 'UNAUTHENTICATED'],
    ['a registration whose agent has not enrolled', report('new'), agent, 'UNAUTHENTICATED'],
    ['another channel', report('prod', { channel: elsewhere }), agent, 'UNAUTHENTICATED'],
    ['a registration that was revoked', report('gone'), agent, 'REVOKED'],
  ])('is refused with %s', (__, of, signer, code) => {
    expect(codeOf(encodeMessage(messageOf(of), signer))).toBe(code);
  });
});

describe('a report', () => {
  it('of format 1 comes as JSON', () => {
    const first = { ...reportOf(published('prod', []), [settledApp(bundleApp('web'))]), format: 1 };
    expect(readReport(encodeMessage(whole(first), agent), state)).toEqual({
      record,
      message: whole(first),
      signature: null,
    });
  });

  it('of format 2 does not', () => {
    const payload = formats.report.encode(report());
    const signatures = signaturesText(agent.sign(payloadTypes.report, payload));
    expect(codeOf(Buffer.from(JSON.stringify({ payload: payload.toString(), signatures })))).toBe('WIRE_INVALID');
  });

  it('for the cluster of another registration is refused, although it is signed', () => {
    expect(codeOf(encodeMessage(whole(report('prod', { cluster: 'new' })), agent))).toBe('UNAUTHENTICATED');
  });

  it('is not looked into before its sender is proved', () => {
    const text = encodeMessage(whole(report()), agent).toString('latin1');
    expect(codeOf(Buffer.from(text.replace('"format":2', '"format":9')))).toBe('UNAUTHENTICATED');
  });

  it('above the limit of its format is refused, whoever signed it', () => {
    const long = report('prod', { apps: [settledApp(bundleApp('web'), { message: 'm'.repeat(reportLimitOf(2)) })] });
    expect(codeOf(encodeMessage(whole(long), agent))).toBe('LIMIT_EXCEEDED');
    expect(codeOf(encodeMessage(whole({ ...long, format: 1 }), agent))).toBe('LIMIT_EXCEEDED');
    const within = report('prod', { apps: [settledApp(bundleApp('web'), { message: 'm'.repeat(reportLimitOf(1)) })] });
    expect(codeOf(encodeMessage(whole(within), agent))).toBe('read');
    expect(codeOf(encodeMessage(whole({ ...within, format: 1 }), agent))).toBe('LIMIT_EXCEEDED');
  });
});
