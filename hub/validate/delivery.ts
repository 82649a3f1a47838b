import { namespaceOf, type Application, type PolicyDocument, type WorkflowDocument } from '../model/documents.ts';
import type { Reporter, Steps } from '../model/reporter.ts';
import { rolloutSettings } from '../model/rollout.ts';
import type { PolicyCheck } from '../policies/policy.ts';
import { policies as builtinPolicies } from '../policies/types/list.ts';
import { rollout } from '../policies/types/rollout.ts';
import { everyComponent } from '../policies/uses.ts';
import { renderedPolicies } from '../policies/user.ts';
import { broughtTwice } from '../workflow/brought.ts';
import { compile } from '../workflow/compile.ts';
import { driverFaults } from '../workflow/drivers.ts';
import { unusedPolicies } from '../workflow/unused.ts';
import { gatesOf } from '../workflow/gates.ts';
import { checkAnalysisJobs } from './analysis-jobs.ts';
import { checkPolicies, checkSteps, readPolicy } from './policies-and-steps.ts';
import type { References } from './references.ts';
import { checkReferred, resolveApplication } from './resolve.ts';
import { withTemplates } from './step-definitions.ts';
import { checkWorkflow } from './workflow.ts';

type Parts = Pick<PolicyCheck, 'reporter' | 'checkType'> & { readonly references: References };

/** Checks what an Application says of its delivery: its policies, and its workflow with what stands in documents of their own. */
export function checkDelivery(doc: Application, { references, ...where }: Parts): void {
  const { reporter } = where;
  const before = reporter.problems.length;
  checkPolicies(doc, references.policies, { ...where, selectable: selectableOf(doc, references) });
  if (!checkReferred(doc, references, reporter)) return;
  const resolved = resolveApplication(doc, references);
  const steps = resolved.spec.workflow?.steps ?? [];
  const { ref } = doc.spec.workflow ?? {};
  const path = ['spec', 'workflow', 'steps'];
  // What is wrong with the steps themselves is told at the Workflow document; here, what they lack in this application.
  const told = ref === undefined ? reporter : reporterAt(reporter, ['spec', 'workflow', 'ref']);
  const { delivered } = references;
  checkSteps(steps, references.steps, { application: resolved, delivered, path, reporter: told });
  if (ref === undefined) checkWorkflow(steps, { path, reporter });
  if (reporter.problems.slice(before).some(({ severity }) => severity === 'error')) return;
  checkJobs(resolved, references, reporter);
  const program = compile(resolved, references);
  for (const { path: at, message, hint } of gatesOf(program)) told.error('UNSUPPORTED', at, message, hint);
  const unused = reporter.failed() ? [] : unusedPolicies(program, resolved);
  for (const { path: at, message, hint } of unused) {
    reporter.warn('REFERENCE_NOT_FOUND', at, message, hint);
  }
  const brought = broughtTwice(program, resolved, namespaceOf(resolved));
  for (const { path: at, message, hint } of [...driverFaults(program, resolved), ...brought]) {
    told.error('DELIVERY_CONFLICT', at, message, hint);
  }
}

/** The Jobs that steps of policies ask; what is wrong in a Policy document is told at the Application that lacks the Job. */
function checkJobs(doc: Application, references: References, reporter: Reporter): void {
  const of = { components: everyComponent(doc, references.policies), namespace: namespaceOf(doc), references };
  for (const [index, { type, properties }] of (doc.spec.policies ?? []).entries()) {
    const read = type === rollout.type ? rolloutSettings.safeParse(properties ?? {}) : null;
    const path = ['spec', 'policies', index, 'properties'];
    if (read?.success === true) checkAnalysisJobs(read.data, of, { path, tell: reporter.error });
  }
}

/** What rules of policies can select by: with what policies make of components, those in documents of their own included. */
function selectableOf(doc: Application, references: References): NonNullable<PolicyCheck['selectable']> {
  const resolved = resolveApplication(doc, references);
  const components = everyComponent(resolved, references.policies);
  return { components, policies: renderedPolicies(resolved, builtinPolicies).map(({ component }) => component.name) };
}

/** Checks a workflow in a document of its own: what can be told without an application. */
export function checkWorkflowDocument(doc: WorkflowDocument, references: References, reporter: Reporter): void {
  const steps = withTemplates(doc.steps, namespaceOf(doc), references.stepDefinitions);
  checkSteps(steps, references.steps, { application: null, delivered: [], path: ['steps'], reporter });
  checkWorkflow(steps, { path: ['steps'], reporter });
}

/** Checks a policy in a document of its own: what can be told without an application. */
export function checkPolicyDocument(doc: PolicyDocument, references: References, reporter: Reporter): void {
  const { type, properties } = doc;
  readPolicy({ type, ...(properties !== undefined && { properties }) }, references.policies, { path: [], reporter });
}

function reporterAt(reporter: Reporter, path: Steps): Reporter {
  return {
    ...reporter,
    error: (code, _, message, hint) => reporter.error(code, path, message, hint),
    warn: (code, _, message, hint) => reporter.warn(code, path, message, hint),
  };
}
