import { describe, expect, it } from 'vitest';
import type { AgentReport } from '../../../../shared/wire/report.ts';
import type { BundleApp } from '../../../../shared/wire/revision.ts';
import { contentOf } from '../../../../shared/wire/bundle.ts';
import { findRetired, stillRetired } from '../../../../hub/plan/retire.ts';
import { unexplainedIds } from '../../../../hub/plan/unexplained.ts';
import { bundleApp } from '../../../fixtures/hub/status.ts';
import { registration, report } from '../../../fixtures/hub/plan.ts';

/** An application whose objects are `a b` or, under revisions, `web-v1: a b, web-v2: c`. */
function unit(name: string, objects: string): BundleApp {
  const parts = objects.split(', ').map((part): readonly [string | null, string[]] => {
    const [ids = '', revision] = part.split(': ').reverse();
    return [revision ?? null, ids.split(' ').filter((id) => id !== '')];
  });
  return bundleApp(name, {
    revisions: parts.flatMap(([revision, ids]) => (revision === null ? [] : [{ name: revision, objects: ids }])),
    objects: parts.flatMap(([, ids]) => ids).map((id) => ({ id, path: `${id}.json`, digest: bundleApp(id).digest })),
  });
}

/** `unit: id id*`, where `*` marks an id that does not count; `!` follows a unit that is emptied. */
const lines = (retires: ReturnType<typeof findRetired>): string[] =>
  retires.map(
    ({ unit: name, ids, counted, isEmptied }) =>
      `${name.replace('default/', '') || 'the past'}${isEmptied ? '!' : ''}: ${ids.map((id) => (counted.includes(id) ? id : `${id}*`)).join(' ')}`,
  );

describe('what a delivery brought that is taken back', () => {
  const told = (app: BundleApp, number = 2, more: Partial<BundleApp> = {}): BundleApp => ({
    ...app,
    delivery: { number, attempt: 1, action: 'run', steps: [] },
    ...more,
  });
  const given = unit('web', 'a b c');
  it.each<[string, BundleApp, readonly BundleApp[], number | undefined, string[]]>([
    ['does not count', told(given), [unit('web', 'a')], 2, ['web: b* c*']],
    ['counts where its cluster was told of no delivery', given, [unit('web', 'a')], 2, ['web: b c']],
    ['counts where it was told of an earlier one', told(given, 1), [unit('web', 'a')], 2, ['web: b c']],
    ['counts where something of it may be older', told(given), [unit('web', 'a')], undefined, ['web: b c']],
    ['counts where all of it goes', told(given), [], 2, ['web: a b c']],
    [
      'is not what served beside it',
      told(given, 2, { from: contentOf(unit('web', 'a b')) }),
      [unit('web', 'a')],
      2,
      ['web: b c*'],
    ],
    [
      'is not what was kept',
      told(given, 2, { kept: [{ id: 'd', until: 'appDeleted' }] }),
      [unit('web', 'a')],
      2,
      ['web: b* c* d'],
    ],
  ])('%s', (_, before, wanted, brought, expected) => {
    const back = { delivery: 'default/web#2', hadIt: true, ...(brought !== undefined && { brought }) };
    const taken = new Map([['default/web', back]]);
    expect(lines(findRetired({ apps: [before] }, wanted, [], taken))).toEqual(expected);
  });
});

describe('what is retired', () => {
  it.each<[string, readonly BundleApp[] | null, readonly BundleApp[], readonly string[], string[]]>([
    ['nothing before a first bundle', null, [unit('web', 'a')], [], []],
    ['nothing that is wanted still', [unit('web', 'a b')], [unit('web', 'a b c')], [], []],
    ['an object that its unit wants no more', [unit('web', 'a b')], [unit('web', 'a')], [], ['web: b']],
    ['every object of a unit that is gone', [unit('web', 'b a'), unit('db', 'd')], [unit('db', 'd')], [], ['web: a b']],
    ['nothing that moved to another unit', [unit('web', 'a b')], [unit('web', 'a'), unit('db', 'b')], [], []],
    ['all of a unit that is left without objects', [unit('web', 'a')], [unit('web', '')], [], ['web!: a']],
    [
      'nothing of a unit without objects whose objects moved',
      [unit('web', 'a')],
      [unit('web', ''), unit('db', 'a')],
      [],
      [],
    ],
    [
      'a revision that goes while another stays: it does not count',
      [unit('web', 'web-v1: a, web-v2: b')],
      [unit('web', 'web-v2: b')],
      [],
      ['web: a*'],
    ],
    [
      'an object that a staying revision lost: it counts',
      [unit('web', 'web-v1: a b')],
      [unit('web', 'web-v1: a')],
      [],
      ['web: b'],
    ],
    [
      'nothing of what serves until the content does',
      [unit('web', 'web-v1: a')],
      [{ ...unit('web', 'web-v2: b'), from: contentOf(unit('web', 'web-v1: a')) }],
      [],
      [],
    ],
    [
      'what served, once the content does: it does not count',
      [{ ...unit('web', 'web-v2: b'), from: contentOf(unit('web', 'web-v1: a')) }],
      [unit('web', 'web-v2: b')],
      [],
      ['web: a*'],
    ],
    ['the last revision: it counts', [unit('web', 'web-v1: a')], [unit('web', '')], [], ['web!: a']],
    ['what the agent keeps of the past', [unit('web', 'a')], [unit('web', 'a')], ['z', 'y'], ['the past: y z']],
    ['nothing of the past that is wanted again', [], [unit('web', 'a')], ['a'], []],
  ])('is %s', (_, previous, wanted, again, expected) => {
    expect(lines(findRetired(previous === null ? null : { apps: [...previous] }, wanted, again))).toEqual(expected);
  });
});

describe('a retired id of the last bundle', () => {
  const revision = { registration, epoch: 1, retired: [{ id: 'gone', since: 5 }] };
  const lists = (survivors: string[], unexplained: string[] = []): Partial<AgentReport> => ({
    retired: { settled: [], survivors, unexplained },
  });

  it.each<[string, AgentReport | null, readonly string[], boolean]>([
    ['stays without a report', null, [], true],
    ['stays while its generation is not accepted', report(4), [], true],
    ['stays while the report is not settled', report(7, { settled: false }), [], true],
    ['stays while the agent lists it as survivor', report(7, lists(['gone'])), [], true],
    ['stays while the agent cannot explain it', report(7, lists([], ['gone'])), [], true],
    [
      'stays for the report of another registration',
      report(7, { registration: `3${registration.slice(1)}` }),
      [],
      true,
    ],
    ['goes with a settled report of its own generation', report(5), [], false],
    ['goes with a settled report of a later generation', report(7), [], false],
    ['goes when it is wanted again', null, ['gone'], false],
  ])('%s', (_, said, wanted, stays) => {
    expect(stillRetired(revision, new Set(wanted), said)).toEqual(stays ? [{ id: 'gone', since: 5 }] : []);
  });
});

describe('an unexplained id', () => {
  const revision = { registration, apps: [unit('web', 'a')], retired: [{ id: 'gone', since: 5 }] };
  it.each<[string, string, boolean]>([
    ['is none that the bundle has', 'a', false],
    ['is none that the bundle retires', 'gone', false],
    ['is any other that the agent keeps', 'foreign', true],
  ])('%s', (_, id, isOpen) => {
    const keeps = report(7, { retired: { settled: [], survivors: [], unexplained: [id] } });
    expect([...unexplainedIds(revision, keeps)]).toEqual(isOpen ? [id] : []);
  });
});
