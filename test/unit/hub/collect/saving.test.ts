import { describe, expect, it } from 'vitest';
import { savingTo } from '../../../../hub/collect/saving.ts';
import type { ReceivedReport } from '../../../../hub/model/reports.ts';
import { now, published, received, reportOf } from '../../../fixtures/hub/status.ts';

const report = (sequence: number): ReceivedReport => ({
  ...received(reportOf(published('prod', []), [], { sequence })),
  receivedAt: now,
});

/** A store whose writes end when they are told to. */
function store() {
  const writes: { readonly sequence: number; readonly end: (error?: Error) => void }[] = [];
  const save = (one: ReceivedReport) =>
    new Promise<void>((done, fail) => {
      writes.push({ sequence: one.report.sequence, end: (error) => (error === undefined ? done() : fail(error)) });
    });
  return { writes, ...savingTo({ load: () => Promise.resolve([]), save, forget: () => Promise.resolve() }) };
}

describe('saving', () => {
  it('writes a report once, however often it is asked for', async () => {
    const { save, writes } = store();
    const one = report(1);
    const asked = [save(one), save(one)];
    writes[0]!.end();
    await Promise.all([...asked, save(one)]);
    expect(writes).toHaveLength(1);
  });

  it('tries again what could not be written, when it is asked for again', async () => {
    const { save, writes } = store();
    const one = report(1);
    const first = save(one);
    writes[0]!.end(new Error('the disk is full'));
    await expect(first).rejects.toThrow('full');
    const second = save(one);
    expect(writes).toHaveLength(2);
    writes[1]!.end();
    await second;
  });

  it('does not take a write that failed late for one of the newer report', async () => {
    const { save, writes } = store();
    const [one, two] = [report(1), report(2)];
    const [first, second] = [save(one), save(two)];
    writes[1]!.end();
    await second;
    writes[0]!.end(new Error('the disk is full'));
    await expect(first).rejects.toThrow('full');
    await save(two);
    expect(writes.map(({ sequence }) => sequence)).toEqual([1, 2]);
  });

  it('is flushed when all has ended, well or not', async () => {
    const { save, flush, writes } = store();
    const failed = save(report(1)).catch(() => 'failed');
    void save(report(2));
    let isFlushed = false;
    const flushed = flush().then(() => (isFlushed = true));
    writes[0]!.end(new Error('the disk is full'));
    await failed;
    expect(isFlushed).toBe(false);
    writes[1]!.end();
    await flushed;
  });
});
