import { describe, expect, it } from 'vitest';
import { beginning, remains } from '../../../../hub/deliver/begin.ts';
import { decided, deploy, fleet, Play, program, unit } from '../../../fixtures/hub/deliveries.ts';
import { now } from '../../../fixtures/hub/status.ts';

const minute = 60_000;

describe('a delivery that is finished before the next one', () => {
  const waves = [
    { name: 'one', clusters: { names: ['a'] } },
    { name: 'two', clusters: { names: ['b'] }, approval: 'required' as const },
  ];
  const finishing = (more = {}) =>
    new Play([deploy('all', null, { waves, onNewRevision: 'finish', ...more })], fleet('a', 'b'), 'web-v2');

  it('2.2 goes on with what it brings, and then the newest begins', () => {
    const play = finishing();
    expect(play.run(minute)).toMatchObject({ runs: { a: 'web-v2', b: 'web-v1' } });
    play.content = 'web-v3';
    expect(play.run(minute)).toMatchObject({ phase: 'running', runs: { a: 'web-v2', b: 'web-v1' } });
    expect(play.last?.progress).toMatchObject({ name: 'web#1', next: 'web-v3', content: 'web-v2' });
    play.content = 'web-v4';
    decided(play, 'approve');
    play.pass();
    play.agents();
    play.pass();
    expect(play.record).toMatchObject({ stable: 'web-v2', last: { number: 2, content: 'web-v4' } });
    expect(play.run(minute)).toMatchObject({ phase: 'running', runs: { a: 'web-v4', b: 'web-v2' } });
    expect(play.given.has('web-v3')).toBe(false);
  });

  it('is left for the stable content at once', () => {
    const play = finishing();
    play.run(minute);
    play.content = 'web-v1';
    play.pass();
    expect(play.words()).toMatchObject({ phase: 'reverted', runs: { a: 'web-v1', b: 'web-v1' } });
  });

  it('is left so that what had nothing before it is known: that gets all of what comes, its Jobs, too', () => {
    const waved = [
      { name: 'one', clusters: { names: ['a', 'n'] } },
      { name: 'two', clusters: { names: ['b'] }, approval: 'required' as const },
    ];
    const play = new Play(
      [deploy('all', null, { waves: waved, maxConcurrent: 2 })],
      [...fleet('a', 'b'), unit('n', null)],
      'web-v2',
    );
    play.run(minute);
    expect(play.record?.last.base).toEqual({ n: null });
    play.content = 'web-v1';
    play.pass();
    expect(play.record?.last).toMatchObject({ phase: 'reverted', base: { n: null } });
  });

  it('is left for what may mend it, once it runs into failures', () => {
    const play = finishing();
    play.bad.set('a', 'web-v2');
    expect(play.run(17 * minute)).toMatchObject({ phase: 'halted' });
    play.content = 'web-v3';
    expect(play.run(minute)).toMatchObject({ phase: 'running', runs: { a: 'web-v3', b: 'web-v1' } });
    expect(play.record).toMatchObject({ stable: 'web-v1', last: { number: 2, content: 'web-v3' } });
  });
});

describe('what ran before there was a delivery', () => {
  const input = { program: program([deploy('all', null)]), content: 'web-v1', record: undefined, listening: { now } };

  it.each<[string, Parameters<typeof beginning>[0], object | undefined]>([
    ['is nothing to remember', { ...input, units: fleet('a') }, undefined],
    [
      'is remembered where it must be put back',
      { ...input, units: fleet('a'), remembers: true },
      { stable: 'web-v1', last: { number: 0, phase: 'succeeded', content: 'web-v1' } },
    ],
    ['is nothing without a cluster', { ...input, units: [], remembers: true }, undefined],
    [
      'is nothing where nothing runs',
      { ...input, units: [unit('a', null)], remembers: true },
      { stable: null, last: { number: 1, phase: 'running' } },
    ],
  ])('%s', (_, given, expected) => {
    const record = beginning(given);
    if (expected === undefined) expect(record).toBeUndefined();
    else expect(record).toMatchObject(expected);
  });

  it('is followed by the first one', () => {
    const record = beginning({ ...input, units: fleet('a'), remembers: true });
    const next = beginning({ ...input, content: 'web-v2', record, units: fleet('a'), remembers: true });
    expect(next).toMatchObject({ stable: 'web-v1', last: { number: 1, content: 'web-v2', phase: 'running' } });
  });

  it('is remembered where it comes back under its name, too: that starts nothing, and the next one has the next number', () => {
    const numbered = { ...input, units: fleet('a'), remembers: true };
    const back = beginning({ ...numbered, numberBefore: 17 });
    expect(back).toMatchObject({ stable: 'web-v1', last: { number: 0, phase: 'succeeded' } });
    const next = beginning({ ...numbered, record: back, content: 'web-v2' });
    expect(next).toMatchObject({ stable: 'web-v1', last: { number: 18, phase: 'running' } });
    const [first, second] = [back, next].map((record) => (record === undefined ? [] : remains(record)));
    expect([first?.[0]?.last.number, second?.[0]?.last.number]).toEqual([17, 18]);
  });
});
