import { describe, expect, it } from 'vitest';
import { problemsOf } from '../../../fixtures/hub/problems.ts';

describe('names', () => {
  const component = (name: string, type = 'worker'): string => `kind: Application
metadata: {name: a}
spec: {components: [{name: ${name}, type: ${type}}]}
---
kind: ApplicationDeployment
metadata: {name: d}
spec: {appRevisions: [{revisionName: a-v1, placement: [{}]}]}
`;

  it('may be as long as what is made of them allows', () => {
    expect(problemsOf(component('x'.repeat(60)))).toEqual([]);
    expect(problemsOf(component('x'.repeat(61)))).toEqual([
      expect.stringMatching(/^error NAME_TOO_LONG 7: .* 64 characters/),
    ]);
    expect(problemsOf(component('x'.repeat(61), 'statefulset'))).toEqual([]);
  });

  it.each(['Web', 'web_1', '-web', 'web-', 'web.1', '"1 2"', 'é'])('are refused as component: %s', (name) => {
    expect(problemsOf(component(name))[0]).toMatch(/^error NAME_INVALID 3: /);
  });
});
