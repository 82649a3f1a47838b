import { describe, expect, it } from 'vitest';
import { holdNow, offLimits, selectApps } from '../../../../agent/filter/filter.ts';
import { openSite, parseSite } from '../../../../agent/filter/site.ts';
import { configMap, plainApp, testBundle } from '../../../fakes/apps.ts';

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
    ['/ConfigMap/sluice-system/x', true],
    ['/Namespace//sluice-system', true],
    ['rbac.authorization.k8s.io/ClusterRole//sluice-agent-read', true],
    ['rbac.authorization.k8s.io/ClusterRole//other', false],
    ['/ConfigMap/default/x', false],
  ])('keeps its own place off limits: %s %j', (id, isOff) => {
    expect(offLimits(id, 'default/app', { namespace: 'sluice-system', impersonation: null }) !== null).toBe(isOff);
  });
});
