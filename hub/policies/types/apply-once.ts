import { z } from 'zod';
import type { Reporter, Steps } from '../../model/reporter.ts';
import { pathHint, pointerOf } from '../field-path.ts';
import { definePolicy } from '../policy.ts';
import { checkSelectors } from '../selector-check.ts';
import { isSelected, objectSelector } from '../selector.ts';

const rule = z.strictObject({
  selector: objectSelector.optional(),
  strategy: z.strictObject({ path: z.array(z.string().min(1)).min(1), affect: z.string().optional() }).optional(),
});
const schema = z.strictObject({ enable: z.boolean().optional(), rules: z.array(rule).optional() });

/** Every field of the object. */
const whole = '*';

/**
 * `apply-once`: fields that are given to others once they are there: the live value stays, whatever it is. Without rules: all objects of
 * the application are written with new content alone, and what others change in between stays until then, as in KubeVela.
 */
export const applyOnce = definePolicy({
  type: 'apply-once',
  isContent: true,
  schema,
  check: ({ properties: { enable, rules = [] } }, where) => {
    const { path, reporter } = where;
    checkSelectors(rules, where);
    if (enable === undefined) {
      reporter.warn('DOCUMENT_INVALID', path, 'it is not enabled, and does nothing', 'write enable: true');
    }
    for (const [index, one] of rules.entries()) checkRule(one, [...path, 'rules', index], reporter);
  },
  apply: ({ properties: { enable = false, rules = [] } }) => {
    if (!enable) return [];
    if (rules.length === 0)
      return [{ kind: 'objects' as const, selects: () => true, rule: { rule: 'unrepaired' as const } }];
    return rules.flatMap(({ selector = {}, strategy }) => {
      if (strategy === undefined) return [];
      const paths = strategy.path.includes(whole) ? null : strategy.path.flatMap((text) => pointerOf(text) ?? []);
      return [
        {
          kind: 'objects' as const,
          selects: (one) => isSelected(selector, one),
          rule: { rule: 'apply-once' as const, paths },
        },
      ];
    });
  },
});

function checkRule({ strategy }: z.infer<typeof rule>, at: Steps, reporter: Reporter): void {
  if (strategy === undefined) {
    const hint = 'write strategy: { path: [spec.replicas] }; "*" is the whole object';
    reporter.warn('DOCUMENT_INVALID', at, 'the rule leaves no field to others', hint);
  }
  if (strategy?.affect !== undefined) {
    const message = 'a field is either left to others or not: affect has no meaning';
    reporter.error('UNSUPPORTED', [...at, 'strategy', 'affect'], message, 'remove it');
  }
  for (const [place, text] of (strategy?.path ?? []).entries()) {
    if (text === whole || pointerOf(text) !== null) continue;
    reporter.error('DOCUMENT_INVALID', [...at, 'strategy', 'path', place], `${text} is not a path`, pathHint);
  }
}
