import type { StatusDelivery, StatusView } from '../api/status.ts';
import { wrap } from './layout.ts';
import type { TableStyle } from './style.ts';
import { withWhere } from './where.ts';

/** One line for each delivery that is not over, or did not end well: how far it is, what it waits for, and what to do. */
export function deliveryLines(
  { deliveries = [], frozen }: Pick<StatusView, 'deliveries' | 'frozen'>,
  { columns, where }: TableStyle,
): string[] {
  const todo = withWhere('sluice-hub unfreeze', where);
  const stopped = frozen === undefined ? [] : wrap(`${frozen}; to end it: ${todo}`, columns, '');
  const lines = deliveries.flatMap((one) => {
    const todo = one.todo === null ? '' : `; ${withWhere(one.todo, where)}`;
    const waits = one.waits === '' ? '' : `; ${one.waits}`;
    return wrap(`delivery ${one.name} ${one.phase}${countsText(one)}${waits}${todo}`, columns, '');
  });
  return [...stopped, ...lines];
}

function countsText({ total, done, failed, absent, held, phase }: StatusDelivery): string {
  if (phase === 'rolled-back' || phase === 'aborted') return '';
  const others = [
    failed > 0 ? `, ${failed} failed` : '',
    absent > 0 ? `, ${absent} away` : '',
    held > 0 ? `, ${held} on hold` : '',
  ];
  return `: ${done} of ${total} clusters done${others.join('')}`;
}
