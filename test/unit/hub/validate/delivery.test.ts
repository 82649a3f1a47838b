import { describe, expect, it } from 'vitest';
import { applicationWith, saidOf } from '../../../fixtures/hub/delivery.ts';

const topology = '- { name: t, type: topology, properties: { clusters: [c1] } }';
const policies = (...lines: string[]): string => `policies:\n${lines.map((line) => `  ${line}\n`).join('')}`;
const steps = (...lines: string[]): string => `workflow:\n  steps:\n${lines.map((line) => `    ${line}\n`).join('')}`;
const said = (...parts: string[]): readonly string[] => saidOf(applicationWith(parts.join('')));

describe('the policies of an Application', () => {
  it.each<[rule: string, line: string, words: string]>([
    [
      'are read strictly',
      '- { type: topology, properties: { cluster: [a] } }',
      'error[UNKNOWN_FIELD] unknown field cluster; line 8 at cluster; did you mean clusters?',
    ],
    [
      'name clusters',
      '- { type: topology, properties: { clusters: [] } }',
      'error[DOCUMENT_INVALID] clusters must not be empty; line 8 at clusters; name clusters, or remove it to deliver to the local cluster',
    ],
    [
      'name clusters in one way',
      '- { type: topology, properties: { clusters: [a], clusterLabelSelector: { b: c } } }',
      'error[DOCUMENT_INVALID] clusters and clusterLabelSelector are given: which of them counts cannot be told; line 8 at clusterLabelSelector; remove one of the two',
    ],
    [
      'say what an empty selector has',
      '- { type: topology, properties: { clusterLabelSelector: {} } }',
      'warning[PLACEMENT_EMPTY] an empty selector has no clusters: nothing is delivered by it; line 8 at properties; name labels, or set allowEmpty: true',
    ],
    [
      'override components that are there',
      '- { type: override, properties: { components: [{ name: wep }] } }',
      'error[REFERENCE_NOT_FOUND] there is no component wep; line 8 at name; components: web, db; a new one needs its type',
    ],
    [
      'override by patterns that match',
      '- { type: override, properties: { components: [{ name: "x*", type: worker }] } }',
      'error[REFERENCE_NOT_FOUND] there is no component x*; line 8 at name; components: web, db; in a pattern * alone stands for any letters',
    ],
    [
      'override by patterns, and not by regular expressions',
      '- { type: override, properties: { components: [{ name: "w(eb|ep)", type: worker }] } }',
      'error[REFERENCE_NOT_FOUND] there is no component w(eb|ep); line 8 at name; components: web, db; in a pattern * alone stands for any letters',
    ],
    [
      'override with traits that are there',
      '- { type: override, properties: { components: [{ name: web, traits: [{ type: scalar }] }] } }',
      'error[UNSUPPORTED] no trait type scalar; line 8 at type; did you mean scaler?',
    ],
    [
      'override with types that are there',
      '- { type: override, properties: { components: [{ name: new, type: workr }] } }',
      'error[UNSUPPORTED] no component type workr; line 8 at type; did you mean worker?',
    ],
    [
      'choose components that are there',
      '- { type: override, properties: { selector: [web, bd] } }',
      'error[REFERENCE_NOT_FOUND] there is no component bd; line 8 at bd; components: web, db',
    ],
    [
      'have envs',
      '- { type: env-binding, properties: { envs: [] } }',
      'error[DOCUMENT_INVALID] envs must not be empty; line 8 at envs',
    ],
    [
      'have envs of different names',
      '- { type: env-binding, properties: { envs: [{ name: a }, { name: a }] } }',
      'error[DOCUMENT_INVALID] a second env named a; line 8 at name; rename one',
    ],
    [
      'have no namespaces by labels',
      '- { type: env-binding, properties: { envs: [{ name: a, placement: { namespaceSelector: { labels: { a: b } } } }] } }',
      'error[UNSUPPORTED] a namespace is not chosen by labels; line 8 at labels; write namespaceSelector.name',
    ],
    [
      'say that health needs no numbers',
      '- { type: health, properties: { probeInterval: 5 } }',
      'warning[UNSUPPORTED] health is judged all the time: these numbers have no effect; line 8 at properties; to say how long a change may take: progressDeadline of a policy of type rollout',
    ],
    [
      'have durations',
      '- { type: rollout, properties: { soak: soon } }',
      'error[DOCUMENT_INVALID] soak is not valid: it is not a duration like 90s, 15m or 1h30m; line 8 at soak',
    ],
    [
      'have windows of five fields',
      '- { type: rollout, properties: { window: { cron: "0 2 * *", duration: 3h } } }',
      'error[DOCUMENT_INVALID] 0 2 * * has not the five fields of a schedule; line 8 at cron; write minute, hour, day of the month, month, day of the week: 0 2 * * 1-5',
    ],
    [
      'have windows in time zones that are there',
      '- { type: rollout, properties: { waves: [{ window: { cron: "0 2 * * MON-FRI", duration: 3h, timezone: Europe/Berln } }] } }',
      'error[DOCUMENT_INVALID] there is no time zone Europe/Berln; line 8 at timezone; write Europe/Berlin, UTC or another name of the IANA list',
    ],
    [
      'have windows that open',
      '- { type: rollout, properties: { window: { cron: "0 2 * * *", duration: 0m, timezone: UTC } } }',
      'error[DOCUMENT_INVALID] a window that has no time never opens; line 8 at duration; use the form 90s, 15m or 1h30m',
    ],
    [
      'leave fields to others by paths',
      '- { type: apply-once, properties: { enable: true, rules: [{ selector: { resourceTypes: [Job] }, strategy: { path: [a..b] } }] } }',
      'error[DOCUMENT_INVALID] a..b is not a path; line 8 at a..b; write it like spec.replicas, spec.template.spec.containers[0].image or metadata.annotations["a.b/c"]',
    ],
    [
      'do not leave pods without their owner',
      '- { type: garbage-collect, properties: { rules: [{ selector: { resourceTypes: [Deployment] }, propagation: orphan }] } }',
      'error[UNSUPPORTED] objects without their owner would run, and nothing would say why; line 8 at propagation; keep the object itself: strategy never or onAppDelete',
    ],
    [
      'say what of garbage collection has no effect',
      '- { type: garbage-collect, properties: { applicationRevisionLimit: 3, keepLegacyResource: true } }',
      'warning[UNSUPPORTED] applicationRevisionLimit has no effect; line 8 at applicationRevisionLimit; the ledger keeps every revision',
    ],
    [
      'make copies of components that are there',
      '- { type: replication, properties: { keys: [a], selector: [wbe] } }',
      'error[REFERENCE_NOT_FOUND] there is no component wbe; line 8 at wbe; components: web, db',
    ],
    [
      'make one copy for each key',
      '- { type: replication, properties: { keys: [a, b, a] } }',
      'error[DOCUMENT_INVALID] a second key a; line 8 at a; remove one of the two',
    ],
    [
      'make objects again by paths',
      '- { type: resource-update, properties: { rules: [{ selector: { resourceTypes: [Job] }, strategy: { recreateFields: [a..b] } }] } }',
      'error[DOCUMENT_INVALID] a..b is not a path; line 8 at a..b; write it like spec.replicas, spec.template.spec.containers[0].image or metadata.annotations["a.b/c"]',
    ],
    [
      'select components that are there',
      '- { type: garbage-collect, properties: { rules: [{ selector: { componentNames: [dbb] }, strategy: never }] } }',
      'warning[REFERENCE_NOT_FOUND] the rule selects nothing by it: there is no component dbb; line 8 at dbb; did you mean db?',
    ],
    [
      'select components of types that are there',
      '- { type: take-over, properties: { rules: [{ selector: { componentTypes: [worker] } }] } }',
      'warning[REFERENCE_NOT_FOUND] the rule selects nothing by it: there is no component of type worker; line 8 at worker; there are: webservice, statefulset',
    ],
    [
      'select traits that are there',
      '- { type: read-only, properties: { rules: [{ selector: { traitTypes: [scaler] } }] } }',
      'warning[REFERENCE_NOT_FOUND] the rule selects nothing by it: there is no trait of type scaler; line 8 at scaler; there are none',
    ],
    [
      'select by the two types of OAM',
      '- { type: shared-resource, properties: { rules: [{ selector: { oamTypes: [workload] } }] } }',
      'warning[REFERENCE_NOT_FOUND] the rule selects nothing by it: there is no type of OAM workload; line 8 at workload; did you mean WORKLOAD?',
    ],
    [
      'select something',
      '- { type: garbage-collect, properties: { rules: [{ selector: { componentNames: [] }, strategy: never }] } }',
      'warning[REFERENCE_NOT_FOUND] the rule selects nothing; line 8 at ; name components, types of objects (resourceTypes) or objects',
    ],
    [
      'leave fields to others where they are enabled',
      '- { type: apply-once }',
      'warning[DOCUMENT_INVALID] it is not enabled, and does nothing; line 8 at ; write enable: true',
    ],
    [
      'leave some field to others',
      '- { type: apply-once, properties: { enable: true, rules: [{ selector: { componentNames: [web] } }] } }',
      'warning[DOCUMENT_INVALID] the rule leaves no field to others; line 8 at ; write strategy: { path: [spec.replicas] }; "*" is the whole object',
    ],
    [
      'let some cluster be under way',
      '- { type: rollout, properties: { waves: [{ name: a, maxConcurrent: 0 }] } }',
      'error[DOCUMENT_INVALID] no cluster at all may be under way; line 8 at maxConcurrent; write 1 or more; sluice.dev/paused: "true" lets nothing begin',
    ],
    [
      'let no more fail than there are',
      '- { type: rollout, properties: { maxFailed: 120% } }',
      'error[DOCUMENT_INVALID] 120% is more than all of it; line 8 at maxFailed; write at most 100%',
    ],
    [
      'fetch no secrets',
      '- { type: security, properties: { secretBackend: vault } }',
      'warning[UNSUPPORTED] secrets are not fetched from vault: secretBackend has no effect; line 8 at secretBackend; deliver objects of an operator that fetches them (ExternalSecret, SealedSecret); plain Secrets are refused',
    ],
    [
      'know of no incidents',
      '- { type: deployment-insights, properties: { mttr: enabled, leadTime: enabled } }',
      'warning[UNSUPPORTED] mttr is not measured: the hub does not know of incidents; line 8 at mttr; remove it, or take it from what counts incidents',
    ],
    [
      'that KubeVela has and Sluice has not say what to do',
      '- { type: debug }',
      'error[UNSUPPORTED] the policy debug is not supported; line 8 at type; remove it: status and reports say what each object does',
    ],
    [
      'of an unknown type are met with the list',
      '- { type: topologie }',
      'error[UNSUPPORTED] the policy topologie is not supported; line 8 at type; did you mean topology?',
    ],
  ])('%s', (_, line, words) => {
    expect(said(policies(line))).toEqual([words]);
  });

  it('have windows by the names of schedules', () => {
    const named = (cron: string) =>
      said(policies(`- { type: rollout, properties: { window: { cron: "${cron}", duration: 3h } } }`));
    expect(named('@daily')).toEqual([]);
    expect(named('@fortnightly').join()).toContain('@fortnightly has not the five fields of a schedule');
  });

  it('have names that come once', () => {
    const words = 'error[DOCUMENT_INVALID] a second policy named t; line 9 at name; rename one';
    expect(said(policies(topology, '- { name: t, type: rollout }'))).toContain(words);
    const unnamed = '- { name: policy-1, type: override }';
    expect(said(policies(unnamed, '- { type: override }'))).toEqual([
      'error[DOCUMENT_INVALID] a second policy named policy-1; line 9 at ; rename one',
    ]);
  });

  it('select components that other policies make, and the objects of those that a template makes', () => {
    const rules = '{ rules: [{ selector: { componentNames: [new, db-a, quota] }, strategy: never }] }';
    const made = [
      '- { type: override, properties: { components: [{ name: new, type: worker, properties: { image: x } }] } }',
      '- { type: replication, properties: { keys: [a], selector: [db] } }',
      '- { name: quota, type: quota }',
      `- { type: garbage-collect, properties: ${rules} }`,
    ];
    const definition = `---
kind: PolicyDefinition
metadata: { name: quota }
spec: { schematic: { cue: { template: "output: {apiVersion: \\"v1\\", kind: \\"ConfigMap\\"}" } } }
`;
    expect(saidOf(applicationWith(policies(...made)) + definition)).toEqual([]);
  });

  it('have an effect where there are steps', () => {
    const words = (name: string, line: number) =>
      `warning[REFERENCE_NOT_FOUND] no step takes the policy ${name}: it has no effect; line ${line} at ; name it in the policies of a step of type deploy, or remove it`;
    const override = '- { name: o, type: override, properties: { selector: [web] } }';
    const step = (type: string, names = '') => steps(`- { type: ${type}, properties: { ${names} } }`);
    const both = policies(topology, override);
    expect(said(both, step('deploy', 'policies: [t]'))).toEqual([words('o', 9)]);
    expect(said(both, step('deploy', 'policies: [o]'))).toEqual([words('t', 8)]);
    expect(said(both, step('rollout-promotion'))).toEqual([]);
    const binding = policies('- { name: e, type: env-binding, properties: { envs: [{ name: prod }] } }');
    expect(said(binding, step('deploy2env', 'env: prod'))).toEqual([]);
  });

  it('are told where of two rollouts the first counts', () => {
    const rollouts = policies(
      '- { name: a, type: rollout, properties: { soak: 1m } }',
      '- { name: b, type: rollout, properties: { soak: 2m } }',
    );
    const words = (name: string, line: number, first: string) =>
      `warning[REFERENCE_NOT_FOUND] ${name} has no effect: of the rollouts that no step names, ${first} counts; line ${line} at ; name it in the policies of a step of type deploy, or remove it`;
    expect(said(rollouts)).toEqual([words('b', 9, 'a')]);
    expect(said(rollouts, steps('- { type: deploy, properties: { policies: [a] } }'))).toEqual([]);
    expect(said(rollouts, steps('- { type: deploy, properties: { policies: [b] } }'))).toEqual([]);
  });

  it('may be of components that a policy makes', () => {
    const line =
      '- { type: override, properties: { components: [{ name: new, type: worker, properties: { image: x } }, { name: new, traits: [{ type: scaler }] }], selector: [new] } }';
    expect(said(policies(line))).toEqual([]);
  });
});

describe('the workflow of an Application', () => {
  it.each<[rule: string, line: string, words: string]>([
    [
      'names policies that are there',
      '- { type: deploy, properties: { policies: [t, u] } }',
      'error[REFERENCE_NOT_FOUND] there is no policy u; line 12 at u; did you mean t?',
    ],
    [
      'names an env that is there',
      '- { type: deploy2env, properties: { policy: e, env: prd } }',
      'error[REFERENCE_NOT_FOUND] there is no env prd; line 12 at env; did you mean prod?',
    ],
    [
      'names an env-binding with deploy2env',
      '- { type: deploy, properties: { policies: [e] } }',
      'error[UNSUPPORTED] e is an env-binding; line 12 at e; a step of type deploy2env names it, with an env',
    ],
    [
      'names an env-binding that is one',
      '- { type: deploy2env, properties: { policy: t, env: prod } }',
      'error[REFERENCE_NOT_FOUND] t is not an env-binding; line 12 at policy; add one, and name it here',
    ],
    [
      'names components that are there',
      '- { type: apply-component, properties: { component: wbe } }',
      'error[REFERENCE_NOT_FOUND] there is no component wbe; line 12 at component; did you mean web?',
    ],
    [
      'excepts components that are there',
      '- { type: apply-remaining, properties: { exceptions: { wbe: {} } } }',
      'error[REFERENCE_NOT_FOUND] there is no component wbe; line 12 at wbe; did you mean web?',
    ],
    [
      'excepts components as a whole',
      '- { type: apply-remaining, properties: { exceptions: { web: { skipApplyWorkload: false } } } }',
      'error[UNSUPPORTED] a component is delivered whole, or not at all; line 12 at skipApplyWorkload; remove it, or deliver the component by a step of its own',
    ],
    [
      'takes what all components get no properties for',
      '- { type: apply-application, properties: { component: web } }',
      'error[UNKNOWN_FIELD] unknown field component; line 12 at component; remove it',
    ],
    [
      'has durations',
      '- { type: suspend, properties: { duration: 5x } }',
      'error[DOCUMENT_INVALID] 5x is not a duration; line 12 at duration; use the form 90s, 15m or 1h30m',
    ],
    [
      'has steps in each group',
      '- { name: g, type: step-group, subSteps: [] }',
      'error[DOCUMENT_INVALID] the group g has no steps; line 12 at ; write them as subSteps, or remove it',
    ],
    [
      'names the key of a Secret',
      '- { type: webhook, properties: { url: { secretRef: { name: hooks } } } }',
      'error[DOCUMENT_INVALID] url.secretRef.key is missing; line 12 at secretRef; write secretRef: { name: hooks, key: url }: the address is in the file hooks/url of effects.secretsDir of the hub',
    ],
    [
      'has steps with some time',
      '- { type: suspend, timeout: 0s }',
      'error[DOCUMENT_INVALID] a step that has no time fails at once; line 12 at timeout; use the form 90s, 15m or 1h30m',
    ],
    [
      'takes what context has',
      '- { type: webhook, inputs: [{ from: context.nmae, parameterKey: url.value }] }',
      'error[REFERENCE_NOT_FOUND] there is no context.nmae; line 12 at from; did you mean name?',
    ],
    [
      'brings each object once',
      '- { type: step-group, subSteps: [{ name: a, type: export2config, properties: { configName: c, data: {} } }, { type: export2config, properties: { configName: c, data: {} } }] }',
      'error[DELIVERY_CONFLICT] step a brings the same object: ConfigMap default/c; line 12 at properties; give one of the two another name, or remove one',
    ],
    [
      'has steps in groups alone',
      '- { type: deploy, subSteps: [{ type: suspend }] }',
      'error[DOCUMENT_INVALID] a step of type deploy has no steps of its own; line 12 at subSteps; give the type step-group',
    ],
    [
      'has properties of the step',
      '- { type: deploy, properties: { policy: [t] } }',
      'error[UNKNOWN_FIELD] unknown field policy; line 12 at policy; fields here: policies, auto, parallelism, ignoreTerraformComponent',
    ],
    [
      'says what to do instead of a step that is not there',
      '- { type: vela-cli }',
      'error[UNSUPPORTED] the workflow step vela-cli is not supported; line 12 at type; do it in CI, before the commit: a hub of Sluice holds no credentials of clusters, clouds or registries',
    ],
    [
      'lists the steps for an unknown one',
      '- { type: deplore }',
      'error[UNSUPPORTED] the workflow step deplore is not supported; line 12 at type; did you mean deploy?',
    ],
    [
      'has members that are known',
      '- { type: deploy, dependson: [a] }',
      'error[UNKNOWN_FIELD] unknown field spec.workflow.steps[0].dependson; line 12 at dependson; did you mean dependsOn?',
    ],
  ])('%s', (_, line, words) => {
    const binding = '- { name: e, type: env-binding, properties: { envs: [{ name: prod }] } }';
    const errors = said(policies(topology, binding), steps(line)).filter((one) => !one.includes('no step takes'));
    expect(errors).toEqual([words]);
  });

  it('has batches that are there', () => {
    const trait = 'traits: [{ type: rollout, properties: { rolloutBatches: [{ replicas: 1 }, { replicas: 1 }] } }]';
    const doc = applicationWith(steps('- { type: canary-rollout, properties: { batchPartition: 2 } }'))
      .replace('statefulset', 'webservice')
      .replaceAll(/(?<=image: \S+ \}) \}/g, `, ${trait} }`);
    expect(saidOf(doc)).toEqual([
      'error[REFERENCE_NOT_FOUND] there is no batch 2: the trait rollout has 2, from 0 to 1; line 9 at batchPartition; write the last batch that the step is done with',
    ]);
  });

  it('may be a plain list, whose problems stand at its items', () => {
    const list = 'workflow:\n  - { type: deploy, properties: { policies: [t] } }\n  - { type: deplore }\n';
    expect(said(policies(topology), list)).toEqual([
      'error[UNSUPPORTED] the workflow step deplore is not supported; line 11 at type; did you mean deploy?',
    ]);
  });

  it('makes an Application without components one', () => {
    const doc = (more: string): string =>
      `kind: Application\nmetadata: { name: a }\nspec: { components: [], ${more} }\n`;
    expect(
      saidOf(doc('workflow: { steps: [{ type: print-message-in-status, properties: { message: hello } }] }')),
    ).toEqual([]);
    expect(saidOf('kind: Application\nmetadata: { name: a }\nspec: { components: [] }\n')).toEqual([
      'error[DOCUMENT_INVALID] spec.components must not be empty; line 3 at components',
    ]);
  });

  it('may say of an env-binding whether its envs are created, which means nothing', () => {
    const line = '- { type: env-binding, properties: { created: false, envs: [{ name: prod }] } }';
    expect(said(policies(line))).toEqual([]);
  });

  it.each(['deploy-cloud-resource', 'webhook-notification', 'deploy-components', 'read-app', 'create-config'])(
    'says what to do instead of %s, and does not list all steps',
    (type) => {
      const [line, ...more] = said(policies(topology), steps(`- { type: ${type} }`));
      expect(more).toEqual([]);
      expect(line).toMatch(/is not supported; line 11 at type; (?!supported steps|did you mean)/);
    },
  );

  it('takes no input that says where a step delivers: that is told before anything is delivered', () => {
    const giver =
      '- { name: g, type: request, properties: { url: "https://a.example" }, outputs: [{ name: u, valueFrom: response }] }';
    const taker = '- { type: deploy, inputs: [{ from: u, parameterKey: policies }] }';
    expect(said(steps(giver, taker))).toEqual([
      expect.stringMatching(
        /error\[UNSUPPORTED\] an input cannot give policies of a step deploy: .*at parameterKey; here inputs give auto, parallelism; /,
      ),
    ]);
  });

  it.each([
    '- { type: suspend }',
    '- { type: apply-application }',
    '- { type: apply-remaining, properties: { exceptions: [db] } }',
    '- { type: apply-remaining, properties: { exceptions: { db: { skipApplyWorkload: true, skipAllTraits: true } } } }',
    '- { type: deploy, properties: { auto: false } }',
    '- { type: deploy, if: always, timeout: 5m }',
    '- { type: deploy, if: "context.name == x" }',
    '- { type: deploy, outputs: [{ name: a, valueFrom: b }] }',
    '- { type: webhook, inputs: [{ from: context.name, parameterKey: url.value }] }',
    '- { type: step-group, subSteps: [{ type: suspend }] }',
  ])('holds back what comes after: %s', (line) => {
    expect(said(steps(line))).toEqual([]);
  });

  it('may have waves, steps that wait for others, and components one after the other', () => {
    const step = (name: string, type: string, more: string): string =>
      `- { name: ${name}, type: ${type}, properties: { ${more} } }`;
    const deploy = (name: string) => step(name, 'deploy', 'policies: [t]');
    expect(said(policies(topology), steps(deploy('a'), deploy('b')))).toEqual([]);
    expect(said(policies('- { type: rollout, properties: { maxConcurrent: 1 } }'))).toEqual([]);
    const finish = '- { type: rollout, properties: { onNewRevision: finish } }';
    expect(said(policies(finish))).toEqual([]);
    const apply = (name: string) => step(name, 'apply-component', 'component: web');
    expect(said(steps(apply('a'), apply('b')))).toEqual([]);
  });
});

describe('an ApplicationDeployment', () => {
  const deployment = `---
kind: ApplicationDeployment
metadata: { name: d }
spec: { appRevisions: [{ revisionName: app-v1, placement: [{ clusterSelector: { name: c1 } }] }] }
`;
  it('2.24 does not name an Application that delivers itself', () => {
    const words = expect.stringMatching(
      /^error\[DELIVERY_CONFLICT\] default\/app has a workflow or policies/,
    ) as string;
    expect(saidOf(applicationWith(policies(topology)) + deployment)).toEqual([words]);
    expect(saidOf(applicationWith('workflow: { steps: [] }\n') + deployment)).toEqual([words]);
  });

  it('names one that only records revisions, or that overrides nothing but its content', () => {
    const only = applicationWith(policies(topology)).replace(
      'name: app }',
      'name: app, annotations: { app.oam.dev/revision-only: "true" } }',
    );
    expect(saidOf(only + deployment)).toEqual([]);
    expect(saidOf(applicationWith(policies('- { type: override }')) + deployment)).toEqual([]);
  });
});
