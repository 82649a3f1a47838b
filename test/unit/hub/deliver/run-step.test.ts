import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineStep, type StepInput } from '../../../../hub/workflow/step.ts';
import { isEqual } from '../../../../shared/lib/equal.ts';
import { givenParts, partKey } from '../../../../hub/deliver/parts.ts';
import { moment } from '../../../../hub/workflow/outcome.ts';
import { builtinTypes } from '../../../../hub/workflow/compile.ts';
import {
  decided,
  deploy,
  deployType,
  Play,
  quietWorld,
  step,
  suspend,
  suspendType,
  unit,
  wantOn,
} from '../../../fixtures/hub/deliveries.ts';

const apply = (name: string) => step(name, deployType, { wants: [{ ...wantOn(), components: [name] }] });
const both = { components: ['db', 'web'] };

describe('a step that delivers', () => {
  it('is over once its clusters are done', () => {
    const play = new Play([deploy('all', null)], [unit('a', 'web-v1')], 'web-v2');
    expect(play.run(120_000)).toMatchObject({ phase: 'succeeded', runs: { a: 'web-v2' } });
  });

  it('gives one component after the other, each once what was given before is published and well', () => {
    const play = new Play([apply('db'), apply('web')], [unit('a', 'web-v1', both)], 'web-v2');
    expect(play.pass().wanted.get('a')).toMatchObject({ kind: 'part', components: ['db'], former: 'web-v1' });
    play.agents();
    // What the process published is not known to be this.
    expect(play.pass().record?.last.steps).toMatchObject({ db: { phase: 'running' } });
    play.units = play.units.map((one) => ({ ...one, part: 'web-v2 db ' }));
    expect(play.pass().record?.last.steps).toMatchObject({ db: { phase: 'succeeded' }, web: { phase: 'running' } });
    expect(play.last?.wanted.get('a')).toBeUndefined();
    play.units = play.units.map((one) => ({ ...one, part: 'web-v2 * ' }));
    expect(play.pass().record?.last.phase).toBe('succeeded');
  });

  it('is asked again once what it brought is there, where it decides itself', () => {
    const seen: (boolean | undefined)[] = [];
    const type = defineStep({
      type: 'mine',
      schema: z.looseObject({}),
      decides: true,
      check: () => undefined,
      run: (_, { isDelivered }: StepInput) => {
        seen.push(isDelivered);
        return { ...moment(isDelivered === true ? 'succeeded' : 'running', ''), objects: [{ kind: 'ConfigMap' }] };
      },
    });
    const mine = step('mine', type, { wants: [{ ...wantOn(), components: [] }] });
    const play = new Play([mine], [unit('a', 'web-v1', { components: [] })], 'web-v2');
    play.pass();
    play.agents();
    const objects = play.record?.objects;
    expect(objects).toEqual({ mine: [{ kind: 'ConfigMap' }] });
    expect(play.pass().record?.last.phase).toBe('running');
    expect(seen).not.toContain(true);
  });

  it('brings one object after the other, each once those before are there, and keeps them meanwhile', () => {
    const map = (name: string, value: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, value });
    const wanted = { value: '1' };
    const asked: string[] = [];
    const type = defineStep({
      type: 'mine',
      schema: z.looseObject({}),
      decides: true,
      check: () => undefined,
      run: (_, { isDelivered, brought = [] }: StepInput) => {
        asked.push(brought.map(({ value }) => value).join(''));
        const [a, b] = [map('a', wanted.value), map('b', wanted.value)];
        const isThere = (one: object) => isDelivered === true && brought.some((other) => isEqual(one, other));
        if (!isThere(a)) return { ...moment('running', ''), objects: [a] };
        return { ...moment(isThere(b) ? 'succeeded' : 'running', ''), objects: [a, b] };
      },
    });
    const mine = step('mine', type, { wants: [{ ...wantOn(), components: [] }] });
    const play = new Play([mine, suspend('end')], [unit('a', 'web-v1', { components: [] })], 'web-v2');
    const turn = () => {
      play.pass();
      // The process knows what it published, and the agents say that it is there.
      const part = partKey(play.content, null, givenParts(play.program, play.record!)?.objects);
      play.units = play.units.map((one) => ({ ...one, part }));
      play.agents();
      const { last, objects } = play.record!;
      return [last.steps['mine']?.phase, (objects?.['mine'] ?? []).map(({ value }) => value).join('')];
    };
    expect([turn(), turn(), turn(), turn()]).toEqual([
      ['running', '1'],
      ['running', '11'],
      ['succeeded', '11'],
      ['succeeded', '11'],
    ]);
    // While a cluster is not done, what it has stays.
    play.units = play.units.map((one) => ({ ...one, part: 'unknown' }));
    expect(turn()).toEqual(['succeeded', '11']);
    decided(play, 'approve', { on: 'end' });
    turn();
    // The next delivery takes nothing away before it brings the same again.
    [wanted.value, play.content] = ['2', 'web-v3'];
    asked.length = 0;
    expect([turn(), turn(), turn()]).toEqual([
      ['running', '12'],
      ['running', '22'],
      ['succeeded', '22'],
    ]);
    // What an earlier delivery brought is not taken for its own.
    expect(asked[0]).toBe('');
  });

  it('goes to as many clusters at a time as an input says, after a restart, too', () => {
    const type = builtinTypes.steps.find((one) => one.type === 'deploy')!;
    const giver = step('ask', suspendType, { outputs: [{ name: 'many', valueFrom: 'parameter.many' }] });
    const taker = step('go', type, {
      ...{ wants: [wantOn()], written: { parallelism: 1 } },
      inputs: [{ from: 'many', parameterKey: 'parallelism' }],
    });
    const units = ['a', 'b', 'c', 'd'].map((name) => unit(name, 'web-v1'));
    const play = new Play([giver, taker], units, 'web-v2');
    play.world = { ...quietWorld, ask: () => ({ value: 3 }) };
    play.pass();
    decided(play, 'approve', { on: 'ask' });
    play.pass();
    const admitted = () => play.record?.last.admitted.flatMap((one) => one.units).length;
    expect([play.record?.last.steps['ask']?.outputs, admitted()]).toEqual([{ many: 3 }, 3]);
    // What it was told is in the ledger: it is not asked again.
    play.world = { ...quietWorld, ask: () => ({ value: 1 }) };
    play.agents();
    play.pass();
    expect(admitted()).toBe(4);
  });
});
