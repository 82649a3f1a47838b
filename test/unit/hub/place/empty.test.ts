import { describe, expect, it } from 'vitest';
import { emptyWords } from '../../../../hub/place/empty.ts';
import type { Target } from '../../../../hub/model/fleet.ts';

const cluster = (name: string, labels: Readonly<Record<string, string>> = {}): Target => ({
  name,
  labels,
  capabilities: null,
});
const fleet = [cluster('prod-1', { usage: 'production', region: 'eu' }), cluster('dev', { usage: 'test' })];
const list = '; see: sluice-hub cluster list';

describe('a selector that matches no cluster', () => {
  it.each<[Parameters<typeof emptyWords>[0], readonly Target[], string, string]>([
    [
      { labels: { usage: 'prodction' } },
      fleet,
      'no cluster has usage=prodction',
      'nearest: prod-1, which has usage=production (usage is production, test here)',
    ],
    [
      { labels: { usage: 'test', region: 'eu' } },
      fleet,
      'no cluster has usage=test, region=eu',
      'nearest: prod-1, which has usage=production (usage is production, test here)',
    ],
    [
      { labels: { usge: 'production' } },
      fleet,
      'no cluster has usge=production',
      'no cluster has a label usge: did you mean usage?',
    ],
    [
      { labels: { tier: 'edge' } },
      fleet,
      'no cluster has tier=edge',
      'no cluster has a label tier: labels are region, usage',
    ],
    [
      { labels: { region: 'us', usage: 'test' }, name: 'dev' },
      fleet,
      'no cluster is named dev and has region=us, usage=test',
      'nearest: dev, which has no label region (elsewhere it is eu)',
    ],
    [{ name: 'prod1' }, fleet, 'no cluster is named prod1', 'did you mean prod-1?'],
    [{ name: 'moon' }, fleet, 'no cluster is named moon', 'there are prod-1, dev'],
    [{ labels: { a: 'b' } }, [cluster('x')], 'no cluster has a=b', 'no cluster has a label a: no cluster has any'],
    [{ labels: { a: 'b' } }, [], 'no cluster has a=b', 'none has joined yet'],
    [{ labels: { 'site.sluice.dev/room': 'dark' } }, [], 'no cluster has joined', 'none has joined yet'],
  ])('%j', (selector, targets, message, hint) => {
    expect(emptyWords(selector, targets)).toEqual({ message, hint: hint + list });
  });
});
