import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineStep, type StepInput } from '../../../../hub/workflow/step.ts';
import { moment } from '../../../../hub/workflow/outcome.ts';
import { deploy, deployType, Play, step, unit, wantOn } from '../../../fixtures/hub/deliveries.ts';

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
});
