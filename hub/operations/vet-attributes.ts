import { isMap } from '../model/json-map.ts';
import type { Definition } from '../model/documents.ts';
import type { Problem, Sourced } from '../model/source.ts';
import { suggestion } from '../validate/problems.ts';

/** Members of `spec` that KubeVela knows. */
const both = ['schematic', 'status', 'extension', 'definitionRef', 'version'];
const known: Readonly<Record<string, readonly string[]>> = {
  ComponentDefinition: [...both, 'workload', 'childResourceKinds', 'revisionLabel', 'podSpecPath', 'controlPlaneOnly'],
  TraitDefinition: [
    ...both,
    ...['revisionEnabled', 'workloadRefPath', 'podDisruptive', 'appliesToWorkloads', 'conflictsWith', 'manageWorkload'],
    ...['controlPlaneOnly', 'stage', 'skipRevisionAffect'],
  ],
  PolicyDefinition: [...both, 'manageHealthCheck'],
  WorkflowStepDefinition: both,
  WorkloadDefinition: [...both, 'childResourceKinds', 'revisionLabel', 'podSpecPath'],
};

/** Members of `spec` that mean nothing anywhere. */
export function attributeProblems({ doc, locate }: Sourced<Definition>): readonly Problem[] {
  const names = known[doc.kind] ?? [];
  return Object.keys(doc.spec)
    .filter((name) => !names.includes(name))
    .map((name) => ({
      code: 'UNKNOWN_FIELD',
      severity: 'warning',
      message: `${name} means nothing in a ${doc.kind}`,
      place: locate(['spec', name]),
      hint: suggestion(name, names, 'members'),
    }));
}

/** What a text of health must give, and what it may read of `context` beside what every template has. */
const given: Readonly<Record<string, string>> = { healthPolicy: 'isHealth', customStatus: 'message' };
const readable = [
  ...['output', 'outputs', 'status', 'name', 'namespace', 'appName', 'appRevision', 'appRevisionNum', 'revision'],
  ...[
    'cluster',
    'clusterVersion',
    'appLabels',
    'appAnnotations',
    'componentType',
    'components',
    'parameter',
    'replicaKey',
  ],
  ...['workflowName', 'publishVersion', 'componentName', 'clusterLabels', 'artifacts'],
];

/** A text of health, where it is, and what is wrong with what it gives and reads. */
export interface HealthText {
  readonly path: readonly string[];
  readonly template: string;
  readonly missing: readonly Omit<Problem, 'place'>[];
}

/** The texts of health of a definition. */
export function healthTexts({ spec }: Definition): readonly HealthText[] {
  const status = isMap(spec['status']) ? spec['status'] : {};
  return ['healthPolicy', 'customStatus', 'details'].flatMap((member) => {
    const template = status[member];
    if (typeof template !== 'string') return [];
    const missing = [...notGiven(member, template), ...notReadable(member, template)];
    return [{ path: ['spec', 'status', member], template, missing }];
  });
}

function notGiven(member: string, template: string): readonly Omit<Problem, 'place'>[] {
  const name = given[member];
  if (name === undefined || new RegExp(`^\\s*"?${name}"?\\s*[:!?]`, 'm').test(template)) return [];
  const message = `${member} gives no ${name}`;
  return [{ code: 'DOCUMENT_INVALID', severity: 'error', message, hint: `write ${name}: ... in it` }];
}

function notReadable(member: string, template: string): readonly Omit<Problem, 'place'>[] {
  const names = new Set([...template.matchAll(/\bcontext\.(\w+)/g)].map(([, name = '']) => name));
  return [...names]
    .filter((name) => !readable.includes(name))
    .map((name) => ({
      code: 'DOCUMENT_INVALID',
      severity: 'error',
      message: `${member} reads context.${name}, which is not there`,
      hint: suggestion(name, readable, 'members'),
    }));
}
