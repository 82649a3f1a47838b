import { describe, expect, it } from 'vitest';
import { isScopeKnown, scopeOf } from '../../../../hub/render/scope.ts';
import type { Scope } from '../../../../shared/model/kinds.ts';

const defined = new Map<string, Scope>([
  ['x.io/Widget', 'cluster'],
  ['x.io/ClusterThing', 'namespace'],
  ['/ConfigMap', 'cluster'],
]);

describe('the scope of a kind', () => {
  it.each<[rule: string, group: string, kind: string, scope: Scope, isKnown: boolean]>([
    ['is that of the table', '', 'Namespace', 'cluster', true],
    ['is that of the table, whatever a definition says', '', 'ConfigMap', 'namespace', true],
    ['is what its definition says', 'x.io', 'Widget', 'cluster', true],
    ['is what its definition says, whatever its name is', 'x.io', 'ClusterThing', 'namespace', true],
    ['is guessed from its name: ClusterIssuer', 'y.io', 'ClusterIssuer', 'cluster', false],
    ['is guessed: a Cluster of databases has a namespace', 'y.io', 'Cluster', 'namespace', false],
    ['is guessed: Clusterable is not the twin of anything', 'y.io', 'Clusterable', 'namespace', false],
    ['is a namespace else', 'y.io', 'Widget', 'namespace', false],
  ])('%s', (_, group, kind, scope, isKnown) => {
    expect([scopeOf(group, kind, defined), isScopeKnown(group, kind, defined)]).toEqual([scope, isKnown]);
  });

  it('is guessed where nothing is defined', () => {
    expect(scopeOf('x.io', 'Widget')).toBe('namespace');
  });
});
