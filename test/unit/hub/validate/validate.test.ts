import { describe, expect, it } from 'vitest';
import { parseFile } from '../../../../hub/load/parse.ts';
import type { Snapshot } from '../../../../hub/model/source.ts';
import { mostProblems } from '../../../../hub/validate/problems.ts';
import { validate } from '../../../../hub/validate/validate.ts';

function snapshot(text: string): Snapshot {
  const { documents, broken, skipped } = parseFile('a.yaml', Buffer.from(text));
  const facts = { repository: 'r', commit: 'c', descends: true, files: new Map(), problems: [] };
  return { ...facts, documents, broken: broken === null ? [] : [broken], ignored: skipped.length };
}

/** Every problem as `severity CODE line: message`. */
function problems(text: string): string[] {
  return validate(snapshot(text)).problems.map(
    ({ severity, code, place, message }) => `${severity} ${code} ${place?.line}: ${message}`,
  );
}

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
    expect(problems(app + seed)).toEqual([
      'warning UNSUPPORTED 54: kubeconfigSecretRef is not used: the cluster’s own agent pulls',
    ]);
    const { fleet } = validate(snapshot(app + seed));
    expect(fleet.deployments[0]?.doc.metadata.name).toBe('example-app-deploy');
    expect(fleet.deployments[0]?.doc.spec.appRevisions[0]?.placement[0]?.clusterSelector?.pick).toBe('one');
    expect([fleet.applications.length, fleet.clusters.length, fleet.frozen.size]).toEqual([1, 1, 0]);
  });

  it('are taken under the alias and with our own apiVersion', () => {
    const aliased = seed.replace('kind: ApplicationDeployment', 'apiVersion: sluice.dev/v1alpha1\nkind: AppDeployment');
    expect(validate(snapshot(app + aliased)).fleet.deployments[0]?.doc.kind).toBe('ApplicationDeployment');
  });
});

describe('weights', () => {
  const rule = (provider: string, weights: readonly (number | null)[]): string => {
    const revisions = weights.map((_, index) => `example-app-v${index + 1}`);
    const targets = weights.map(
      (weight, index) =>
        `{revisionName: example-app-v${index + 1}, componentName: testsvc, port: 80${weight === null ? '' : `, weight: ${weight}`}}`,
    );
    return `${app}kind: ApplicationDeployment
metadata: {name: d}
spec:
  traffic: {provider: ${provider}, hosts: [a.example.com], http: [{weightedTargets: [${targets.join(', ')}]}]}
  appRevisions: [${revisions.map((name) => `{revisionName: ${name}, placement: [{}]}`).join(', ')}]
`;
  };

  it.each([
    ['auto', [50, 50], null],
    ['auto', [100, 0], null],
    ['auto', [null], null],
    ['auto', [null, null], null],
    ['auto', [100], null],
    ['auto', [50], 'the weights add up to 50'],
    ['auto', [50, 49], 'the weights add up to 99'],
    ['auto', [0, 0], 'the weights add up to 0'],
    ['auto', [100, null], 'some targets have a weight and this one has none'],
    ['istio', [null], null],
    ['istio', [null, null], 'istio needs weights to split traffic'],
    ['gateway-api', [null, null], 'gateway-api needs weights to split traffic'],
    ['ingress', [null, null], null],
    ['ingress', [50, 50], 'ingress cannot split by weight'],
    ['ingress', [100], 'ingress cannot split by weight'],
  ] as const)('%s with %j', (provider, weights, message) => {
    expect(problems(rule(provider, weights))).toEqual(message === null ? [] : [`error WEIGHTS_INVALID 10: ${message}`]);
  });
});

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
    expect(problems(component('x'.repeat(60)))).toEqual([]);
    expect(problems(component('x'.repeat(61)))).toEqual([
      expect.stringMatching(/^error NAME_TOO_LONG 7: .* 64 characters/),
    ]);
    expect(problems(component('x'.repeat(61), 'statefulset'))).toEqual([]);
  });

  it.each(['Web', 'web_1', '-web', 'web-', 'web.1', '"1 2"', 'é'])('are refused as component: %s', (name) => {
    expect(problems(component(name))[0]).toMatch(/^error NAME_INVALID 3: /);
  });
});

describe('types', () => {
  it('are our own ones and those that the repository defines', () => {
    const own = `kind: Application
metadata: {name: a}
spec: {components: [{name: web, type: house-service, traits: [{type: house-trait}]}]}
`;
    expect(problems(own)).toEqual([
      'error UNSUPPORTED 3: no component type house-service',
      'error UNSUPPORTED 3: no trait type house-trait',
    ]);
    const define = (kind: string, name: string): string =>
      `---\nkind: ${kind}\nmetadata: {name: ${name}}\nspec: {schematic: {cue: {template: "output: {}"}}}\n`;
    expect(
      problems(own + define('ComponentDefinition', 'house-service') + define('TraitDefinition', 'house-trait')),
    ).toEqual([]);
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
    expect(problems(text)).toEqual([
      'error DOCUMENT_INVALID 11: "a b" is not a host name',
      'error DOCUMENT_INVALID 12: spec.traffic.http[0].weightedTargets[0].weight must be a number, and is text',
      'error UNKNOWN_FIELD 13: unknown field spec.appRevisions[0].placment',
      'error PLACEMENT_CONFLICT 13: example-app-v1 is placed on the local cluster twice',
    ]);
  });

  it('does not take others down with it', () => {
    const { fleet } = validate(snapshot(`${app}kind: ApplicationDeployment\nmetadata: {name: d}\nspec: {}\n`));
    expect(fleet.applications).toHaveLength(1);
    expect([...fleet.frozen]).toEqual(['ApplicationDeployment default/d']);
  });
});

describe('what a trait applies to', () => {
  const trait = (list: string) => `---
kind: TraitDefinition
metadata: {name: gold}
spec: {appliesToWorkloads: ${list}, schematic: {cue: {template: "patch: {}"}}}
`;
  const house = (workload: string) => `---
kind: ComponentDefinition
metadata: {name: house}
spec: {${workload}schematic: {cue: {template: "output: {}"}}}
`;
  const used = (type: string) => `kind: Application
metadata: {name: app}
spec: {components: [{name: web, type: ${type}, properties: {image: a}, traits: [{type: gold}]}]}
`;
  const deployment = 'workload: {definition: {apiVersion: apps/v1, kind: Deployment}}, ';
  const policy = 'workload: {type: networkpolicies.networking.k8s.io}, ';

  it.each([
    ['webservice', '[]', ''],
    ['webservice', '["*"]', ''],
    ['webservice', '[worker, webservice]', ''],
    ['webservice', '[deployments.apps]', ''],
    ['webservice', '["*.apps"]', ''],
    ['cron-task', '["*.batch"]', ''],
    ['house', '[deployments.apps]', deployment],
    ['house', '["*.networking.k8s.io"]', policy],
    ['house', '[statefulsets.apps]', ''],
    ['house', '[statefulsets.apps]', 'workload: {type: autodetects.core.oam.dev}, '],
    ['k8s-objects', '[statefulsets.apps]', ''],
  ])('%s is one of %s', (type, list, workload) => {
    expect(
      problems(
        used(type).replace('image: a', type === 'k8s-objects' ? 'objects: []' : 'image: a') +
          trait(list) +
          house(workload),
      ),
    ).toEqual([]);
  });

  it.each([
    ['webservice', '[worker]', ''],
    ['webservice', '[statefulsets.apps, "*.batch"]', ''],
    ['task', '["*.apps"]', ''],
    ['house', '[statefulsets.apps]', deployment],
    ['house', '["*.apps"]', policy],
    ['house', '[webservice]', ''],
  ])('%s is none of %s', (type, list, workload) => {
    expect(problems(used(type) + trait(list) + house(workload))).toEqual([
      `error UNSUPPORTED 3: the trait gold does not apply to ${type}`,
    ]);
  });

  it('is listed for whoever got it wrong', () => {
    const [problem] = validate(snapshot(used('task') + trait('[deployments.apps, worker]'))).problems;
    expect(problem).toMatchObject({ app: 'default/app', hint: 'it applies to: deployments.apps, worker' });
  });
});

describe('a document or commit with very many faults', () => {
  it('has so many problems told, and looks for no more places', () => {
    const keys = Array.from({ length: 2_000 }, (_, index) => `x${index}: 1`).join('\n');
    const whole = snapshot(
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
    const found = validate(snapshot(text)).problems;
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
    expect(validate(snapshot(`${app}${app}`)).problems[0]?.hint).toBe('also in a.yaml:8; keep one of them');
  });
});
