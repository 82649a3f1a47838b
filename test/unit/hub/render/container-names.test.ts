import { describe, expect, it } from 'vitest';
import { asTraitsSeeIt, withContainerNames } from '../../../../hub/render/container-names.ts';

const names = { component: 'web', contextName: 'web-v1' };
const pods = (...containers: readonly string[]) => ({
  spec: { template: { spec: { containers: containers.map((name) => ({ name })) } } },
});

describe('the output that a trait reads', () => {
  it.each<[rule: string, has: object, properties: unknown, seen: object]>([
    ['has its container by context.name', pods('web', 'side'), {}, pods('web-v1', 'side')],
    ['has it by the name in a property', pods('web-v1', 'side'), { containerName: 'web' }, pods('web', 'side')],
    ['has it so for a list of them', pods('web'), { containers: [{ name: 'web' }] }, pods('web')],
    ['is not changed by a property about something else', pods('web'), { host: 'web' }, pods('web-v1')],
    ['keeps two containers apart', pods('web', 'web-v1'), {}, pods('web', 'web-v1')],
    ['may have no containers', { data: { containers: 'web' } }, {}, { data: { containers: 'web' } }],
  ])('%s', (_, has, properties, seen) => {
    expect(asTraitsSeeIt(has, properties, names)).toEqual(seen);
  });

  it('is what it is where both names are one', () => {
    const has = pods('web');
    expect(asTraitsSeeIt(has, {}, { component: 'web', contextName: 'web' })).toBe(has);
  });
});

describe('a patch', () => {
  it.each<[rule: string, base: object, patch: object, wanted: object]>([
    ['gets the name that the base has', pods('web'), pods('web-v1'), pods('web')],
    ['gets it the other way, too', pods('web-v1'), pods('web'), pods('web-v1')],
    ['keeps a name that is there', pods('web', 'web-v1'), pods('web-v1'), pods('web-v1')],
    ['keeps another name', pods('web'), pods('side'), pods('side')],
  ])('%s', (_, base, patch, wanted) => {
    expect(withContainerNames(base, patch, names)).toEqual(wanted);
  });
});
