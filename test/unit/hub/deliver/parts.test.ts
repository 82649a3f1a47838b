import { describe, expect, it } from 'vitest';
import { componentsOf, givenParts, partKey, partOf } from '../../../../hub/deliver/parts.ts';
import { partsAfter } from '../../../../hub/deliver/published-parts.ts';
import type { ProgramStep } from '../../../../hub/workflow/program.ts';
import { deploy, deployType, program, step, unit, wantOn } from '../../../fixtures/hub/deliveries.ts';

const of = (name: string, ...components: string[]): ProgramStep =>
  step(name, deployType, { wants: [{ ...wantOn(), components }] });
const admitted = (...waves: string[]) => ({
  last: { admitted: waves.map((wave) => ({ at: '', wave, units: ['a'] })) },
});

describe('what steps gave a unit', () => {
  it('is told only where some give components by name', () => {
    expect(givenParts(program([deploy('all', null)]), admitted('all/rest'))).toBeUndefined();
    expect(componentsOf(deploy('all', null))).toBeNull();
    expect(componentsOf(of('a', 'web'))).toEqual(['web']);
  });

  it.each<[string, ProgramStep[], string[], readonly string[] | null]>([
    ['nothing', [of('one', 'db'), of('two', 'web')], [], null],
    ['the first', [of('one', 'db'), of('two', 'web')], ['one/rest'], ['db']],
    ['all of them', [of('one', 'db'), of('two', 'web')], ['one/rest', 'two/rest'], null],
    ['all, by a step that delivers all', [of('one', 'db'), deploy('all', null)], ['one/rest', 'all/rest'], null],
    ['nothing of a step that is not there any more', [of('two', 'web')], ['one/rest'], []],
  ])('is %s', (_, steps, waves, expected) => {
    const given = givenParts(program(steps), admitted(...waves));
    expect(partOf(unit('a', null, { components: ['db', 'web'] }), given)).toEqual(expected);
  });

  it('is a part of what has all components, too', () => {
    const given = givenParts(program([of('one', 'db'), deploy('all', null)]), admitted('one/rest'));
    expect(partOf(unit('a', null), given)).toEqual(['db']);
  });

  it('has a name that tells contents and components apart', () => {
    const names = [partKey('web-v1', null), partKey('web-v1', ['b', 'a']), partKey('web-v2', ['a', 'b'])];
    expect(new Set(names).size).toBe(3);
    expect(partKey('web-v1', ['a', 'b'])).toBe(names[1]);
  });
});

describe('what is published of parts', () => {
  const wanted = new Map([['default/web a', 'web-v2 db']]);

  it('is what was wanted, and stays what it was where it is held or waits for the next pass', () => {
    const before = new Map([['default/web a', 'web-v2 *']]);
    const hold = { app: 'default/web', cluster: 'a', by: 'render', reason: 'broken' } as const;
    expect(partsAfter(before, { wanted, holds: [], isWhole: true })).toEqual(wanted);
    expect(partsAfter(before, { wanted, holds: [hold], isWhole: true })).toEqual(before);
    expect(partsAfter(before, { wanted, holds: [], isWhole: false })).toEqual(before);
    expect(partsAfter(new Map(), { wanted, holds: [hold], isWhole: true }).size).toBe(0);
  });

  it('is nothing where nothing is wanted in parts', () => {
    const none = new Map<string, string>();
    expect(partsAfter(none, { wanted: none, holds: [], isWhole: true })).toBe(none);
  });
});
