import { z } from 'zod';
import { docKey, namespaceOf } from '../../model/documents.ts';
import { similar } from '../../model/similar.ts';
import { moment } from '../outcome.ts';
import { defineStep } from '../step.ts';

const schema = z.strictObject({ name: z.string().min(1), namespace: z.string().min(1).optional() });

/** `depends-on-app`: another application of this hub is delivered, and healthy. */
export const dependsOnApp = defineStep({
  type: 'depends-on-app',
  about: 'Waits until another application of this hub is delivered, and healthy.',
  schema,
  check: ({ properties: { name, namespace } }, { application, path, reporter, delivered }) => {
    const app = `${namespace ?? namespaceOf(application)}/${name}`;
    const at = [...path, 'name'];
    if (app === docKey(application)) {
      reporter.error('DOCUMENT_INVALID', at, 'it would wait for itself', 'name another application');
    } else if (!delivered.includes(app)) {
      // It may come with a later commit.
      const meant = similar(
        app,
        delivered.filter((one) => one !== docKey(application)),
      );
      const hint =
        meant === undefined ? 'write its namespace, too, where that is another one' : `did you mean ${meant}?`;
      reporter.warn('REFERENCE_NOT_FOUND', at, `there is no application ${app}: the step waits for it`, hint);
    }
  },
  run: ({ properties: { name, namespace } }, { application, apps }) => {
    const app = `${namespace ?? namespaceOf(application)}/${name}`;
    const state = apps(app);
    if (state === null) return moment('running', `there is no application ${app}`);
    return state.waits === '' ? moment('succeeded', '') : moment('running', `${app}: ${state.waits}`);
  },
});
