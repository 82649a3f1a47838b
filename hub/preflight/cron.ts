import { scheduleNames } from '../../shared/lib/window.ts';

/** A field of a schedule: its range, and the names that stand for numbers. */
interface Field {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  readonly names: readonly string[];
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const fields: readonly Field[] = [
  { name: 'minute', least: 0, most: 59, names: [] },
  { name: 'hour', least: 0, most: 23, names: [] },
  { name: 'day of the month', least: 1, most: 31, names: [] },
  { name: 'month', least: 1, most: 12, names: months },
  { name: 'day of the week', least: 0, most: 6, names: days },
];

/** Why Kubernetes would not read a schedule; null for one that it reads. */
export function scheduleFault(schedule: string): string | null {
  if (/TZ=/.test(schedule)) return 'names a time zone; write it as timeZone';
  const text = schedule.trim();
  if (text.startsWith('@every '))
    return /^@every [+-]?(?:[\d.]+(?:ns|us|µs|μs|ms|s|m|h))+$/.test(text)
      ? null
      : 'is not an interval; write @every 90m';
  if (text.startsWith('@'))
    return scheduleNames.some((name) => name === text) ? null : `is none of ${scheduleNames.join(', ')}`;
  const given = text.split(/\s+/).filter((part) => part !== '');
  if (given.length !== fields.length)
    return `has ${given.length} fields; write 5: minute, hour, day of the month, month, day of the week`;
  for (const [index, field] of fields.entries()) {
    const fault = (given[index] ?? '')
      .split(',')
      .filter((part) => part !== '')
      .map((part) => partFault(part, field))
      .find((found) => found !== null);
    if (fault !== undefined) return fault;
  }
  return null;
}

/** Why a part of a field (`1`, `2-5`, `*` and each with a step `/15`) cannot be read. */
function partFault(part: string, field: Field): string | null {
  const [range = '', step, ...tooMany] = part.split('/');
  if (tooMany.length > 0) return `has ${JSON.stringify(part)} as ${field.name}`;
  if (step !== undefined && !/^\+?\d*[1-9]\d*$/.test(step))
    return `has the step ${JSON.stringify(step)} in the ${field.name}`;
  return rangeFault(range, step !== undefined, field);
}

function rangeFault(range: string, hasStep: boolean, field: Field): string | null {
  const { name, least, most } = field;
  const [from = '', to, ...more] = range.split('-');
  if (from === '*' || from === '?') return null;
  const start = numberOf(from, field);
  const end = to === undefined ? (hasStep ? most : start) : numberOf(to, field);
  if (start === null || end === null || more.length > 0) return `has ${JSON.stringify(range)} as ${name}`;
  if (start < least || end > most) return `has ${range} as ${name}, which is ${least} to ${most}`;
  return start > end ? `has ${range} as ${name}, which ends before it begins` : null;
}

function numberOf(text: string, { least, names }: Field): number | null {
  const index = names.indexOf(text.toLowerCase());
  if (index >= 0) return index + least;
  return /^\+?\d+$/.test(text) ? Number(text) : null;
}
