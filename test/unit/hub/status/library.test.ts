import { describe, expect, it } from 'vitest';
import { builtinDefinitions } from '../../../../hub/definitions/catalog.ts';
import { explainAll } from '../../../../hub/definitions/explain.ts';
import { explainText, listText, referencePage } from '../../../../hub/status/library.ts';

const pages = explainAll(builtinDefinitions);
const pageOf = (type: string) => pages.find((page) => page.type === type)!;

describe('what the library says of itself', () => {
  it('shows what a type is for, its parameters and the example', () => {
    expect(explainText(pageOf('scaler'))).toBe(`trait scaler

Sets the number of replicas.
Applies to: deployments.apps, statefulsets.apps

Parameters:
  replicas  int & >=0  default: 1; How many pods run.

Example:
  components:
    - name: web
      type: webservice
      properties:
        image: "nginx:1.29"
      traits:
        - type: scaler
          properties:
            replicas: 3
`);
    expect(explainText(pageOf('ingress'))).toContain('Another name of gateway.\n');
    expect(explainText(pageOf('webservice'))).toMatch(
      /\n {2}readinessProbe +map +The pod serves .*; as livenessProbe\n/,
    );
  });

  it('lists the types, components first, and aliases in the page of what they are', () => {
    expect(listText(pages)).toMatch(/^component {2}cron-task .*\n[^]*\ntrait {6}affinity .*\n/);
    const page = referencePage(
      'Traits',
      pages.filter(({ kind }) => kind === 'trait'),
    );
    expect(page).toMatch(/\n## gateway\n[^#]*Also named `ingress`, `ingress-1-20`\./);
    expect(page).not.toContain('\n## ingress\n');
  });
});
