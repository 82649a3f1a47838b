import { namespaceOf, type Application, type PolicyDocument } from '../model/documents.ts';
import type { Reporter, Steps } from '../model/reporter.ts';
import { policyName, type Workflow, type WorkflowStep } from '../model/workflow.ts';
import { suggestion } from './problems.ts';
import type { References } from './references.ts';
import { definitionsIn, withTemplates } from './step-definitions.ts';

type Documents = Pick<References, 'policyDocuments' | 'workflowDocuments' | 'stepDefinitions'>;

// A document never changes while its file stays as it is: what was resolved of the same ones is the same value.
const known = new WeakMap<Application, { readonly from: readonly unknown[]; readonly doc: Application }>();

/**
 * An application with what stands in documents of their own: the steps of the Workflow that it refers to, the policies that its
 * steps name and that it has not itself, and the templates of steps that the repository defines. So a revision pins them, and everything after validation reads one document.
 */
export function resolveApplication(doc: Application, documents: Documents): Application {
  const { workflow } = doc.spec;
  if (workflow === undefined) return doc;
  const namespace = namespaceOf(doc);
  const referred = workflow.ref === undefined ? null : documents.workflowDocuments.get(`${namespace}/${workflow.ref}`);
  const steps = referred?.steps ?? workflow.steps ?? [];
  const found = namedElsewhere(doc, steps).flatMap(
    ({ name }) => documents.policyDocuments.get(`${namespace}/${name}`) ?? [],
  );
  const { stepDefinitions } = documents;
  const from = [referred, ...found, ...definitionsIn(steps, namespace, stepDefinitions)];
  if (from.every((one) => one === null || one === undefined)) return doc;
  const before = known.get(doc);
  if (before?.from.length === from.length && before.from.every((one, index) => one === from[index])) return before.doc;
  const made = withTemplates(steps, namespace, stepDefinitions);
  const resolved = withDocuments(doc, { steps: made, policies: found, mode: workflow.mode ?? referred?.mode });
  known.set(doc, { from, doc: resolved });
  return resolved;
}

interface Found {
  readonly steps: readonly WorkflowStep[];
  readonly policies: readonly PolicyDocument[];
  readonly mode: Workflow['mode'];
}

function withDocuments(doc: Application, { steps, policies: found, mode }: Found): Application {
  const policies = [...(doc.spec.policies ?? []), ...found.map(entryOf)];
  return {
    ...doc,
    spec: {
      ...doc.spec,
      ...(policies.length > 0 && { policies }),
      workflow: { steps: [...steps], ...(mode !== undefined && { mode }) },
    },
  };
}

/** Reports what an application refers to and is not there, or is broken; true when there is nothing of it. */
export function checkReferred(doc: Application, documents: Documents, reporter: Reporter): boolean {
  const { workflow } = doc.spec;
  const namespace = namespaceOf(doc);
  const ref = workflow?.ref;
  if (ref !== undefined) {
    const at = ['spec', 'workflow', 'ref'];
    const key = `${namespace}/${ref}`;
    const referred = documents.workflowDocuments.get(key);
    if (workflow?.steps !== undefined) {
      reporter.error('DOCUMENT_INVALID', at, 'ref and steps are given', 'remove one of the two');
      return false;
    }
    if (referred === undefined) {
      const hint = suggestion(key, [...documents.workflowDocuments.keys()], 'Workflow documents');
      reporter.error('REFERENCE_NOT_FOUND', at, `there is no Workflow ${key}`, hint);
      return false;
    }
    if (referred === null) {
      reporter.error('DOCUMENT_INVALID', at, `Workflow ${key} is broken`, 'mend that document first');
      return false;
    }
  }
  const broken = namedElsewhere(doc, workflow?.steps ?? []).filter(
    ({ name }) => documents.policyDocuments.get(`${namespace}/${name}`) === null,
  );
  for (const { name, path } of broken) {
    reporter.error('DOCUMENT_INVALID', path, `Policy ${namespace}/${name} is broken`, 'mend that document first');
  }
  return broken.length === 0;
}

function entryOf({ metadata: { name }, type, properties }: PolicyDocument) {
  return { name, type, ...(properties !== undefined && { properties }) };
}

/** The policies that steps name and that the application does not have itself, each once, where it is named first. */
function namedElsewhere(
  { spec: { policies = [] } }: Application,
  steps: readonly WorkflowStep[],
): readonly { readonly name: string; readonly path: Steps }[] {
  const own = new Set(policies.map(policyName));
  const found = new Map<string, Steps>();
  const look = (list: readonly WorkflowStep[], base: Steps): void => {
    for (const [index, { properties = {}, subSteps = [] }] of list.entries()) {
      const path = [...base, index];
      const { policies: names, policy } = properties;
      const named: readonly unknown[] = Array.isArray(names) ? names : [policy];
      for (const [place, name] of named.entries()) {
        const at = Array.isArray(names) ? ['policies', place] : ['policy'];
        if (typeof name === 'string' && !own.has(name) && !found.has(name)) {
          found.set(name, [...path, 'properties', ...at]);
        }
      }
      look(subSteps, [...path, 'subSteps']);
    }
  };
  look(steps, ['spec', 'workflow', 'steps']);
  return [...found].map(([name, path]) => ({ name, path }));
}
