import { startSlices } from '../../shared/lib/slices.ts';
import type { CueEngine, CueOutcome } from '../cue/engine.ts';
import { syntaxTemplate, type Reading } from '../cue/expression.ts';
import type { Application, Definition, WorkflowDocument } from '../model/documents.ts';
import { valueAt } from '../model/json-map.ts';
import type { Reporter, Steps } from '../model/reporter.ts';
import type { RawDocument } from '../model/source.ts';
import type { WorkflowStep } from '../model/workflow.ts';
import { readDocument, type ReadDocument } from './read.ts';

/** A text of CUE in a document; what it can name is not always known before it is evaluated. */
interface Written extends Reading {
  readonly what: string;
  readonly path: Steps;
  readonly text: string;
}

/** What is wrong with a text of CUE. */
export interface TextFault {
  /** A text of a definition is a warning, because nothing may use it. */
  readonly severity: 'error' | 'warning';
  readonly path: Steps;
  readonly message: string;
  readonly hint: string;
}

/** The texts that cannot be read, by document. */
export type TextFaults = ReadonlyMap<RawDocument, readonly TextFault[]>;

/** What reading a document costs, in units of a slice. */
const documentUnits = 15;

// The loader gives the same value again for a document whose file did not change: only what a commit brings is looked at.
const known = new WeakMap<RawDocument, readonly TextFault[]>();

/**
 * What no evaluator can read of the texts of CUE whose turn comes later: conditions and outputs of steps, outputs of components, and what
 * definitions say of health. Nothing is evaluated, and the texts of a document take the time of an application at most. Where there is no
 * evaluator now, nothing is told, and the next call asks again. Never throws, unless it is aborted.
 */
export async function unreadableTexts(
  cue: CueEngine,
  documents: readonly RawDocument[],
  signal: AbortSignal,
): Promise<TextFaults> {
  const slices = startSlices();
  const asked: Promise<void>[] = [];
  for (const raw of documents) {
    if (known.has(raw)) continue;
    const read = readDocument(raw);
    const texts = textsIn(read);
    if (texts.length === 0) known.set(raw, []);
    else asked.push(ask(cue, read, { raw, texts, signal }));
    await slices.spend(documentUnits);
  }
  await Promise.all(asked);
  return new Map(documents.map((raw) => [raw, known.get(raw) ?? []]));
}

async function ask(
  cue: CueEngine,
  { kind, key }: ReadDocument,
  {
    raw,
    texts,
    signal,
  }: { readonly raw: RawDocument; readonly texts: readonly Written[]; readonly signal: AbortSignal },
): Promise<void> {
  const read = texts.map((one) => ({ one, ...syntaxTemplate(one.text, one) }));
  const programs = read.map(({ one: { what }, template }) => ({ subject: what, template, parameter: {}, context: {} }));
  const severity = kind.endsWith('Definition') ? 'warning' : 'error';
  try {
    const outcomes = await cue.forApplication(`${kind} ${key ?? ''}`).evaluate(programs, signal);
    const faults = read.flatMap(({ one, nowhere }, index) => {
      const words = faultIn(outcomes[index], nowhere);
      return words === null ? [] : [{ severity, ...faultOf(one, words) } as const];
    });
    known.set(raw, faults);
  } catch {
    signal.throwIfAborted();
    // Rendering tells that there is no evaluator.
  }
}

/** What is wrong with a text, where that could be told. */
function faultIn(outcome: CueOutcome | undefined, nowhere: string): string | null {
  if (outcome === undefined || outcome.ok) return null;
  const [fault] = outcome.faults;
  if (fault === undefined || fault.code === 'RENDER_TIMEOUT' || fault.message.includes(nowhere)) return null;
  // Where it is wrong is told of the text that was made of it.
  return fault.message.replace(/^the template is wrong[^:]*: /, '').replace("found 'EOF'", 'and it ends');
}

function faultOf({ what, path, names }: Written, words: string): Omit<TextFault, 'severity'> {
  const hint =
    names === null ? 'mend this text of CUE' : 'write CUE, like status.deploy.failed or context.name == "web"';
  return { path, message: `${what} cannot be read: ${words}`, hint };
}

/**
 * A document of which its reporter knows which texts cannot be read. A Workflow of which one cannot is broken for the applications
 * that refer to it.
 */
export function withTextFaults(read: ReadDocument, faults: readonly TextFault[] = []): ReadDocument {
  const { doc, reporter } = read;
  for (const fault of faults) report(fault, reporter);
  return read.kind === 'Workflow' && doc !== null && reporter.failed() ? { ...read, doc: null, rest: doc } : read;
}

function report({ severity, path, message, hint }: TextFault, { error, warn }: Reporter): void {
  const say = severity === 'error' ? error : warn;
  say('DOCUMENT_INVALID', path, message, hint);
}

function textsIn({ kind, doc }: ReadDocument): readonly Written[] {
  if (doc === null) return [];
  if (kind === 'Workflow') return stepTexts((doc as WorkflowDocument).steps, ['steps']);
  if (kind.endsWith('Definition')) return statusTexts(doc as Definition);
  if (kind !== 'Application') return [];
  const { spec } = doc as Application;
  return [...stepTexts(spec.workflow?.steps ?? [], ['spec', 'workflow', 'steps']), ...outputTexts(spec)];
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

function outputTexts({ components }: Application['spec']): readonly Written[] {
  return components.flatMap(({ outputs = [] }, index) =>
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
