import { z } from 'zod';
import type { Application } from '../../model/documents.ts';
import type { Reporter, Steps } from '../../model/reporter.ts';
import { everywhere } from '../everywhere.ts';
import type { MoveInput, Moves, ScaleStep } from '../move.ts';
import { batchesOf } from '../moves.ts';
import { delivering } from '../outcome.ts';
import { reportUnknown } from '../reference.ts';
import { defineStep } from '../step.ts';

const target = z.strictObject({ revision: z.string().min(1), weight: z.number().int().min(0).max(100) });

const schema = z.strictObject({
  /** The last batch that is done with it, from 0; absent = all of them. */
  batchPartition: z.number().int().min(0).optional(),
  traffic: z.strictObject({ weightedTargets: z.array(target).min(1) }).optional(),
});

type Target = z.infer<typeof target>;

/** `canary-rollout`: the batches up to that one are of the new copy, with so much of the traffic. */
export const canaryRollout = defineStep({
  type: 'canary-rollout',
  about: 'The batches of pods up to one are of the new copy, with a share of the traffic.',
  schema,
  check: ({ properties: { batchPartition, traffic } }, { application, path, reporter }) => {
    checkPartition(batchPartition, application, [...path, 'batchPartition'], reporter);
    const targets = traffic?.weightedTargets ?? [];
    const at = [...path, 'traffic', 'weightedTargets'];
    const names = application.spec.components.map(({ name }) => name);
    for (const [index, { revision }] of targets.entries()) {
      const component = componentOf(revision);
      if (component === null || names.includes(component)) continue;
      reportUnknown(reporter, [...at, index, 'revision'], {
        what: 'component of a copy',
        name: revision,
        names: ['stable', 'new', ...names.map((name) => `${name}-vN`)],
      });
    }
    const sum = targets.reduce((all, { weight }) => all + weight, 0);
    if (targets.length > 0 && sum !== 100) {
      reporter.error('WEIGHTS_INVALID', at, `the weights add up to ${sum}`, 'they have to add up to 100');
    }
  },
  wants: (_, plan) => everywhere(plan),
  moves: ({ properties: { batchPartition, traffic } }, input) =>
    movesOf(batchPartition ?? Infinity, traffic?.weightedTargets ?? [], input),
  run: (_, input) => delivering(input),
});

function movesOf(partition: number, targets: readonly Target[], input: MoveInput): Moves {
  const steps: ScaleStep[] = [];
  const { components } = input.application.spec;
  const counted = components.flatMap((component) => {
    const batches = batchesOf(component);
    return batches === null ? [] : [{ name: component.name, batches }];
  });
  const names = counted.map(({ name }) => name);
  const others = components.flatMap(({ name }) => (names.includes(name) ? [] : [name]));
  const percent = Math.min(100, Math.ceil((100 * (partition + 1)) / input.batches));
  for (const name of others) {
    const weight = weightOf(name, targets, input) ?? percent;
    if (typeof weight === 'string') return { fault: weight };
    steps.push({ type: 'scale', replicas: { percent }, weight, components: [name] });
  }
  for (const { name, batches } of counted) {
    const last = batches.upTo.length - 1;
    const count = batches.upTo[Math.min(partition, last)] ?? batches.size;
    const weight = weightOf(name, targets, input) ?? Math.round((100 * count) / Math.max(1, batches.size));
    if (typeof weight === 'string') return { fault: weight };
    const replicas = partition >= last ? { percent: 100 } : { count };
    steps.push({ type: 'scale', replicas, weight, components: [name] });
  }
  return { steps };
}

/** Reports a batch that no component has. One without the trait has as many as the steps of the workflow say: then each number is one. */
function checkPartition(partition: number | undefined, { spec }: Application, path: Steps, reporter: Reporter): void {
  const most = Math.max(-1, ...spec.components.map((one) => batchesOf(one)?.upTo.length ?? Infinity)) - 1;
  if (partition === undefined || most < 0 || partition <= most) return;
  const message = `there is no batch ${partition}: the trait rollout has ${most + 1}, from 0 to ${most}`;
  reporter.error('REFERENCE_NOT_FOUND', path, message, 'write the last batch that the step is done with');
}

/** The component of `reviews-v2`; null for an alias. */
function componentOf(revision: string): string | null {
  if (revision === 'stable' || revision === 'new') return null;
  return /^(.+)-v\d+$/.exec(revision)?.[1] ?? revision;
}

/** What of the traffic targets give to the new copy of a component; null = they say nothing of it. A text = what is wrong. */
function weightOf(name: string, all: readonly Target[], { numbers }: MoveInput): number | string | null {
  const targets = all.filter(({ revision }) => [null, name].includes(componentOf(revision)));
  if (targets.length === 0) return null;
  const known = numbers(name);
  // What does not change has no copies; where nothing serves, the names are not looked at.
  if (known === null || known.serving === known.coming) return null;
  const [serving, coming] = [`${name}-v${known.serving}`, `${name}-v${known.coming}`];
  const wrong = targets.find(({ revision }) => !['stable', 'new', serving, coming].includes(revision));
  if (wrong !== undefined) {
    return `weightedTargets name ${wrong.revision}: ${serving} serves, and ${coming} is new (stable and new name them, too)`;
  }
  return targets.reduce((sum, { revision, weight }) => sum + (['new', coming].includes(revision) ? weight : 0), 0);
}
