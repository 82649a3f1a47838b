import type { CueEngine, CueEvaluator, CueOutcome } from '../cue/engine.ts';
import { syntaxTemplate, type Reading } from '../cue/expression.ts';
import { docKey, type Application, type Definition } from '../model/documents.ts';
import type { Fleet } from '../model/fleet.ts';
import { valueAt } from '../model/json-map.ts';
import type { Steps } from '../model/reporter.ts';
import type { Problem, Sourced } from '../model/source.ts';
import type { WorkflowStep } from '../model/workflow.ts';

/** A text of CUE in a document; what it can name is not always known before it is evaluated. */
interface Written extends Reading {
  readonly what: string;
  readonly path: Steps;
  readonly text: string;
}

interface Placed extends Written {
  readonly in: Pick<Sourced<unknown>, 'locate'>;
  /** The document. */
  readonly of: string;
  readonly app?: string;
  readonly severity: Problem['severity'];
}

// A fleet never changes: only what a commit brings is looked at.
const known = new WeakMap<Fleet, readonly Problem[]>();

/**
 * What no evaluator can read of the texts of CUE whose turn comes later: conditions and outputs of steps, outputs of components, and what
 * definitions say of health. A text of a definition is a warning, because nothing may use it. Nothing is evaluated, and the texts of a
 * document take the time of an application at most. Where there is no evaluator now, nothing is told, and the next call asks again. Never
 * throws, unless it is aborted.
 */
export async function unreadableTexts(cue: CueEngine, fleet: Fleet, signal: AbortSignal): Promise<readonly Problem[]> {
  const before = known.get(fleet);
  if (before !== undefined) return before;
  const groups = [...Map.groupBy(textsIn(fleet), ({ of }) => of)];
  try {
    const found = await Promise.all(groups.map(([of, texts]) => problemsOf(cue.forApplication(of), texts, signal)));
    const problems = found.flat();
    known.set(fleet, problems);
    return problems;
  } catch {
    signal.throwIfAborted();
    // Rendering tells that there is no evaluator.
    return [];
  }
}

async function problemsOf(
  cue: CueEvaluator,
  texts: readonly Placed[],
  signal: AbortSignal,
): Promise<readonly Problem[]> {
  const read = texts.map((one) => ({ one, ...syntaxTemplate(one.text, one) }));
  const programs = read.map(({ one: { what }, template }) => ({ subject: what, template, parameter: {}, context: {} }));
  const outcomes = await cue.evaluate(programs, signal);
  return read.flatMap(({ one, nowhere }, index) => {
    const fault = faultIn(outcomes[index], nowhere);
    return fault === null ? [] : [problemOf(one, fault)];
  });
}

/** What is wrong with a text, where that could be told. */
function faultIn(outcome: CueOutcome | undefined, nowhere: string): string | null {
  if (outcome === undefined || outcome.ok) return null;
  const [fault] = outcome.faults;
  if (fault === undefined || fault.code === 'RENDER_TIMEOUT' || fault.message.includes(nowhere)) return null;
  // Where it is wrong is told of the text that was made of it.
  return fault.message.replace(/^the template is wrong[^:]*: /, '').replace("found 'EOF'", 'and it ends');
}

function problemOf({ what, path, app, severity, names, ...one }: Placed, fault: string): Problem {
  return {
    code: 'DOCUMENT_INVALID',
    severity,
    message: `${what} cannot be read: ${fault}`,
    hint: names === null ? 'mend this text of CUE' : 'write CUE, like status.deploy.failed or context.name == "web"',
    place: one.in.locate(path),
    ...(app !== undefined && { app }),
  };
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
        of: docKey(sourced.doc),
        app: docKey(sourced.doc),
        severity: 'error' as const,
      }));
    }),
    ...definitions.flatMap((sourced) =>
      statusTexts(sourced.doc).map((one) => ({
        ...one,
        in: sourced,
        of: `${sourced.doc.kind} ${docKey(sourced.doc)}`,
        severity: 'warning' as const,
      })),
    ),
  ];
}

const expression: Reading = { names: null, isExpression: true };

function stepTexts(steps: readonly WorkflowStep[], base: Steps): readonly Written[] {
  return steps.flatMap((step, index) => {
    const { if: condition, outputs = [], subSteps = [] } = step;
    const path = [...base, index];
    const given = outputs.map(({ name, valueFrom }, place) => ({
      what: `output ${name}`,
      path: [...path, 'outputs', place, 'valueFrom'],
      text: valueFrom,
      ...expression,
    }));
    const asked = {
      what: 'the condition',
      path: [...path, 'if'],
      ...{ names: ['status', 'inputs'], isExpression: true },
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
      ...expression,
    })),
  );
}

function statusTexts({ spec }: Definition): readonly Written[] {
  return (['healthPolicy', 'customStatus', 'details'] as const).flatMap((member) => {
    const text = valueAt(spec, 'status', member);
    if (typeof text !== 'string' || text.trim() === '') return [];
    return [{ what: member, path: ['spec', 'status', member], text, names: null, isExpression: false }];
  });
}
