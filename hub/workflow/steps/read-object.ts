import { z } from 'zod';
import { byCodeUnit } from '../../../shared/lib/order.ts';
import { pointerParts } from '../../../shared/model/ignored.ts';
import { idOf } from '../../../shared/model/object.ts';
import { fieldsOfValue, wholeObject } from '../../model/cue-fields.ts';
import { namespaceOf, type Application } from '../../model/documents.ts';
import { readingOf } from '../../model/reading.ts';
import { objectsWant } from '../object-steps.ts';
import { moment } from '../outcome.ts';
import { unreadable, withValues } from '../readable.ts';
import { defineStep, type StepInput } from '../step.ts';

const schema = z.strictObject({
  apiVersion: z.string().min(1),
  kind: z.string().min(1),
  name: z.string().min(1),
  /** That of the application, which is the default. */
  namespace: z.string().min(1).optional(),
  /** Absent or empty = the local cluster. */
  cluster: z.string().optional(),
});
type Properties = z.infer<typeof schema>;

/** `read-object`: an object of a cluster, as its agent tells of it: it must be there and well, and is not written. */
export const readObject = defineStep({
  type: 'read-object',
  about: 'Waits for an object of a cluster, and gives what others take of it: `output.value`.',
  schema,
  check: ({ properties }, { application, path, reporter }) => {
    const fault = unreadable(properties, namespaceOf(application));
    if (fault !== null) reporter.error('UNSUPPORTED', [...path, fault.member], fault.message, fault.hint);
  },
  takes: ['apiVersion', 'kind', 'name', 'namespace'],
  wants: ({ properties: { cluster } }) => objectsWant(cluster),
  decides: true,
  run: ({ properties }, input) => {
    const fault = unreadable(properties, namespaceOf(input.application));
    if (fault !== null) return moment('failed', fault.message);
    const fields = fieldsTaken(input);
    const objects = [readingOf(properties, fields)];
    const { kind, name } = properties;
    if (input.isDelivered !== true) return moment('running', `it waits for ${kind} ${name} to be there`, { objects });
    const object = objectOf(properties, input.application);
    const values = input.told?.(idOf(object)) ?? {};
    const missing = fields.find((field) => values[field] === undefined && !wholeObject.includes(field));
    const isUnknown = fields.length > 0 && Object.keys(values).length === 0;
    if (missing !== undefined || isUnknown) {
      const what = missing === undefined ? '' : `${pointerParts(missing).join('.')} of `;
      return moment('running', `${what}${kind} ${name} is not reported`, { objects });
    }
    const value = withValues(object, values);
    return moment('succeeded', '', { objects, outputs: { output: { value, $returns: { value } } } });
  },
});

function objectOf({ apiVersion, kind, name }: Properties, application: Application) {
  return { apiVersion, kind, metadata: { name, namespace: namespaceOf(application) } };
}

/** The fields that others take, as JSON pointers. */
function fieldsTaken({ outputs = [] }: Pick<StepInput, 'outputs'>): readonly string[] {
  return [...new Set(outputs.flatMap(({ valueFrom }) => fieldsOfValue(valueFrom)))].sort(byCodeUnit);
}
