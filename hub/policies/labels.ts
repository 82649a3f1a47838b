import { siteLabelPrefix } from '../../shared/model/names.ts';
import { unmatchedLabels, type Labels } from '../../shared/model/selector.ts';

/** True when a cluster has all labels of a selector, as far as the hub can tell: those that only a site sets, its agent checks. */
export function matchesLabels(selector: Labels, labels: Labels): boolean {
  const told = Object.entries(selector).filter(([key]) => !key.startsWith(siteLabelPrefix));
  return unmatchedLabels(Object.fromEntries(told), labels).length === 0;
}
