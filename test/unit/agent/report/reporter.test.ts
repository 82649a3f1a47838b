import { describe, expect, it } from 'vitest';
import { buildReport } from '../../../../agent/report/build.ts';
import type { ReportDraft } from '../../../../agent/report/exchange.ts';
import { openReporter } from '../../../../agent/report/reporter.ts';
import { SluiceError } from '../../../../shared/errors.ts';
import { reportLimitOf } from '../../../../shared/model/limits.ts';
import { formats } from '../../../../shared/wire/formats.ts';
import type { AgentReport, ReportAnswer, ReportApp, ReportMessage } from '../../../../shared/wire/report.ts';
import { fakeChannel, manualClock, testDeps, wholeOf } from '../../../fakes/agent.ts';
import { fakeKube } from '../../../fakes/kube.ts';
import { testBundle } from '../../../fixtures/agent/apps.ts';
import { reportInput } from '../../../fixtures/agent/report.ts';

const { signal } = new AbortController();
const { envelope } = testBundle({ generation: 3, apps: [] });

/** A report that differs from others of another text; `at` = milliseconds after noon. */
function draft(text: string, { at = 0, ...change }: { at?: number } & Partial<AgentReport> = {}): ReportDraft {
  const input = reportInput({ cluster: { kubernetes: text, capabilities: [], clusterUid: 'uid' } });
  const report = buildReport({ ...input, now: input.now + at });
  return { report: { ...report, ...change }, envelope };
}

type Answer = Partial<ReportAnswer> | Error;

/** As `open`, of a hub that reads format 2, or what it is set to. */
function openSecond(...answers: readonly Answer[]) {
  const clock = manualClock();
  const left = [...answers];
  const sent: ReportMessage[] = [];
  const hub = { report: 2, whole: false };
  const deps = testDeps(fakeKube(), fakeChannel(), clock, {
    random: () => 0.5,
    hubReads: () => hub,
    deliver: (message) => {
      sent.push(message);
      hub.whole = false;
      const answer = left.shift() ?? {};
      if (answer instanceof Error) return Promise.reject(answer);
      return Promise.resolve({ format: 2, sequence: sequenceOf(message), wantEnvelope: false, ...answer });
    },
  });
  const { heartbeatMs } = deps.settings;
  const reporter = openReporter(deps);
  const kinds = () => sent.map(({ kind }) => kind);
  /** Until it may send again after a failure. */
  const wait = () => clock.move(reporter.nextIn());
  return { reporter, clock, sent, kinds, hub, heartbeatMs, wait };
}

const sequenceOf = (message: ReportMessage): number =>
  message.kind === 'whole'
    ? message.report.sequence
    : message.kind === 'change'
      ? message.change.sequence
      : message.heartbeat.sequence;

/** A reporter whose hub answers as told, and then takes everything. */
function open(...answers: readonly Answer[]) {
  const clock = manualClock();
  const left = [...answers];
  const sent: AgentReport[] = [];
  const deps = testDeps(fakeKube(), fakeChannel(), clock, {
    random: () => 0.5,
    deliver: (message) => {
      const report = wholeOf(message);
      sent.push(report);
      const answer = left.shift() ?? {};
      if (answer instanceof Error) return Promise.reject(answer);
      return Promise.resolve({ format: 1, sequence: report.sequence, wantEnvelope: false, ...answer });
    },
  });
  const { heartbeatMs } = deps.settings;
  return { reporter: openReporter(deps), clock, sent, heartbeatMs };
}

describe('the reporter', () => {
  it('sends a report once, and again when it says something else', async () => {
    const { reporter, sent } = open();
    for (const text of ['a', 'a', 'a', 'b', 'b', 'a']) await reporter.offer(draft(text), signal);
    expect(sent.map(({ agent }) => agent.kubernetes)).toEqual(['a', 'b', 'a']);
  });

  it('does not send what differs in its time alone', async () => {
    const { reporter, sent } = open();
    for (const at of [0, 1_000, 2_000]) await reporter.offer(draft('a', { at }), signal);
    expect(sent).toHaveLength(1);
  });

  it('sends the same again as a heartbeat', async () => {
    const { reporter, clock, sent, heartbeatMs } = open();
    await reporter.offer(draft('a'), signal);
    clock.move(heartbeatMs - 1);
    await reporter.offer(draft('a'), signal);
    expect([sent.length, reporter.nextIn()]).toEqual([1, 1]);
    clock.move(1);
    await reporter.offer(draft('a'), signal);
    expect(sent).toHaveLength(2);
  });

  it('sends heartbeats sooner after an application changed, and then half as long again each time', async () => {
    const { reporter, clock, kinds, heartbeatMs } = openSecond();
    const app = (health: 'Healthy' | 'Progressing'): ReportApp => ({
      ...{ namespace: 'a', name: 'web', desired: null, applied: null, phase: 'settled', health, message: '' },
      ...{ objects: { total: 1, current: 1 }, revisions: [], traffic: [], problems: [] },
    });
    await reporter.offer(draft('a', { apps: [app('Progressing')] }), signal);
    expect(reporter.nextIn()).toBe(heartbeatMs);
    await reporter.offer(draft('a', { apps: [app('Healthy')] }), signal);
    const waits: number[] = [];
    for (let at = 0; at < 9; at++) {
      waits.push(reporter.nextIn());
      clock.move(reporter.nextIn());
      await reporter.offer(draft('a', { apps: [app('Healthy')] }), signal);
    }
    expect(waits.map((ms) => ms / 1000)).toEqual([30, 30, 30, 45, 67.5, 101.25, 151.875, 227.8125, 300]);
    expect(kinds()).toEqual(['whole', 'change', ...Array<string>(9).fill('heartbeat')]);
  });

  it('numbers rise, by the clock or by one', async () => {
    const { reporter, sent } = open();
    for (const text of ['a', 'b', 'c']) await reporter.offer(draft(text), signal);
    const [first = 0] = sent.map(({ sequence }) => sequence);
    expect(sent.map(({ sequence }) => sequence - first)).toEqual([0, 1, 2]);
  });

  it('goes beyond the number that the hub names, and reports again at once', async () => {
    const ahead = Date.parse('2090-01-01T00:00:00Z');
    const { reporter, sent } = open({ sequence: ahead });
    await reporter.offer(draft('a'), signal);
    await reporter.offer(draft('a'), signal);
    expect(sent.map(({ sequence }) => sequence > ahead)).toEqual([false, true]);
  });

  it('brings the envelope when the hub asks for it, until it does not any more', async () => {
    const { reporter, sent } = open({ wantEnvelope: true }, { wantEnvelope: false });
    for (const text of ['a', 'a', 'a', 'b']) await reporter.offer(draft(text), signal);
    expect(sent.map((one) => one.envelope !== undefined)).toEqual([false, true, false]);
    expect(sent[1]?.envelope).toBe(envelope);
  });

  it('has no envelope to bring before a bundle was accepted', async () => {
    const { reporter, sent } = open({ wantEnvelope: true });
    for (const text of ['a', 'b']) await reporter.offer({ ...draft(text), envelope: null }, signal);
    expect(sent.map((one) => one.envelope)).toEqual([undefined, undefined]);
  });

  it('waits after a report that was not taken, longer each time, and then sends it', async () => {
    const refused = new SluiceError('UNAVAILABLE', 'no answer');
    const { reporter, clock, sent } = open(refused, refused);
    await reporter.offer(draft('a'), signal);
    const first = reporter.nextIn();
    await reporter.offer(draft('a'), signal);
    expect(sent).toHaveLength(1);
    clock.move(first);
    await reporter.offer(draft('a'), signal);
    expect(reporter.nextIn()).toBeGreaterThan(first);
    clock.move(reporter.nextIn());
    await reporter.offer(draft('a'), signal);
    expect(sent).toHaveLength(3);
  });

  it('delivers one at a time, and of those that wait only the newest', async () => {
    const { reporter, sent } = open();
    await Promise.all(['a', 'b', 'c', 'd'].map((text) => reporter.offer(draft(text), signal)));
    expect(sent.map(({ agent }) => agent.kubernetes)).toEqual(['a', 'd']);
  });

  it('cuts what is sent to the limit, the envelope included', async () => {
    const { reporter, sent } = open({ wantEnvelope: true });
    const { report } = draft('a');
    const survivors = Array.from({ length: 9_000 }, (_, n) => `/ConfigMap/default/some-object-${n}` as const);
    const large = { ...draft('a'), report: { ...report, retired: { ...report.retired, survivors } } };
    for (let round = 0; round < 2; round += 1) await reporter.offer(large, signal);
    expect(sent.map((one) => formats.report.encode(one).byteLength <= reportLimitOf(1))).toEqual([true, true]);
    expect(sent[1]?.envelope).toBe(envelope);
  });
});

describe('the reporter, to a hub that reads format 2', () => {
  const unanswered = new SluiceError('TIMEOUT', 'no answer');

  it('sends all once, then what changes, and heartbeats', async () => {
    const { reporter, kinds, clock, heartbeatMs, sent } = openSecond();
    for (const text of ['a', 'a', 'b', 'b']) await reporter.offer(draft(text), signal);
    clock.move(heartbeatMs);
    await reporter.offer(draft('b'), signal);
    await reporter.offer(draft('c'), signal);
    expect(kinds()).toEqual(['whole', 'change', 'heartbeat', 'change']);
    const [whole = 0, change = 0, heartbeat = 0] = sent.map(sequenceOf);
    expect(sent[1]).toMatchObject({ change: { base: whole } });
    expect(sent[2]).toMatchObject({ heartbeat: { base: change } });
    expect(sent[3]).toMatchObject({ change: { base: heartbeat } });
  });

  it('sends the same again where there was no answer, and then what came since', async () => {
    const { reporter, kinds, sent, wait } = openSecond({}, unanswered);
    for (const text of ['a', 'b']) await reporter.offer(draft(text), signal);
    wait();
    await reporter.offer(draft('c'), signal);
    expect(kinds()).toEqual(['whole', 'change', 'change', 'change']);
    expect(sent[2]).toBe(sent[1]);
    expect(sent[3]).toMatchObject({ change: { base: sequenceOf(sent[1]!), agent: { kubernetes: 'c' } } });
  });

  it('sends all where what was not answered is as old as a heartbeat', async () => {
    const { reporter, kinds, clock, heartbeatMs } = openSecond({}, unanswered);
    for (const text of ['a', 'b']) await reporter.offer(draft(text), signal);
    clock.move(heartbeatMs);
    await reporter.offer(draft('b'), signal);
    expect(kinds()).toEqual(['whole', 'change', 'whole']);
  });

  it('sends all after a refusal', async () => {
    const { reporter, kinds, wait } = openSecond({}, new SluiceError('UNAUTHENTICATED', 'another key'));
    for (const text of ['a', 'b']) await reporter.offer(draft(text), signal);
    wait();
    await reporter.offer(draft('b'), signal);
    expect(kinds()).toEqual(['whole', 'change', 'whole']);
  });

  it('sends all at once where the hub lacks the base, with a higher number', async () => {
    const { reporter, kinds, sent } = openSecond({}, { wantWhole: true });
    for (const text of ['a', 'b']) await reporter.offer(draft(text), signal);
    expect(kinds()).toEqual(['whole', 'change', 'whole']);
    expect(sequenceOf(sent[2]!)).toBeGreaterThan(sequenceOf(sent[1]!));
  });

  it('asks no more than twice, whatever the hub answers', async () => {
    const always = Array.from({ length: 10 }, () => ({ wantWhole: true }));
    const { reporter, kinds } = openSecond(...always);
    await reporter.offer(draft('a'), signal);
    expect(kinds()).toEqual(['whole', 'whole']);
  });

  it('sends all when a poll says that the hub has no report', async () => {
    const { reporter, kinds, hub } = openSecond();
    await reporter.offer(draft('a'), signal);
    hub.whole = true;
    await reporter.offer(draft('a'), signal);
    expect(kinds()).toEqual(['whole', 'whole']);
  });

  it('goes back to format 1 with the hub, and sends all', async () => {
    const { reporter, sent, hub, wait } = openSecond({}, unanswered);
    for (const text of ['a', 'b']) await reporter.offer(draft(text), signal);
    hub.report = 1;
    wait();
    await reporter.offer(draft('b'), signal);
    expect(sent.at(-1)).toMatchObject({ kind: 'whole', report: { format: 1 } });
    hub.report = 2;
    await reporter.offer(draft('c'), signal);
    expect(sent.at(-1)).toMatchObject({ kind: 'whole', report: { format: 2 } });
  });

  it('brings the envelope in a change', async () => {
    const { reporter, kinds, sent } = openSecond(
      { wantEnvelope: true },
      { wantEnvelope: true },
      { wantEnvelope: true },
    );
    for (const text of ['a', 'a', 'b']) await reporter.offer(draft(text), signal);
    expect(kinds()).toEqual(['whole', 'change', 'change']);
    expect(sent[1]).toMatchObject({ change: { envelope, apps: [] } });
    expect(sent[2]).not.toHaveProperty('change.envelope');
  });
});
