import { durationHint, durationSeconds } from '../model/duration.ts';
import type { Reporter, Steps } from '../model/reporter.ts';
import { stepName, type WorkflowStep } from '../model/workflow.ts';
import { contextMembers } from '../workflow/inputs.ts';
import { circleOf, needsOf, type OrderedStep } from '../workflow/order.ts';
import { keySteps } from '../workflow/parameter-key.ts';
import { suggestion } from './problems.ts';

/** A step with its name and place; those of groups are named beside all others. */
interface Placed {
  readonly name: string;
  readonly step: WorkflowStep;
  readonly path: Steps;
}

interface Where {
  readonly path: Steps;
  readonly reporter: Reporter;
}

/**
 * Checks what the steps of a workflow say of one another: names that come once, what they depend on, circles, expressions over
 * steps that are there, inputs that something gives.
 */
export function checkWorkflow(steps: readonly WorkflowStep[], { path, reporter }: Where): void {
  const all = placedSteps(steps, path);
  reportRepeated(all, reporter);
  reportRepeatedOutputs(all, reporter);
  const names = all.map(({ name }) => name);
  const outputs = all.flatMap(({ step }) => (step.outputs ?? []).map(({ name }) => name));
  for (const { step, path: at } of all) {
    checkTimeout(step, at, reporter);
    const condition = { path: [...at, 'if'], reporter };
    checkCondition(step.if, names, condition);
    checkAsked(step, outputs, condition);
    reportUnknownSteps(step.dependsOn ?? [], names, { path: [...at, 'dependsOn'], reporter });
    reportInputs(step.inputs ?? [], outputs, { path: [...at, 'inputs'], reporter });
  }
  reportCircle(steps, all, reporter);
}

function checkTimeout({ timeout }: WorkflowStep, at: Steps, reporter: Reporter): void {
  const seconds = timeout === undefined ? null : durationSeconds(timeout);
  if (timeout === undefined || (seconds !== null && seconds > 0)) return;
  const message = seconds === null ? `${timeout} is not a duration` : 'a step that has no time fails at once';
  reporter.error('DOCUMENT_INVALID', [...at, 'timeout'], message, durationHint);
}

function reportUnknownSteps(wanted: readonly string[], names: readonly string[], { path, reporter }: Where): void {
  for (const [index, name] of wanted.entries()) {
    if (names.includes(name)) continue;
    const hint = suggestion(name, names, 'steps');
    reporter.error('REFERENCE_NOT_FOUND', [...path, index], `there is no step ${name}`, hint);
  }
}

function reportInputs(
  inputs: NonNullable<WorkflowStep['inputs']>,
  outputs: readonly string[],
  { path, reporter }: Where,
): void {
  for (const [index, { from, parameterKey = '' }] of inputs.entries()) {
    if (parameterKey !== '' && keySteps(parameterKey) === null) {
      const message = `${parameterKey} names no member of the properties`;
      const hint = 'write data.url, or list[0].name';
      reporter.error('DOCUMENT_INVALID', [...path, index, 'parameterKey'], message, hint);
    }
    if (outputs.includes(from)) continue;
    if (from.startsWith('context.')) {
      checkContext(from, { path: [...path, index, 'from'], reporter });
      continue;
    }
    const hint = suggestion(from, outputs, 'outputs of steps');
    reporter.error('REFERENCE_NOT_FOUND', [...path, index, 'from'], `no step has an output ${from}`, hint);
  }
}

function checkContext(from: string, { path, reporter }: Where): void {
  const [, name = ''] = from.split('.');
  if ((contextMembers as readonly string[]).includes(name)) return;
  const hint = suggestion(name, contextMembers, 'members of context');
  reporter.error('REFERENCE_NOT_FOUND', path, `there is no ${from}`, hint);
}

function placedSteps(steps: readonly WorkflowStep[], path: Steps, group?: string): readonly Placed[] {
  return steps.flatMap((step, index) => {
    const [at, name] = [[...path, index], stepName(step, index, group)];
    return [{ name, step, path: at }, ...placedSteps(step.subSteps ?? [], [...at, 'subSteps'], name)];
  });
}

function reportRepeated(all: readonly Placed[], reporter: Reporter): void {
  const names = new Set<string>();
  for (const { name, path } of all) {
    if (names.has(name)) {
      reporter.error('DOCUMENT_INVALID', [...path, 'name'], `a second step named ${name}`, 'rename one');
    }
    names.add(name);
  }
}

/** `status.NAME` and `status["NAME"]` in an expression, and the same of `inputs`: members of these names elsewhere are none. */
const members = {
  status: /(?<![\w$.])status(?:\.([A-Za-z_$][\w$-]*)|\[\s*"([^"]+)"\s*\])/g,
  inputs: /(?<![\w$.])inputs(?:\.([A-Za-z_$][\w$]*)|\[\s*"([^"]+)"\s*\])/g,
};

function namedIn(condition: string | undefined, of: keyof typeof members): readonly string[] {
  return [...(condition ?? '').matchAll(members[of])].map(([, dotted, quoted]) => quoted ?? dotted ?? '');
}

function checkCondition(condition: string | undefined, names: readonly string[], { path, reporter }: Where): void {
  for (const name of namedIn(condition, 'status')) {
    // In CUE a name with a dash must be quoted: without it, it reads as a difference.
    if (names.includes(name)) continue;
    const hint = suggestion(name, names, 'steps');
    reporter.error('REFERENCE_NOT_FOUND', path, `there is no step ${name}`, hint);
    return;
  }
}

/** A condition knows the inputs of its own step alone: it would fail for another one once the delivery is there. */
function checkAsked({ if: condition, inputs = [] }: WorkflowStep, outputs: readonly string[], where: Where): void {
  const own = inputs.map(({ from }) => from);
  const name = namedIn(condition, 'inputs').find((one) => !own.includes(one));
  if (name === undefined) return;
  const hint = outputs.includes(name)
    ? `write inputs: [{ from: ${name} }] at this step`
    : suggestion(name, outputs, 'outputs of steps');
  where.reporter.error('REFERENCE_NOT_FOUND', where.path, `the step has no input ${name}`, hint);
}

/** Reports the steps that wait for one another, at the first step that needs them. */
function reportCircle(steps: readonly WorkflowStep[], all: readonly Placed[], reporter: Reporter): void {
  const found = circleOf(needsOf(orderedSteps(steps)));
  const first = all.find(({ name }) => name === found?.from);
  if (found === null || first === undefined) return;
  const message = `steps wait for one another: ${found.circle.join(' -> ')}`;
  const member = (first.step.dependsOn ?? []).length > 0 ? ['dependsOn'] : [];
  reporter.error('DOCUMENT_INVALID', [...first.path, ...member], message, 'remove one of these');
}

/** An input would be taken of either of two. */
function reportRepeatedOutputs(all: readonly Placed[], reporter: Reporter): void {
  const names = new Set<string>();
  for (const { step, path } of all) {
    for (const [index, { name }] of (step.outputs ?? []).entries()) {
      if (names.has(name)) {
        reporter.error(
          'DOCUMENT_INVALID',
          [...path, 'outputs', index, 'name'],
          `a second output named ${name}`,
          'rename one',
        );
      }
      names.add(name);
    }
  }
}

function orderedSteps(steps: readonly WorkflowStep[], group?: string): readonly OrderedStep[] {
  return steps.map((step, index) => {
    const { dependsOn = [], inputs = [], outputs = [], subSteps = [] } = step;
    const name = stepName(step, index, group);
    return { name, dependsOn, inputs, outputs, steps: orderedSteps(subSteps, name) };
  });
}
