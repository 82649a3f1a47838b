import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseSite } from '../../../../agent/site/site.ts';
import { conditionExits, siteConditions } from '../../../../agent/cli/conditions.ts';
import { siteExit, statusJson, statusText } from '../../../../agent/cli/status-text.ts';
import type { SiteStatus } from '../../../../agent/model/site-status.ts';
import { cronFields } from '../../../../shared/adapters/schedule.ts';
import { identity } from '../../../fixtures/agent/bundle.ts';

const now = Date.parse('2026-06-10T12:00:00Z');

/** A site whose ConfigMap says this, and whose agent runs. */
function status(site: Readonly<Record<string, string>>): SiteStatus {
  return {
    identity,
    isEnrolled: true,
    state: null,
    damage: [],
    clusterUid: 'uid',
    site: parseSite(site, cronFields),
    lease: { holder: 'pod', renewedAt: now, seconds: 15, words: null },
    pods: null,
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

const state: NonNullable<SiteStatus['state']> = {
  format: 1,
  channel: identity.channel,
  registration: identity.registration,
  cluster: identity.cluster,
  clusterUid: 'uid',
  mark: { epoch: 1, generation: 3, revisionDigest: `sha256:${'0'.repeat(64)}` },
  phase: 'settled',
  timeFloor: 0,
  rootVersion: 1,
  shards: [],
  deletions: [],
  reportSequence: 0,
};
const fine: SiteStatus = { ...status({}), state };

/** The same site, whose agent says this. */
function saying(type: string, reason: string, message: string): SiteStatus {
  const condition = { type, reason, message, since: '2026-06-10T11:00:00Z' };
  const words = { at: '2026-06-10T12:00:00Z', version: '0', conditions: [condition], apps: [], more: 0 };
  return { ...fine, lease: { holder: 'pod', renewedAt: now, seconds: 15, words } };
}

describe('the conditions of a site, each with an exit status', () => {
  const pod = (isRunning: boolean, why = '') => [{ name: 'agent-x', isRunning, why }];
  const old = { holder: 'pod', renewedAt: now - 600_000, seconds: 15, words: null };
  it.each<[title: string, site: SiteStatus, type: string, words: RegExp, exit: number]>([
    ['all is well', fine, 'Settled', /generation 3 is applied/, 0],
    ['not joined', { ...fine, identity: null, state: null }, 'NotJoined', /--join-file/, 11],
    ['not enrolled', { ...fine, isEnrolled: false }, 'NotEnrolled', /--rekey/, 11],
    ['revoked', saying('Unverified', 'REVOKED', 'revoked'), 'Revoked', /for 60 min: revoked; .*--rekey/, 10],
    ['not let in', saying('Unreachable', 'UNAUTHENTICATED', 'no'), 'NotLetIn', /--rekey/, 10],
    ['unreachable', saying('Unreachable', 'UNAVAILABLE', 'refused'), 'Unreachable', /what runs stays/, 11],
    ['another clock', saying('ClockSkew', 'CLOCK_SKEW', 'hours ahead'), 'ClockSkew', /hours ahead; set the clock/, 10],
    ['not trusted', saying('Unverified', 'SIGNATURE_INVALID', 'forged'), 'Unverified', /forged/, 10],
    ['own state', saying('AgentFault', 'AgentFault', 'quota'), 'AgentFault', /quota; what runs is repaired/, 10],
    ['deletions', saying('DeleteLimited', 'Limit', 'the limit'), 'DeleteLimited', /the limit/, 10],
    ['stale', saying('Stale', 'NotFresh', 'not fresh'), 'Stale', /not fresh/, 11],
    ['decommissioned', { ...fine, state: { ...state, left: 'orphan' } }, 'Left', /has left its hub.*uninstall/, 10],
    ['damaged', { ...fine, damage: ['shard x is not there'] }, 'Damaged', /shard x is not there; /, 10],
    ['restored', { ...fine, clusterUid: 'other' }, 'Restored', /restored or copied/, 10],
    ['not running', { ...fine, lease: old }, 'AgentDown', /last seen 10 min ago.*start it again/, 11],
    ['given back', { ...fine, lease: { ...old, holder: '' } }, 'AgentDown', /start it again/, 11],
    ['a pod that fails', { ...fine, lease: old, pods: pod(false, 'CrashLoopBackOff') }, 'AgentDown', /CrashLoop/, 11],
    ['waits for its Lease', { ...fine, lease: old, pods: pod(true) }, 'WaitsForLease', /Pod\/agent-x runs and/, 11],
    ['a second agent', { ...fine, pods: pod(true) }, 'WaitsForLease', /Pod\/agent-x waits: pod has the Lease/, 11],
    ['no bundle', { ...fine, state: null }, 'NoBundle', /no bundle was accepted yet/, 11],
  ])('%s', (_title, site, type, words, exit) => {
    const found = siteConditions(site, now);
    expect(found.find((one) => one.type === type)?.message).toMatch(words);
    expect([found[0]?.type, siteExit(site, now)]).toEqual([type, exit]);
    expect(JSON.parse(statusJson(site, now))).toMatchObject({ exit, conditions: found });
  });

  it('counts what the agent said last only while it runs', () => {
    const { lease } = saying('Unreachable', 'UNAVAILABLE', 'refused');
    const silent = { ...fine, lease: lease && { ...lease, renewedAt: now - 600_000 } };
    expect(siteConditions(silent, now).map(({ type }) => type)).toEqual(['AgentDown', 'Settled']);
  });
});

describe('the applications of a site', () => {
  const why = `Ready:0/1 web-v2 did not become ready in 600 s: Pod/web-v2-x: ImagePullBackOff: ${'long '.repeat(40)}end`;
  const words = (health: 'Degraded' | 'Progressing') => ({
    ...{ at: '2026-06-10T12:00:00Z', version: '0', conditions: [], more: 0 },
    apps: [{ app: 'default/web', health, message: why }],
  });
  const object = { id: 'apps/Deployment/default/web', app: 'default/web', isApplied: true, doubt: null } as const;
  const unwell = (health: 'Degraded' | 'Progressing'): SiteStatus => ({
    ...fine,
    lease: { holder: 'pod', renewedAt: now, seconds: 15, words: words(health) },
    objects: [{ ...object, health: 'InProgress', message: '0 of 1 ready' }],
  });

  it('have the words of the hub, and the reason that the agent has', () => {
    expect(siteExit(unwell('Degraded'), now)).toBe(10);
    expect(siteExit(unwell('Progressing'), now)).toBe(0);
    expect(statusText(unwell('Degraded'), now, null)).toContain(`default/web  1/1      0/1      Degraded  ${why}\n`);
  });

  it('are read from their objects while no agent says anything', () => {
    const text = (health: 'Failed' | 'Unknown') =>
      statusText({ ...fine, objects: [{ ...object, health, message: 'broken' }] }, now, null);
    expect(text('Failed')).toContain('Degraded  apps/Deployment/default/web: broken\n');
    expect(text('Unknown')).toContain('Unknown  apps/Deployment/default/web: broken\n');
  });

  it('are cut in a terminal alone, and what a condition says to do never is', () => {
    const lines = statusText({ ...unwell('Degraded'), damage: ['shard x is not there'] }, now, 60).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60);
    expect(lines.join(' ').replace(/\s+/g, ' ')).toContain('deletes nothing meanwhile');
    expect(lines.some((line) => line.endsWith('\u2026'))).toBe(true);
    expect(statusJson(unwell('Degraded'), now)).toContain(why);
  });
});

describe('the page of operations', () => {
  it('has every condition with its exit status', () => {
    const page = readFileSync(new URL('../../../../docs/operations.md', import.meta.url), 'utf8');
    const rows = [...page.matchAll(/^\| ((?:`[A-Z]\w+`(?:, )?)+) \| (0|10|11) \|/gm)];
    const written = rows.flatMap(([, names = '', exit]) =>
      [...names.matchAll(/\w+/g)].map(([name]) => [name, Number(exit)] as const),
    );
    expect(Object.fromEntries(written)).toEqual(conditionExits);
  });
});
