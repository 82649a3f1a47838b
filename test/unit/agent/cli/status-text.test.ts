import { describe, expect, it } from 'vitest';
import { parseSite } from '../../../../agent/site/site.ts';
import { siteConditions, statusJson, statusText, type SiteStatus } from '../../../../agent/cli/status-text.ts';
import { cronFields } from '../../../../shared/adapters/schedule.ts';
import { identity } from '../../../fixtures/agent/bundle.ts';

const now = Date.parse('2026-06-10T12:00:00Z');

/** A site whose ConfigMap says this, and whose agent runs. */
function status(site: Readonly<Record<string, string>>): SiteStatus {
  return {
    identity,
    isEnrolled: true,
    state: null,
    clusterUid: 'uid',
    site: parseSite(site, cronFields),
    lease: { holder: 'pod', renewedAt: now, seconds: 15 },
    objects: [],
  };
}

const heldOf = (site: Readonly<Record<string, string>>) =>
  siteConditions(status(site), now).find(({ type }) => type === 'Held')?.message ?? null;

describe('what a site says of its holds', () => {
  const nightly = '{ cron: "0 2 * * *", duration: 3h, timezone: Europe/Berlin }';
  it.each([
    ['nothing', {}, null],
    ['a hold', { hold: 'until 2026-12-01 audit' }, 'the site holds changes until 2026-12-01T00:00:00.000Z: audit'],
    ['a hold that is over', { hold: 'until 2026-01-01 audit' }, null],
    [
      'a closed window',
      { window: nightly },
      'the site holds changes until 2026-06-11T00:00:00.000Z: outside its window ("0 2 * * *", 3h, Europe/Berlin)',
    ],
    ['an open window', { window: '{ cron: "0 11 * * *", duration: 3h }' }, null],
    [
      'a window that cannot be read',
      { window: 'nightly' },
      'the site holds changes: outside its window (it cannot be read: it is not `cron`, `duration` and `timezone`)',
    ],
  ])('%s', (_title, site, expected) => {
    expect(heldOf(site)).toBe(expected);
    expect(statusText(status(site), now, 200).includes(expected ?? 'Held ')).toBe(expected !== null);
  });

  it('shows a window as it was understood, in JSON', () => {
    const value = JSON.parse(statusJson(status({ window: nightly }), now)) as { site: unknown };
    expect(value.site).toEqual({ labels: {}, hold: null, window: '"0 2 * * *", 3h, Europe/Berlin' });
  });
});

describe('the text of a site', () => {
  it('shows what a site, a hub or an object says within its own line, and obeys none of it', () => {
    const spoof = '\u001b[2J\nSettled       generation 9 is applied\u009b';
    const site = { ...status({ hold: spoof }), identity: { ...identity, hub: spoof } };
    const object = { id: `/ConfigMap/default/${spoof}`, app: spoof, isApplied: true, health: 'Failed', message: spoof };
    const text = statusText({ ...site, objects: [{ ...object, doubt: null }] } as SiteStatus, now, 200);
    expect(text).not.toMatch(/[^\P{Cc}\n]/u);
    expect(text.split('\n').filter((line) => line.startsWith('Settled'))).toEqual([]);
    expect(text).toContain('\\u001b[2J Settled');
  });
});
