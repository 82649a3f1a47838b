import { readCondition } from '../../shared/model/condition.ts';
import { checkName } from '../model/analysis.ts';
import type { Reporter, Steps } from '../model/reporter.ts';
import type { AnalysisCheckDocument, StepCheckDocument } from '../model/rollout.ts';

/** Checks what an analysis asks, and what it compares the answers with. */
export function checkAnalysis(checks: readonly StepCheckDocument[], path: Steps, reporter: Reporter): void {
  const names = new Set<string>();
  for (const [index, check] of checks.entries()) {
    const name = checkName(check, index);
    if (names.has(name)) {
      const message = `two checks have the name ${name}`;
      reporter.error('DOCUMENT_INVALID', [...path, index, 'name'], message, 'give each check a name of its own');
    }
    names.add(name);
    if ('prometheus' in check) checkQuery(check, [...path, index, 'prometheus'], reporter);
  }
}

function checkQuery({ prometheus }: AnalysisCheckDocument, path: Steps, reporter: Reporter): void {
  const { address, query, condition } = prometheus;
  if (!/^https?:\/\/[^/@\s]+/.test(address) || !URL.canParse(address)) {
    const hint = 'write the address of a server of metrics: http://prometheus.monitoring:9090';
    reporter.error('DOCUMENT_INVALID', [...path, 'address'], `${address} is not an http(s):// address`, hint);
  }
  if (condition !== undefined && readCondition(condition) === null) {
    const hint = 'write ">=0.99", "<0.05", "==1" or "!=0"';
    reporter.error('DOCUMENT_INVALID', [...path, 'condition'], `${condition} is not a condition`, hint);
  }
  if (condition !== undefined || /\bbool\b/.test(query)) return;
  const message = 'nothing says which answers are good';
  const hint = 'add a condition, like condition: "<0.05"; or compare in the query, with bool';
  reporter.error('DOCUMENT_INVALID', [...path, 'query'], message, hint);
}
