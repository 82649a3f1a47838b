import { byCodeUnit } from '../../shared/lib/order.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import { allOutputs, fieldsRead } from '../model/cue-fields.ts';
import type { RevisionRecord } from '../model/fleet.ts';
import type { CheckedObject, HealthCheck } from '../model/health.ts';
import { valueAt } from '../model/json-map.ts';
import { isReadOnly, type RenderedApp } from '../model/rendered.ts';
import type { MadeObject } from './made.ts';
import type { Step } from './step.ts';

/** With it, a `healthPolicy` counts for nothing, as in KubeVela; on an Application, or on a workload. */
const disabled = 'app.oam.dev/disable-health-check';

/** A component after its templates are applied. */
export interface CheckedComponent {
  readonly component: string;
  readonly record: Pick<RevisionRecord, 'application'>;
  readonly steps: readonly Step[];
  readonly made: readonly MadeObject[];
  readonly output: unknown;
}

/** What the definitions of a component and its traits say of how well they are, by the fields that their texts read. */
export function checksOf({ component, record, steps, made, output }: CheckedComponent): readonly HealthCheck[] {
  const { annotations = {} } = record.application.metadata;
  const isDisabled = [annotations[disabled], valueAt(output, 'metadata', 'annotations', disabled)].some(isSet);
  return steps.flatMap((step, index): HealthCheck[] => {
    const { definition, program } = step;
    if (definition.status === undefined) return [];
    const { healthPolicy, ...texts } = definition.status;
    const status = isDisabled || healthPolicy === undefined ? texts : { ...texts, healthPolicy };
    if (Object.keys(status).length === 0) return [];
    const { subject, parameter, context } = program;
    const trait = index === 0 ? {} : { trait: definition.type };
    const objects = objectsRead(Object.values(status), { step, first: steps[0], made });
    return [{ component, ...trait, subject, status, parameter, context, objects }];
  });
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== 'false';
}

interface Reading {
  readonly step: Step;
  readonly first: Step | undefined;
  readonly made: readonly MadeObject[];
}

/** The workload, and of the outputs those of the definition itself; of another one where it has none of that name. */
function objectsRead(texts: readonly string[], { step, first, made }: Reading): readonly CheckedObject[] {
  const own = made.filter((one) => one.step === step && one.name !== null);
  const found = new Map<string | null, CheckedObject>();
  for (const { of, fields } of fieldsRead(texts)) {
    const named = own.some(({ name }) => name === of) ? own : made.filter(({ name }) => name !== null);
    const workload = made.filter((one) => one.step === first && one.name === null);
    const objects = of === null ? workload : of === allOutputs ? own : named.filter(({ name }) => name === of);
    for (const { name, id } of objects) {
      const all = new Set([...(found.get(name)?.fields ?? []), ...fields]);
      found.set(name, { name, id, fields: [...all].sort(byCodeUnit) });
    }
  }
  return [...found.values()];
}

interface Listed {
  readonly record: Pick<RevisionRecord, 'name' | 'number'>;
  readonly components: readonly {
    readonly checks?: readonly HealthCheck[];
    readonly reads?: readonly Pick<CheckedObject, 'id' | 'fields'>[];
  }[];
}

/**
 * The checks of a unit, and the fields that are to be reported for them, and for what components take of others. Of what several revisions have together, that of the highest
 * counts, as for the object itself.
 */
export function checksIn(
  revisions: readonly Listed[],
  objects: RenderedApp['objects'],
): Pick<RenderedApp, 'checks' | 'observe'> {
  const reads = revisions.flatMap(({ components }) => components.flatMap((one) => one.reads ?? []));
  const isChecked = revisions.some(({ components }) => components.some(({ checks }) => checks !== undefined));
  if (!isChecked && reads.length === 0) return {};
  const all = new Set(objects.map(({ id }) => id));
  // How well what others make is, their agent says: definitions do not judge it.
  const there = new Set(objects.filter((one) => !isReadOnly(one)).map(({ id }) => id));
  const checks = new Map<string, HealthCheck>();
  for (const { record, components } of [...revisions].sort((a, b) => a.record.number - b.record.number)) {
    for (const check of components.flatMap((one) => one.checks ?? [])) {
      const ids = check.objects.map(({ id }) => id);
      if (!ids.every((id) => there.has(id))) continue;
      const key = [check.component, check.trait ?? '', ...ids].join(' ');
      checks.set(key, revisions.length > 1 ? { ...check, revision: record.name } : check);
    }
  }
  const fields = new Map<ObjectId, Set<string>>();
  const read = [...checks.values()].flatMap((check) => check.objects);
  for (const { id, fields: wanted } of [...read, ...reads.filter((one) => all.has(one.id))]) {
    fields.set(id, new Set([...(fields.get(id) ?? []), ...wanted]));
  }
  const observe = [...fields]
    .sort(([a], [b]) => byCodeUnit(a, b))
    .map(([id, wanted]) => ({ id, fields: [...wanted].sort(byCodeUnit) }));
  return { ...(isChecked && { checks: [...checks.values()] }), ...(observe.length > 0 && { observe }) };
}
