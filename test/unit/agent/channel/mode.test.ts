import { describe, expect, it } from 'vitest';
import { decideMode, isFresh, type ModeInput } from '../../../../agent/channel/mode.ts';
import { freshnessKey } from '../../../../shared/wire/freshness.ts';
import { testBundle } from '../../../fixtures/agent/apps.ts';
import { noon, registrationId } from '../../../fixtures/agent/bundle.ts';

const hour = 3_600_000;
const bundle = testBundle({ generation: 2, apps: [], freshUntil: noon + hour });
const older = testBundle({ generation: 1, apps: [] });
const fault = { code: 'UNAVAILABLE', message: 'no route' } as const;
const audit = { until: null, reason: 'audit' };

const input: ModeInput = {
  bundle,
  channel: { bundle, started: null, fault: null },
  state: { mark: bundle.mark },
  hold: null,
  refusal: null,
  isRestored: false,
  isRebuilt: false,
  now: noon,
};
const notStarted = { state: { mark: older.mark }, channel: { ...input.channel, started: older } };
const afterRestart = { state: { mark: older.mark } };
const stale = { now: noon + hour + 1 };

/** Changes and deletions, each `yes` or the reason why not. */
function words(change: Partial<ModeInput>): string {
  const { mayChange, stopDeletes, hold } = decideMode({ ...input, ...change });
  return `change: ${mayChange ? 'yes' : (hold ?? 'no')}; delete: ${stopDeletes ?? 'yes'}`;
}

describe('what may be done with a bundle', () => {
  it.each<[rule: string, facts: Partial<ModeInput>, words: string]>([
    ['is everything', {}, 'change: yes; delete: yes'],
    ['is everything when it has not started yet', notStarted, 'change: yes; delete: yes'],
    ['is everything when it is the first one', { state: null }, 'change: yes; delete: yes'],
    [
      'is no deletion while the channel cannot be read',
      { channel: { ...input.channel, fault } },
      'change: yes; delete: the channel cannot be read: no route',
    ],
    [
      'is no deletion in a cluster that was restored',
      { isRestored: true },
      'change: yes; delete: this cluster was restored or copied: nothing is deleted',
    ],
    [
      'is to go on, without deletions, when it started and is not fresh any more',
      stale,
      'change: yes; delete: the bundle is not fresh',
    ],
    [
      'is to wait when it is not fresh and has not started',
      { ...stale, ...notStarted },
      'change: the bundle is not fresh; delete: the bundle is not fresh',
    ],
    [
      'is to repair while the site holds changes',
      { hold: audit },
      'change: held by the site: audit; delete: held by the site: audit',
    ],
    [
      'is held until a time',
      { hold: { until: noon + hour, reason: 'audit' } },
      'change: held by the site until 2026-06-01T13:00:00Z: audit; delete: held by the site until 2026-06-01T13:00:00Z: audit',
    ],
    [
      'is held by the site whatever else is so',
      { hold: audit, isRestored: true, ...stale, channel: { ...input.channel, fault } },
      'change: held by the site: audit; delete: held by the site: audit',
    ],
    [
      'is less repair after a restart: the started bundle is not at hand',
      { hold: audit, ...afterRestart },
      'change: held by the site: audit (since a restart, drift of what the held change touches is not repaired); ' +
        'delete: held by the site: audit (since a restart, drift of what the held change touches is not repaired)',
    ],
    [
      'lacks no repair when the first bundle is held',
      { hold: audit, state: null },
      'change: held by the site: audit; delete: held by the site: audit',
    ],
  ])('%s', (_, facts, expected) => {
    expect(words(facts)).toBe(expected);
  });
});

describe('a bundle is fresh', () => {
  const named = [freshnessKey(registrationId, bundle.mark.revisionDigest)];
  const list = (current: readonly string[], until: number) =>
    ({ ...bundle, freshness: { current, freshUntil: new Date(until).toISOString() } }) as unknown as typeof bundle;

  it.each<[rule: string, one: typeof bundle, now: number, isFresh: boolean]>([
    ['until its own time', bundle, noon + hour, true],
    ['no longer', bundle, noon + hour + 1, false],
    ['not when it was accepted as stale', { ...bundle, fresh: false }, noon, false],
    ['as long as a list names it', list(named, noon + 2 * hour), noon + 2 * hour, true],
    ['no longer than the list', list(named, noon + 2 * hour), noon + 2 * hour + 1, false],
    ['not because a list names another one', list([], noon + 2 * hour), noon + hour + 1, false],
  ])('%s', (_, one, now, expected) => {
    expect(isFresh(one, now)).toBe(expected);
  });
});
