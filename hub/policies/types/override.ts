import { z } from 'zod';
import { checkPatches, checkSelector, componentPatch, patchComponents } from '../patch.ts';
import { definePolicy } from '../policy.ts';

const schema = z.strictObject({
  components: z.array(componentPatch).optional(),
  /** Names of the components that are delivered; absent = all. */
  selector: z.array(z.string().min(1)).optional(),
});

/** `override`: components as they are where a step names the policy. */
export const override = definePolicy({
  type: 'override',
  isContent: true,
  schema,
  check: ({ properties: { components = [], selector = [] } }, where) => {
    checkPatches(components, { ...where, path: [...where.path, 'components'] });
    checkSelector(selector, components, where, [...where.path, 'selector']);
  },
  apply: ({ properties: { components: patches = [], selector = null } }) => [
    { kind: 'components', edit: (components) => patchComponents(components, { patches, selector }) },
  ],
});
