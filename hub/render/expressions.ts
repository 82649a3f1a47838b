import type { CueEvaluator, CueOutcome } from '../cue/engine.ts';
import { syntaxTemplate } from '../cue/expression.ts';
import { docKey, type Application, type Definition } from '../model/documents.ts';
import type { Fleet } from '../model/fleet.ts';
import { valueAt } from '../model/json-map.ts';
import type { Steps } from '../model/reporter.ts';
import type { Problem, Sourced } from '../model/source.ts';
import type { WorkflowStep } from '../model/workflow.ts';

/** A text of CUE in a document. */
interface Written {
  readonly what: string;
  readonly path: Steps;
  readonly text: string;
  /** What it can name beside `parameter` and `context`; null = that is not known before it is evaluated. */
  readonly names: readonly string[] | null;
}

interface Placed extends Written {
  readonly in: Pick<Sourced<unknown>, 'locate'>;
  readonly app?: string;
  readonly severity: Problem['severity'];
}

// A fleet never changes: only what a commit brings is looked at.
const known = new WeakMap<Fleet, readonly Problem[]>();

/**
 * What no evaluator can read of the texts of CUE whose turn comes later: conditions and outputs of steps, outputs of components, and what
 * definitions say of health. A text of a definition is a warning, because nothing may use it. Never throws for what a document says.
 */
export async function unreadableTexts(
  cue: CueEvaluator,
  fleet: Fleet,
  signal: AbortSignal,
): Promise<readonly Problem[]> {
  const before = known.get(fleet);
  if (before !== undefined) return before;
  const texts = textsIn(fleet);
  const programs = texts.map(({ what, text, names }) => ({
    ...{ subject: what, parameter: {}, context: {} },
    template: syntaxTemplate(text, names),
  }));
  const outcomes = programs.length === 0 ? [] : await cue.evaluate(programs, signal);
  const problems = texts.flatMap((one, index) => problemOf(one, outcomes[index]));
  known.set(fleet, problems);
  return problems;
}

function problemOf({ what, path, app, severity, ...one }: Placed, outcome: CueOutcome | undefined): readonly Problem[] {
  if (outcome === undefined || outcome.ok) return [];
  // Where it is wrong is told of the text that was made of it.
  const words = (outcome.faults[0]?.message ?? '')
    .replace(/^the template is wrong[^:]*: /, '')
    .replace("found '}'", 'and it ends');
  const told = {
    code: 'DOCUMENT_INVALID',
    severity,
    message: `${what} cannot be read: ${words}`,
  } as const;
  const hint =
    one.names === null ? 'mend this text of CUE' : 'write CUE, like status.deploy.failed or context.name == "web"';
  return [
    {
      ...told,
      hint,
      place: one.in.locate(path),
      ...(app !== undefined && { app }),
    },
  ];
}

function textsIn({ applications, definitions }: Fleet): readonly Placed[] {
  return [
    ...applications.flatMap((sourced) => {
      const all = [
        ...stepTexts(sourced.doc.spec.workflow?.steps ?? [], ['spec', 'workflow', 'steps']),
        ...outputTexts(sourced.doc),
      ];
      return all.map((one) => ({
        ...one,
        in: sourced,
        app: docKey(sourced.doc),
        severity: 'error' as const,
      }));
    }),
    ...definitions.flatMap((sourced) =>
      statusTexts(sourced.doc).map((one) => ({
        ...one,
        in: sourced,
        severity: 'warning' as const,
      })),
    ),
  ];
}

function stepTexts(steps: readonly WorkflowStep[], base: Steps): readonly Written[] {
  return steps.flatMap((step, index) => {
    const { if: condition, outputs = [], subSteps = [] } = step;
    const path = [...base, index];
    const given = outputs.map(({ name, valueFrom }, place) => ({
      what: `output ${name}`,
      path: [...path, 'outputs', place, 'valueFrom'],
      text: valueFrom,
      names: null,
    }));
    const asked = {
      what: 'the condition',
      path: [...path, 'if'],
      names: ['status', 'inputs'],
    };
    const own = condition === undefined || condition === 'always' ? [] : [{ ...asked, text: condition }];
    return [...own, ...given, ...stepTexts(subSteps, [...path, 'subSteps'])];
  });
}

function outputTexts({ spec }: Application): readonly Written[] {
  return spec.components.flatMap(({ outputs = [] }, index) =>
    outputs.map(({ name, valueFrom }, place) => ({
      what: `output ${name}`,
      path: ['spec', 'components', index, 'outputs', place, 'valueFrom'],
      text: valueFrom,
      names: null,
    })),
  );
}

function statusTexts({ spec }: Definition): readonly Written[] {
  return (['healthPolicy', 'customStatus', 'details'] as const).flatMap((member) => {
    const text = valueAt(spec, 'status', member);
    if (typeof text !== 'string' || text.trim() === '') return [];
    return [{ what: member, path: ['spec', 'status', member], text, names: null }];
  });
}
