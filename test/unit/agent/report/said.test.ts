import { describe, expect, it } from 'vitest';
import { appLines, type SaidApps } from '../../../../agent/report/said.ts';
import type { ReportApp } from '../../../../shared/wire/report.ts';

const accepted = { epoch: 1, generation: 7, revisionDigest: `sha256:${'0'.repeat(64)}` } as const;
const app = (facts: Partial<ReportApp>): ReportApp => ({
  ...{ namespace: 'default', name: 'web', desired: `sha256:${'1'.repeat(64)}`, applied: null, phase: 'settled' },
  ...{ health: 'Healthy', message: 'Ready:1/1', revisions: [], traffic: [], objects: { total: 1, current: 1 } },
  ...{ problems: [], observedAt: '', ...facts },
});
const none: SaidApps = new Map();
const linesOf = (said: SaidApps, ...apps: readonly ReportApp[]) => appLines(said, { accepted, apps });

describe('what an agent logs of its applications', () => {
  it.each<[Partial<ReportApp>, string, string]>([
    [{}, 'info', 'an application is healthy'],
    [{ health: 'Progressing' }, 'info', 'an application is applied'],
    [{ health: 'Degraded', message: 'Job/x: failed' }, 'warn', 'an application is degraded'],
    [{ phase: 'blocked', health: 'Degraded' }, 'warn', 'a change is blocked'],
    [{ phase: 'ready', health: 'Progressing' }, 'info', 'a change waits for pods'],
    [
      { phase: 'ready', health: 'Progressing', message: 'Ready:0/1 Pod/x: ErrImagePull: no' },
      'warn',
      'pods of an application do not start',
    ],
    [{ phase: 'shift', health: 'Progressing' }, 'info', 'a change goes on'],
    [{ phase: 'held', health: 'Held' }, 'info', 'a change is held'],
    [{ phase: 'skipped', health: 'Held' }, 'info', 'an application is not for this site'],
  ])('%j: %s %s', (facts, level, message) => {
    const one = app(facts);
    const fields = {
      application: 'default/web',
      generation: 7,
      phase: one.phase,
      health: one.health,
      why: one.message,
    };
    expect(linesOf(none, one).lines).toEqual([{ level, message, fields }]);
  });

  it('says each change once, whatever counts and times do meanwhile', () => {
    const first = linesOf(none, app({ phase: 'ready', health: 'Progressing', message: '1 of 3 ready' }));
    const again = linesOf(first.said, app({ phase: 'ready', health: 'Progressing', message: '2 of 3 ready' }));
    expect([first.lines.length, again.lines.length]).toEqual([1, 0]);
    expect(linesOf(again.said, app({})).lines).toHaveLength(1);
    // The same health of another content is another change.
    expect(linesOf(again.said, app({ phase: 'ready', health: 'Progressing', desired: null })).lines).toHaveLength(1);
  });

  it('says that one is wanted no more, and sums up what is many', () => {
    const { said } = linesOf(none, app({}));
    expect(linesOf(said).lines.map(({ message }) => message)).toEqual(['an application is wanted here no more']);
    const many = Array.from({ length: 60 }, (_, at) => app({ name: `app-${at}` }));
    const { lines } = linesOf(none, ...many);
    expect([lines.length, lines.at(-1)]).toEqual([
      51,
      { level: 'info', message: 'more changes', fields: { count: 10 } },
    ]);
  });
});
