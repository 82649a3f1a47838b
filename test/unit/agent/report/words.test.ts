import { describe, expect, it } from 'vitest';
import { readWords } from '../../../../agent/model/words.ts';
import { siteWords } from '../../../../agent/report/words.ts';
import type { AppHealth } from '../../../../shared/model/health.ts';
import type { AgentReport, ReportApp, ReportCondition } from '../../../../shared/wire/report.ts';

const since = '2026-06-10T11:00:00Z';
const condition = (type: ReportCondition['type'], status: 'True' | 'False', reason: string): ReportCondition => ({
  ...{ type, status, reason, message: 'why', since },
});
const app = (name: string, health: AppHealth, message = ''): ReportApp => ({
  ...{ namespace: 'default', name, desired: null, applied: null, phase: 'settled', health, message },
  ...{ revisions: [], traffic: [], objects: { total: 0, current: 0 }, problems: [], observedAt: since },
});
const wordsOf = (facts: Partial<Pick<AgentReport, 'conditions' | 'apps'>>) =>
  siteWords({
    issuedAt: since,
    agent: { version: '0', kubernetes: '', capabilities: [], clusterUid: '' },
    conditions: [],
    apps: [],
    ...facts,
  });

describe('what an agent says of its site', () => {
  it.each<[ReportCondition, readonly string[]]>([
    [condition('Ready', 'True', 'Settled'), []],
    [condition('Ready', 'False', 'Working'), []],
    [condition('Ready', 'False', 'AgentFault'), ['AgentFault']],
    [condition('Unreachable', 'True', 'TIMEOUT'), ['Unreachable']],
    [condition('Stale', 'False', 'NotFresh'), []],
  ])('has the conditions that concern its operator: %j', (given, expected) => {
    expect(wordsOf({ conditions: [given] }).conditions.map(({ type }) => type)).toEqual(expected);
  });

  it('has what is not healthy, the worst first, and stays small', () => {
    const many = Array.from({ length: 30 }, (_, at) => app(`p${at + 10}`, 'Progressing', 'long '.repeat(1_000)));
    const words = wordsOf({
      apps: [
        app('ok', 'Healthy', 'Ready:1/1'),
        app('left', 'Healthy', 'Ready:1/1 ConfigMap/x: fought over'),
        ...many,
        app('bad', 'Degraded'),
      ],
    });
    expect(words.apps.slice(0, 2).map((one) => one.app)).toEqual(['default/bad', 'default/p10']);
    expect([words.apps.length, words.more]).toEqual([20, 12]);
    expect(JSON.stringify(words).length).toBeLessThan(16_384);
    expect(readWords(JSON.stringify(words))).toEqual(words);
  });

  it.each([undefined, '', 'not JSON', '{"at": 1}'])('is nothing where it cannot be read: %j', (text) => {
    expect(readWords(text)).toBeNull();
  });
});
