import { describe, expect, it } from 'vitest';
import { mostProblems } from '../../../../hub/validate/problems.ts';
import { validate } from '../../../../hub/validate/validate.ts';
import { problemsOf, snapshotOf } from '../../../fixtures/hub/problems.ts';

const app = `kind: Application
metadata: {name: example-app}
spec:
  components:
    - {name: testsvc, type: webservice, properties: {image: nginx, port: 8080}}
---
`;

// The design text's own documents, as they stand there.
const seed = `kind: ApplicationDeployment
name: example-app-deploy
spec:
  traffic:
    hosts:
      - example-app.example.com
    http:
      - match:
          - uri:
              prefix: "/web"
        weightedTargets:
          - revisionName: example-app-v1
            componentName: testsvc
            port: 80
            weight: 50
          - revisionName: example-app-v2
            componentName: testsvc
            port: 80
            weight: 50
  appRevisions:
    - revisionName: example-app-v1
      placement:
        - clusterSelector:
            labels:
              usage: production
            name: prod-cluster-1
          distribution:
            replicas: 5
        - distribution:
            replicas: 5
    - revisionName: example-app-v2
      placement:
        - clusterSelector:
            labels:
              usage: production
            name: prod-cluster-1
          distribution:
            replicas: 5
        - distribution:
            replicas: 5
---
kind: Cluster
metadata:
  name: prod-cluster-1
  labels:
    usage: production
spec:
  kubeconfigSecretRef:
    name: kubeconfig-cluster-1
`;

describe('the documents of the design text', () => {
  it('are taken as they are, with a note about the kubeconfig', () => {
    expect(problemsOf(app + seed)).toEqual([
      'warning UNSUPPORTED 54: kubeconfigSecretRef is not used: the cluster’s own agent pulls',
    ]);
    const { fleet } = validate(snapshotOf(app + seed));
    expect(fleet.deployments[0]?.doc.metadata.name).toBe('example-app-deploy');
    expect(fleet.deployments[0]?.doc.spec.appRevisions[0]?.placement[0]?.clusterSelector?.pick).toBe('one');
    expect([fleet.applications.length, fleet.clusters.length, fleet.frozen.size]).toEqual([1, 1, 0]);
  });

  it('are taken under the alias and with our own apiVersion', () => {
    const aliased = seed.replace('kind: ApplicationDeployment', 'apiVersion: sluice.dev/v1alpha1\nkind: AppDeployment');
    expect(validate(snapshotOf(app + aliased)).fleet.deployments[0]?.doc.kind).toBe('ApplicationDeployment');
  });
});

describe('a broken document', () => {
  it('has all of its problems said at once, but not those that only follow from another', () => {
    const text = `${app}kind: ApplicationDeployment
metadata: {name: d}
spec:
  traffic:
    hosts: ["a b"]
    http: [{weightedTargets: [{revisionName: example-app-v1, componentName: testsvc, port: 80, weight: much}]}]
  appRevisions: [{revisionName: example-app-v1, placment: [], placement: [{}, {}]}]
`;
    expect(problemsOf(text)).toEqual([
      'error DOCUMENT_INVALID 11: "a b" is not a host name',
      'error DOCUMENT_INVALID 12: spec.traffic.http[0].weightedTargets[0].weight must be a number, and is text',
      'error UNKNOWN_FIELD 13: unknown field spec.appRevisions[0].placment',
      'error PLACEMENT_CONFLICT 13: example-app-v1 is placed on the local cluster twice',
    ]);
  });

  it('does not take others down with it', () => {
    const { fleet } = validate(snapshotOf(`${app}kind: ApplicationDeployment\nmetadata: {name: d}\nspec: {}\n`));
    expect(fleet.applications).toHaveLength(1);
    expect([...fleet.frozen]).toEqual(['ApplicationDeployment default/d']);
  });
});

describe('a document or commit with very many faults', () => {
  it('has so many problems told, and looks for no more places', () => {
    const keys = Array.from({ length: 2_000 }, (_, index) => `x${index}: 1`).join('\n');
    const whole = snapshotOf(
      `kind: Application\nmetadata: {name: a}\nspec: {components: [{name: w, type: worker}]}\n${keys}`,
    );
    let looked = 0;
    const documents = whole.documents.map((raw) => ({
      ...raw,
      locate: (path: Parameters<typeof raw.locate>[0]) => {
        looked += 1;
        return raw.locate(path);
      },
    }));
    const found = validate({ ...whole, documents }).problems;
    expect([found.length, looked]).toEqual([mostProblems + 1, mostProblems]);
  });

  it('names a few of the places where one name is there many times', () => {
    const text = Array.from({ length: 40 }, () => app).join('');
    const found = validate(snapshotOf(text)).problems;
    expect(found.length).toBe(40);
    const places = (line: number): string[] => found.find(({ place }) => place?.line === line)?.hint?.split(', ') ?? [];
    expect(places(2)).toEqual([
      'also in a.yaml:8',
      'a.yaml:14',
      'a.yaml:20',
      'a.yaml:26',
      'a.yaml:32 and 34 more places; keep one of them',
    ]);
    expect(places(236)[0]).toBe('also in a.yaml:2');
    expect(validate(snapshotOf(`${app}${app}`)).problems[0]?.hint).toBe('also in a.yaml:8; keep one of them');
  });
});
