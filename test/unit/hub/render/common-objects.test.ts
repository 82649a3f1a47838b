import { describe, expect, it } from 'vitest';
import { isCommon } from '../../../../hub/render/common-objects.ts';
import type { LabelFacts } from '../../../../hub/render/labels.ts';
import { linesOf, objectOf, textsOf, useRenderer } from '../../../fixtures/hub/manifests.ts';

const { render } = useRenderer();
const facts: LabelFacts = {
  application: 'app',
  component: 'web',
  contextName: 'web-v1',
  revision: { name: 'app-v1', suffix: 'v1' },
  isSuffixed: true,
  isVerbatim: false,
  namespace: 'default',
  copied: { labels: {}, annotations: {}, key: '' },
};

describe('an object of a component that lives side by side', () => {
  const map = (name: string, data = {}) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });
  const pods = { template: { spec: { containers: [{ name: 'c' }] } } };

  it.each<[rule: string, object: object, isOne: boolean]>([
    ['is one for all revisions where nothing names one', map('settings'), true],
    ['is of its revision by its name', map('web-v1-settings'), false],
    ['is of its revision by what it holds', map('settings', { url: 'http://web-v1' }), false],
    ['is of its revision where it names the revision', map('settings', { revision: 'app-v1' }), false],
    ['is of its revision where it runs pods', { ...map('job'), kind: 'Job', spec: pods }, false],
  ])('%s', (_, object, isOne) => {
    expect(isCommon(object as Parameters<typeof isCommon>[0], facts)).toBe(isOne);
    expect(isCommon(object as Parameters<typeof isCommon>[0], { ...facts, isSuffixed: false })).toBe(false);
  });

  const template = `
    outputs: service: {
      apiVersion: "v1", kind: "Service", metadata: name: parameter.name
      spec: {selector: "app.oam.dev/component": context.name, ports: [{port: 80}]}
    }
    outputs: config: {apiVersion: "v1", kind: "ConfigMap", metadata: name: "settings", data: value: parameter.value}
    parameter: {name: string, value: string}`;
  const trait = `
kind: TraitDefinition
metadata: { name: fixed }
spec: { schematic: { cue: { template: ${JSON.stringify(template)} } } }
---`;
  const component = (name: string, value: string) =>
    `{ name: web, type: webservice, properties: { image: a, port: 80 }, traits: [{ type: fixed, properties: { name: ${name}, value: ${value} } }] }`;

  it('exists once, as the highest revision that has it says, and its Service leads to the pods of all', async () => {
    const texts = textsOf({ revisions: [component('fixed', 'one'), component('fixed', 'two')], lists: '1 2' });
    const rendered = await render(...texts.map((text) => trait + text));
    expect(linesOf(rendered)).toEqual([]);
    expect(objectOf(rendered, 'ConfigMap/default/settings')['data']).toEqual({ value: 'two' });
    const { selector } = objectOf(rendered, 'Service/default/fixed')['spec'] as { selector: object };
    expect(selector).toEqual({ 'app.oam.dev/component': 'web' });
    const { labels } = objectOf(rendered, 'Service/default/fixed')['metadata'] as { labels: object };
    expect(Object.keys(labels)).not.toContain('app.oam.dev/revision');
  });

  it('has the values of one revision while that alone is listed', async () => {
    const texts = textsOf({ revisions: [component('fixed', 'one'), component('fixed', 'two')], lists: '1' });
    const rendered = await render(...texts.map((text) => trait + text));
    expect(objectOf(rendered, 'ConfigMap/default/settings')['data']).toEqual({ value: 'one' });
  });
});
