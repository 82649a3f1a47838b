import { describe, expect, it } from 'vitest';
import { dependantsOf } from '../../../../hub/plan/dependants.ts';

const crd = (name: string) => `apiextensions.k8s.io/CustomResourceDefinition//${name}`;
const custom = (kind: string, namespace = 'a') => `x.io/${kind}/${namespace}/one`;

describe('what a deletion takes along', () => {
  it.each<[string, string[], string[], string[]]>([
    ['nothing for what is no definition and no namespace', ['/ConfigMap/a/x'], [custom('Gadget')], []],
    [
      'objects of the kind of a definition',
      [crd('gadgets.x.io')],
      [custom('Gadget'), '/ConfigMap/a/x'],
      [custom('Gadget')],
    ],
    ['objects of a kind that ends with y', [crd('policies.x.io')], [custom('Policy')], [custom('Policy')]],
    ['objects of a kind that ends with s', [crd('meshes.x.io')], [custom('Mesh')], [custom('Mesh')]],
    ['objects of a kind whose plural follows no rule', [crd('people.x.io')], [custom('Person')], [custom('Person')]],
    ['nothing of another kind of the group', [crd('gadgets.x.io')], [custom('Gizmo')], []],
    ['nothing of another group', [crd('gadgets.y.io')], [custom('Gadget')], []],
    ['nothing of a kind whose definition stays', [crd('people.x.io')], [custom('Pet'), crd('pets.x.io')], []],
    [
      'objects in a namespace',
      ['/Namespace//a'],
      [custom('Gadget'), custom('Gadget', 'b'), '/Node//a'],
      [custom('Gadget')],
    ],
  ])('is %s', (_, gone, wanted, expected) => {
    expect(dependantsOf(gone, wanted)).toEqual(expected);
  });
});
