import { describe, expect, it } from 'vitest';
import type { RevisionRecord } from '../../../../hub/model/fleet.ts';
import { labelFactsOf, labelFault } from '../../../../hub/render/label-facts.ts';
import { componentSources } from '../../../../hub/sources/list.ts';
import { fleetOf } from '../../../fixtures/hub/fleet.ts';
import { app, web } from '../../../fixtures/hub/manifests.ts';
import { historyOf } from '../../../fixtures/hub/rendering.ts';

const [plain] = historyOf(fleetOf(app(web()))).revisions.get('default/app') as [RevisionRecord];
const copied: RevisionRecord = { ...plain, copies: { web: 'web-v2' } };
const factsOf = (record: RevisionRecord, isSuffixed: boolean) =>
  labelFactsOf(
    record,
    { component: record.application.spec.components[0]!, kind: 'ComponentDefinition' },
    { isSuffixed, sources: componentSources },
  );

describe('the names of a component', () => {
  it.each([
    ['alone, it is called after itself', plain, false, 'web', null],
    ['alone, a copy has the name of the copy', copied, false, 'web-v2', null],
    ['side by side, it has the suffix of its revision', plain, true, 'web-v1', 'app-v1'],
    ['side by side, the name of a copy does not count', copied, true, 'web-v1', 'app-v1'],
  ])('%s', (_, record, isSuffixed, contextName, revision) => {
    const facts = factsOf(record, isSuffixed);
    expect([facts.component, facts.contextName, facts.revision?.name ?? null]).toEqual(['web', contextName, revision]);
  });

  it.each([
    ['of 63 characters fits', 63, null],
    ['of 64 does not', 64, 'NAME_TOO_LONG'],
  ])('one %s in a label', (_, length, code) => {
    const facts = { ...factsOf(plain, false), contextName: 'w'.repeat(length) };
    expect(labelFault(facts, ['spec', 'components', 0])?.code ?? null).toBe(code);
  });
});
