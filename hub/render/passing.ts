import { isEqual } from '../../shared/lib/equal.ts';
import type { CueEvaluator } from '../cue/engine.ts';
import { valueAt as valueIn } from '../cue/paths.ts';
import type { Component } from '../model/documents.ts';
import { hasFailed, type Attempt, type RenderFault } from '../model/fault.ts';
import { valueAt } from '../model/json-map.ts';
import { circleIn, dependenciesOf, giversOf } from '../model/order.ts';
import type { Steps } from '../model/reporter.ts';
import { keySteps, withValueAt } from '../workflow/parameter-key.ts';
import { isThere, outputOf, type Given, type LiveValues, type Taken, type Withheld } from './outputs.ts';

interface Rendered {
  /** Absent = others take nothing of it. */
  readonly given?: Given;
  readonly withheld?: Withheld;
}

/** A component, and where it stands in the document. */
interface Part {
  readonly component: Component;
  readonly path: Steps;
}

/** How the components of a revision are rendered, and what their expressions are evaluated with. */
export interface Passing<P extends Part, T extends Rendered> {
  readonly cue: CueEvaluator;
  readonly render: (part: P) => Promise<Attempt<T>>;
  /** What stands for a component that is not rendered yet. */
  readonly withhold: (part: P, why: Withheld) => T;
  readonly contextOf: (part: P) => Readonly<Record<string, unknown>>;
  readonly live: LiveValues;
  readonly signal: AbortSignal;
}

/** Renders components, each once those are rendered that give its inputs, with these in its properties. */
export async function renderPassing<P extends Part, T extends Rendered>(
  parts: readonly P[],
  passing: Passing<P, T>,
): Promise<readonly Attempt<T>[]> {
  const components = parts.map(({ component }) => component);
  if (components.every(({ inputs = [] }) => inputs.length === 0)) return Promise.all(parts.map(passing.render));
  const circle = circleIn(dependenciesOf(components));
  if (circle !== null) return [{ faults: [circleFault(circle)] }];
  const started = new Map<P, Promise<Attempt<T>>>();
  const rendered = (part: P): Promise<Attempt<T>> => {
    const known = started.get(part) ?? render(part);
    started.set(part, known);
    return known;
  };
  const render = async (part: P): Promise<Attempt<T>> => {
    const taking = { parts, passing, rendered };
    const filled = await withInputs(part, taking);
    const ready = isThere(filled) ? ((await firstWithheld(part, taking)) ?? filled) : filled;
    if (isThere(ready)) return passing.render({ ...part, component: ready.value });
    return 'withheld' in ready ? { value: passing.withhold(part, ready.withheld) } : ready;
  };
  return Promise.all(parts.map(rendered));
}

function circleFault(circle: readonly string[]): RenderFault {
  const message = `components wait for each other: ${circle.join(' -> ')}`;
  return { code: 'DOCUMENT_INVALID', message, path: ['spec', 'components'], hint: 'remove one of their inputs' };
}

interface Taking<P extends Part, T extends Rendered> {
  readonly parts: readonly P[];
  readonly passing: Passing<P, T>;
  readonly rendered: (part: P) => Promise<Attempt<T>>;
}

/** What depends on a component that is not there waits with it: its agent would find nothing to wait for. */
async function firstWithheld<P extends Part, T extends Rendered>(
  { component: { name, dependsOn = [] } }: P,
  { parts, rendered }: Taking<P, T>,
): Promise<{ readonly withheld: Withheld } | null> {
  for (const other of parts) {
    if (!dependsOn.includes(other.component.name)) continue;
    const attempt = await rendered(other);
    const withheld = hasFailed(attempt) ? undefined : attempt.value.withheld;
    if (withheld !== undefined) {
      return { withheld: { ...withheld, message: `${name} waits for ${other.component.name}` } };
    }
  }
  return null;
}

/** A component with its inputs in its properties. Where what gives one cannot be rendered, that alone is told. */
async function withInputs<P extends Part, T extends Rendered>(
  part: P,
  taking: Taking<P, T>,
): Promise<Taken<Component>> {
  const { component } = part;
  let properties: unknown = component.properties ?? {};
  for (const [at, { from, parameterKey }] of (component.inputs ?? []).entries()) {
    const path = [...part.path, 'inputs', at];
    const taken = await inputOf(part, from, { path, taking });
    if (!isThere(taken)) return taken;
    const key = keySteps(parameterKey) ?? [parameterKey];
    const written = valueIn(properties, key);
    if (written !== undefined && !isEqual(written, taken.value)) {
      const message = `the property ${parameterKey} has a value, and the input ${from} gives another`;
      return fault({
        code: 'DOCUMENT_INVALID',
        message,
        path: [...path, 'parameterKey'],
        hint: 'remove one of the two',
      });
    }
    properties = withValueAt(properties, key, taken.value);
  }
  return { value: { ...component, properties: properties as NonNullable<Component['properties']> } };
}

async function inputOf<P extends Part, T extends Rendered>(
  part: P,
  from: string,
  { path, taking }: { readonly path: Steps; readonly taking: Taking<P, T> },
): Promise<Taken<unknown>> {
  const { parts, passing, rendered } = taking;
  const taker = part.component.name;
  const [giver] = giversOf(parts.map(({ component }) => component)).get(from) ?? [];
  const giving = parts.find(({ component }) => component.name === giver);
  if (giving !== undefined) {
    const attempt = await rendered(giving);
    if (hasFailed(attempt)) return { faults: [] };
    const { given, withheld } = attempt.value;
    if (withheld !== undefined) return { withheld: { ...withheld, message: `${taker} waits for ${giver}` } };
    const { cue, live, signal } = passing;
    const context = passing.contextOf(giving);
    return outputOf(giving.component, from, { cue, live, signal, context, path: giving.path, given, taker });
  }
  const [first, ...members] = from.split('.');
  const value = first === 'context' ? valueAt(passing.contextOf(part), ...members) : undefined;
  if (value !== undefined) return { value };
  const message =
    first === 'context'
      ? `its input ${from} is not there`
      : `its input ${from} is of a component that is not delivered together with it`;
  const hint = 'deliver the two together, or write the value into its properties';
  return fault({ code: 'REFERENCE_NOT_FOUND', message, path: [...path, 'from'], hint });
}

function fault(one: RenderFault): { readonly faults: readonly RenderFault[] } {
  return { faults: [one] };
}
