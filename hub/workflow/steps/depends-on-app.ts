import { z } from 'zod';
import { namespaceOf } from '../../model/documents.ts';
import { moment } from '../outcome.ts';
import { defineStep } from '../step.ts';

const schema = z.strictObject({ name: z.string().min(1), namespace: z.string().min(1).optional() });

/** `depends-on-app`: another application of this hub is delivered, and healthy. */
export const dependsOnApp = defineStep({
  type: 'depends-on-app',
  about: 'Waits until another application of this hub is delivered, and healthy.',
  schema,
  check: ({ properties: { name, namespace } }, { application, path, reporter }) => {
    const { metadata } = application;
    if (name !== metadata.name || (namespace ?? namespaceOf(application)) !== namespaceOf(application)) return;
    reporter.error('DOCUMENT_INVALID', [...path, 'name'], 'it would wait for itself', 'name another application');
  },
  run: ({ properties: { name, namespace } }, { application, apps }) => {
    const app = `${namespace ?? namespaceOf(application)}/${name}`;
    const state = apps(app);
    if (state === null) return moment('running', `there is no application ${app}`);
    return state.waits === '' ? moment('succeeded', '') : moment('running', `${app}: ${state.waits}`);
  },
});
