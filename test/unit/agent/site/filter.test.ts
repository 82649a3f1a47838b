import { describe, expect, it } from 'vitest';
import { offLimits, selectApps } from '../../../../agent/site/filter.ts';
import { defaultSettings } from '../../../../agent/model/deps.ts';
import { openSite, parseSite as parse } from '../../../../agent/site/site.ts';
import { holdChangesAt, holdNow } from '../../../../agent/site/hold.ts';
import { cronFields } from '../../../../shared/adapters/schedule.ts';
import { configMap, plainApp, testBundle } from '../../../fixtures/agent/apps.ts';

const parseSite = (data: Readonly<Record<string, string>>) => parse(data, cronFields);

describe('the filter', () => {
  it('takes what matches the labels of hub and site together, and says why it skips the rest', () => {
    const apps = [
      plainApp('all', [configMap('a')]),
      plainApp('eu', [configMap('b')], { region: 'eu' }),
      plainApp('till', [configMap('c')], { region: 'eu', 'site.sluice.dev/till': 'yes' }),
      plainApp('us', [configMap('d')], { region: 'us' }),
    ];
    const { revision } = testBundle({ generation: 1, apps, labels: { region: 'eu' } });
    const site = parseSite({ labels: 'site.sluice.dev/till: yes\nregion: us\n' });
    const { selected, skipped } = selectApps(revision, site);
    expect(selected.map((app) => app.name)).toEqual(['all', 'eu', 'till']);
    expect(skipped.map(({ app, reason }) => `${app.name}: ${reason}`)).toEqual(['us: this cluster has not region=us']);
    expect(selectApps(revision, openSite).skipped.map(({ app }) => app.name)).toEqual(['till', 'us']);
  });

  it.each([
    ['until 2026-12-01 maintenance', { until: Date.parse('2026-12-01'), reason: 'maintenance' }],
    ['the auditor is here', { until: null, reason: 'the auditor is here' }],
    ['until whenever', { until: null, reason: 'until whenever' }],
    ['', null],
  ])('reads the hold %j', (hold, wanted) => {
    expect(parseSite({ hold }).hold).toEqual(wanted);
  });

  it('lets a hold end at its time', () => {
    const site = parseSite({ hold: 'until 2026-12-01 x' });
    expect(holdNow(site, Date.parse('2026-11-30'))).not.toBeNull();
    expect(holdNow(site, Date.parse('2026-12-02'))).toBeNull();
  });

  it.each([
    ['YAML', 'cron: "0 2 * * *"\nduration: 3h\ntimezone: Europe/Berlin\n'],
    ['JSON', '{"cron": "0 2 * * *", "duration": "3h", "timezone": "Europe/Berlin"}'],
    ['in one line', '{ cron: "0 2 * * *", duration: 180m, timezone: Europe/Berlin }'],
    ['in UTC', '{ cron: "0 1 * * *", duration: 2h60m }'],
  ])('reads a window: %s', (_title, window) => {
    const site = parseSite({ window });
    const opens = Date.parse('2026-01-10T01:00:00Z');
    expect(holdNow(site, opens - 1)).toEqual({
      until: opens,
      isWindow: true,
      reason: `outside its window (${site.window?.text})`,
    });
    expect(holdNow(site, opens)).toBeNull();
    expect(holdChangesAt(site, opens)).toBe(opens + 3 * 3_600_000);
    expect(holdNow(site, opens + 3 * 3_600_000)).not.toBeNull();
  });

  it.each([
    ['{ cron: "0 2 * *", duration: 3h }', '"0 2 * *" is not a cron expression of five fields'],
    ['{ cron: "0 2 * * *", duration: 3 hours }', '"3 hours" is not a duration like 3h or 1h30m, of 31 days at most'],
    ['{ cron: "0 2 * * *", duration: 0s }', '"0s" is not a duration like 3h or 1h30m, of 31 days at most'],
    ['{ cron: "0 2 * * *", duration: 32d }', '"32d" is not a duration like 3h or 1h30m, of 31 days at most'],
    ['{ cron: "0 2 * * *", duration: 3h, timezone: Berlin }', '"Berlin" is not a time zone like Europe/Berlin'],
    ['{ cron: "0 2 * * *", duration: 3h, zone: UTC }', 'it is not `cron`, `duration` and `timezone`'],
    ['0 2 * * *, 3h', 'it is not `cron`, `duration` and `timezone`'],
    ['{ cron: [', expect.stringMatching(/./)],
  ])('holds for a window that cannot be read: %s', (window, why) => {
    const site = parseSite({ window });
    const held = holdNow(site, 0);
    expect(held?.until).toBeNull();
    const [, said] = /^outside its window \(it cannot be read: (.*)\)$/s.exec(held?.reason ?? '') ?? [];
    expect(said).toEqual(why);
    expect(holdChangesAt(site, 0)).toBeNull();
  });

  it('says a hold by hand before a closed window, and looks again at whichever ends first', () => {
    const site = parseSite({ hold: 'until 2026-01-10 x', window: '{ cron: "0 2 * * *", duration: 1h }' });
    const [before, after] = [Date.parse('2026-01-09T12:00:00Z'), Date.parse('2026-01-10T00:00:00Z')];
    expect(holdNow(site, before)?.reason).toBe('x');
    expect(holdChangesAt(site, before)).toBe(after);
    expect(holdNow(site, after)?.reason).toMatch(/^outside its window/);
    expect(holdChangesAt(site, after)).toBe(Date.parse('2026-01-10T02:00:00Z'));
    expect(parseSite({ window: ' \n' }).window).toBeNull();
  });

  it.each([
    ['/ConfigMap/sluice-system/x', true],
    ['/Namespace//sluice-system', true],
    ['rbac.authorization.k8s.io/ClusterRole//sluice-agent-read', true],
    ['rbac.authorization.k8s.io/ClusterRole//other', false],
    ['/ConfigMap/default/x', false],
  ])('keeps its own place off limits: %s %j', (id, isOff) => {
    const settings = { ...defaultSettings, namespace: 'sluice-system' };
    expect(offLimits(id, 'default/app', settings) !== null).toBe(isOff);
  });
});
