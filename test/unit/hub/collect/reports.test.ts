import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openReports } from '../../../../hub/collect/reports.ts';
import type { ReportStore } from '../../../../hub/model/report-store.ts';
import { reportedBundles } from '../../../../hub/collect/reported-bundles.ts';
import { newSeed, payloadTypes, signaturesText, signerOf } from '../../../../shared/wire/envelope.ts';
import type { AgentReport } from '../../../../shared/wire/report.ts';
import {
  bundleApp,
  enrolledCluster,
  now,
  payloadOf,
  published,
  received,
  reportOf,
  settledApp,
  stateOf,
} from '../../../fixtures/hub/status.ts';

const nowhere: ReportStore = {
  load: () => Promise.resolve([]),
  save: () => Promise.resolve(),
  forget: () => Promise.resolve(),
};
const record = enrolledCluster('a');
const retired = [{ id: '/Secret/default/old', since: 6 }];
const bundle = published('a', [], { retired });
const state = stateOf([record], [bundle]);
const authentic = (report: AgentReport) => ({ record, message: { kind: 'whole', report } as const, signature: null });

describe('the report book', () => {
  it('shows the highest sequence, whatever the order and however often reports come (I11)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 }), async (sequences) => {
        const book = await openReports(nowhere);
        let highest = 0;
        for (const sequence of sequences) {
          const { answer, outcome } = book.take(authentic(reportOf(bundle, [], { sequence })), state, now);
          expect(outcome).toBe(sequence > highest ? 'taken' : 'replayed');
          highest = Math.max(highest, sequence);
          expect(answer.sequence).toBe(highest);
          expect(book.current(state).get('a')?.report.sequence).toBe(highest);
        }
      }),
    );
  });

  it('forgets registrations that are not in the registry any more, on disk, too', async () => {
    const forgotten: string[][] = [];
    const book = await openReports({
      ...nowhere,
      forget: async (ids) => void (await Promise.resolve(), forgotten.push([...ids])),
    });
    book.take(authentic(reportOf(bundle, [])), state, now);
    await book.forget(state);
    expect([forgotten, book.lacks(record.registration)]).toEqual([[], false]);
    await book.forget(stateOf([enrolledCluster('b')]));
    expect([forgotten, book.lacks(record.registration)]).toEqual([[[record.registration]], true]);
  });

  it.each([3_600_000, -3_600_000])('keeps the age of what it has when the clock is set by %i ms', async (ms) => {
    const book = await openReports(nowhere);
    const apps = [settledApp(bundleApp('web'))];
    book.take(authentic(reportOf(bundle, apps, { sequence: 1 })), state, now - 700_000);
    book.take(authentic(reportOf(bundle, apps, { sequence: 2 })), state, now - 60_000);
    const set = now + ms;
    book.clockSet(ms, set);
    expect(book.current(state).get('a')).toMatchObject({
      receivedAt: set - 60_000,
      since: { 'default/web': set - 700_000 },
    });
    // What came since then, and before it was seen, has the right time.
    book.take(authentic(reportOf(bundle, apps, { sequence: 3 })), state, set + 50_000);
    book.clockSet(-ms, set + 55_000);
    expect(book.current(state).get('a')?.receivedAt).toBe(set + 50_000);
  });

  it('shows nothing of what another registration of the same name said', async () => {
    const book = await openReports(nowhere);
    book.take(authentic(reportOf(bundle, [])), state, now);
    const replaced = stateOf([enrolledCluster('a', { registration: '00000000-0000-4000-8000-00000000000f' })]);
    expect(book.current(replaced).size).toBe(0);
  });
});

describe('a reported bundle', () => {
  const hub = signerOf(newSeed());
  const payload = payloadOf('a', [], { retired });
  const signatures = signaturesText(hub.sign(payloadTypes.revision, payload));
  const envelope = { payload: payload.toString(), signatures };
  const marks = (report: AgentReport, keys = [hub.publicKey]) =>
    reportedBundles(new Map([['a', received(report)]]), keys);

  it('is one that a hub key signed for this very registration', () => {
    const { revisionDigest } = bundle;
    expect(marks(reportOf(bundle, [], { envelope })).get('a')).toEqual({ epoch: 1, generation: 7, revisionDigest });
  });

  it('is none without that signature, or for somebody else', () => {
    expect(marks(reportOf(bundle, [], { envelope }), [signerOf(newSeed()).publicKey]).size).toBe(0);
    expect(marks(reportOf(bundle, [], { envelope: { ...envelope, signatures: '{}' } })).size).toBe(0);
    expect(marks(reportOf(published('b', []), [], { envelope })).size).toBe(0);
    expect(marks(reportOf(bundle, [])).size).toBe(0);
  });
});
