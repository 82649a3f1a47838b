import { describe, expect, it } from 'vitest';
import type { LabelFacts } from '../../../../hub/render/labels.ts';
import type { ObjectOrigin } from '../../../../hub/render/origin.ts';
import { splitRendered, splitVerbatim } from '../../../../hub/render/parts.ts';
import type { KubeObject } from '../../../../shared/model/object.ts';

const facts: LabelFacts = {
  application: 'app',
  namespace: 'default',
  copied: { labels: {}, annotations: {}, key: '' },
  component: 'web',
  contextName: 'web-v1',
  revision: { name: 'app-v1', suffix: 'v1' },
  isSuffixed: true,
  isVerbatim: false,
};
const origin: ObjectOrigin = { kind: 'component', type: 'worker', resource: null };
const originOf = (): ObjectOrigin => origin;
const object = (kind: string, name: string, spec: object = {}): KubeObject => ({
  apiVersion: kind === 'ConfigMap' ? 'v1' : 'apps/v1',
  kind,
  metadata: { name },
  spec,
});
const pods = { template: { spec: {} } };
const namesOf = (pieces: readonly { readonly object: KubeObject }[]) =>
  pieces.map((piece) => `${piece.object.kind} ${piece.object.metadata.name}`);

describe('the objects that templates make', () => {
  const objects = [object('Deployment', 'web-v1', pods), object('ConfigMap', 'settings')];

  it('are of their revision, but for those that all have', () => {
    const { own, shared } = splitRendered(objects, facts, originOf);
    expect([namesOf(own), namesOf(shared)]).toEqual([['Deployment web-v1'], ['ConfigMap settings']]);
  });

  it('are shared where their component is updated in place', () => {
    const { own, shared } = splitRendered(objects, { ...facts, isSuffixed: false }, originOf);
    expect([own, shared.length]).toEqual([[], 2]);
  });
});

describe('the objects that are delivered as they are written', () => {
  const objects = [object('Deployment', 'nginx', pods), object('ConfigMap', 'nginx')];
  const verbatim = { ...facts, contextName: 'web', isSuffixed: false, isVerbatim: true };

  it('are shared, but for a Deployment, which has both names', () => {
    const { own, shared, written } = splitVerbatim(objects, verbatim, { isUnderDeployment: true, originOf });
    expect([namesOf(own), namesOf(shared)]).toEqual([['Deployment nginx-v1'], ['ConfigMap nginx']]);
    expect(written?.map((one) => [one.own.metadata.name, one.plain.metadata.name, one.group])).toEqual([
      ['nginx-v1', 'nginx', 'nginx'],
    ]);
  });

  it('are all shared in a plain Application', () => {
    const { own, shared } = splitVerbatim(objects, verbatim, { isUnderDeployment: false, originOf });
    expect([own, namesOf(shared)]).toEqual([[], ['Deployment nginx', 'ConfigMap nginx']]);
  });
});
