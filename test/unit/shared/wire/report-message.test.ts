import { describe, expect, it } from 'vitest';
import { bareSignature, isSignature, newSeed, signerOf } from '../../../../shared/wire/envelope.ts';
import { formats } from '../../../../shared/wire/formats.ts';
import { encodeMessage, openMessage } from '../../../../shared/wire/report-message.ts';
import { received, reportOf, published } from '../../../fixtures/hub/status.ts';

const agent = signerOf(newSeed());
const { report } = received({ ...reportOf(published('prod', []), []), format: 2 });
const { channel, registration } = report;
const heartbeat = { format: 2, channel, registration, sequence: 7, base: 6 };
const whole = encodeMessage({ kind: 'whole', report }, agent);
const beat = encodeMessage({ kind: 'heartbeat', heartbeat }, agent);
const text = (bytes: Buffer) => bytes.toString('latin1');
const sig = 'A'.repeat(86);

describe('a report on its way', () => {
  it('is JSON in format 1: what it always was', () => {
    const first = { ...report, format: 1 };
    const body = encodeMessage({ kind: 'whole', report: first }, agent);
    expect(openMessage(body, channel)).toBeNull();
    const { payload } = JSON.parse(text(body)) as { readonly payload: string };
    expect(payload).toBe(formats.report.encode(first).toString());
  });

  it('is read only when it is asked for', () => {
    const broken = Buffer.concat([whole.subarray(0, -1), Buffer.from('!')]);
    const head = openMessage(broken, channel)!;
    expect(isSignature(head.type, head.payload, head.signature, agent.publicKey)).toBe(false);
    expect(() => head.read()).toThrow(expect.objectContaining({ code: 'WIRE_INVALID' }) as Error);
  });

  it('is a heartbeat in one line', () => {
    expect(beat.length).toBeLessThanOrEqual(160);
    expect(openMessage(beat, channel)!.read()).toEqual({ kind: 'heartbeat', heartbeat });
  });

  it.each([
    ['nothing after its number', '2'],
    ['another number', text(beat).replace(/^2/, '3')],
    ['no number', text(beat).slice(2)],
    ['a line break after a heartbeat', `${text(beat)}\n`],
    ['a document after a heartbeat', `${text(beat)}\n{}`],
    ['a negative number', `2 ${registration} -1 0 ${sig}`],
    ['a number that begins with 0', `2 ${registration} 01 0 ${sig}`],
    ['a number of seventeen digits', `2 ${registration} ${'9'.repeat(17)} 0 ${sig}`],
    ['two spaces', text(beat).replace(' ', '  ')],
    ['a document without its line break', text(whole).replace('\n', '')],
    ['a line break of another kind', text(whole).replace('\n', '\r\n')],
    ['a first line without an end', `2 ${registration} ${'A'.repeat(10_000)}`],
    ['a signature that is too short', `2 ${registration} ${sig.slice(1)}\n{}`],
  ])('is refused with %s', (_, line) => {
    const open = () => openMessage(Buffer.from(line), channel);
    if (/^[0-9]/.test(line)) expect(open).toThrow(expect.objectContaining({ code: 'WIRE_INVALID' }) as Error);
    else expect(open()).toBeNull();
  });

  it.each([
    ['that is nothing', ''],
    ['that is not JSON', 'x'],
    ['of format 1', JSON.stringify({ ...report, format: 1 })],
    ['of a number that is unknown', JSON.stringify({ ...report, format: 99 })],
    ['with a member that it does not have', JSON.stringify({ ...report, later: true })],
    ['of a change with a member that it does not have', JSON.stringify({ ...report, base: 4, later: true })],
    ['that is null', 'null'],
  ])('is refused with a document %s', (_, document) => {
    const head = openMessage(
      Buffer.from(
        `2 ${registration} ${bareSignature(agent, 'application/vnd.sluice.report+json', Buffer.from(document))}\n${document}`,
      ),
      channel,
    )!;
    expect(isSignature(head.type, head.payload, head.signature, agent.publicKey)).toBe(true);
    expect(() => head.read()).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^(WIRE_INVALID|FORMAT_UNKNOWN)$/) as string }) as Error,
    );
  });
});
