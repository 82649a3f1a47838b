import { describe, expect, it } from 'vitest';
import type { LiveObject } from '../../../../agent/model/live.ts';
import type { Row } from '../../../../agent/model/rows.ts';
import { blockedDeletions } from '../../../../agent/report/blocked-deletions.ts';

const id = (name: string) => `/ConfigMap/default/${name}`;
const row = (name: string, action: Row['action'], reason: string): Row => ({
  id: id(name),
  app: 'default/a',
  action,
  reason,
});

const unseen = { object: () => undefined };

describe('why retired objects are still there', () => {
  it('is what went wrong with them, else why they are kept; of what is on its way nothing is said', () => {
    const rows = [
      row('limited', 'kept', 'too many deletions in 24 h without an approval'),
      row('failed', 'failed', 'older words'),
      row('wanted', 'configured', 'changed'),
    ];
    const fault = { ...row('failed', 'failed', 'denied'), fault: { code: 'FORBIDDEN', message: 'no' } as const };
    const survivors = [id('failed'), id('limited'), id('new')];
    expect(blockedDeletions({ survivors, rows }, new Map([[id('failed'), { row: fault }]]), unseen)).toEqual([
      { id: id('failed'), code: 'FORBIDDEN', message: 'denied' },
      { id: id('limited'), code: 'KEPT', message: 'too many deletions in 24 h without an approval' },
    ]);
  });

  it('is the finalizers that a deletion under way waits for', () => {
    const message = 'being deleted, waiting for x.example.com/hold';
    const live = { object: () => ({ health: 'Terminating', message }) as LiveObject };
    const [one] = blockedDeletions(
      { survivors: [id('held')], rows: [row('held', 'kept', 'being deleted')] },
      new Map(),
      live,
    );
    expect(one).toEqual({ id: id('held'), code: 'KEPT', message: 'waiting for x.example.com/hold' });
  });

  it('is told of fifty at most', () => {
    const names = Array.from({ length: 51 }, (_, n) => `m${n}`);
    const rows = names.map((name) => row(name, 'kept', 'held'));
    expect(blockedDeletions({ survivors: names.map(id), rows }, new Map(), unseen)).toHaveLength(50);
  });
});
