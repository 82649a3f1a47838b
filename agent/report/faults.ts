import type { Row } from '../model/rows.ts';
import { parseObjectId, type ObjectId } from '../../shared/model/object.ts';

/** So many faults with the same words are told one by one. */
const toldAlike = 3;

/** Every fault in words; of many with the very same words, the first. */
export function faultsText(faults: readonly Pick<Row, 'id' | 'reason'>[]): string {
  const groups = Map.groupBy(faults, ({ reason }) => reason);
  const texts = [...groups].flatMap(([reason, rows]) => {
    const shown = rows.length > toldAlike ? rows.slice(0, 1) : rows;
    const more = rows.length > shown.length ? ` and ${rows.length - shown.length} more` : '';
    return shown.map(({ id }) => `${nameOf(id)}${more}: ${reason}`);
  });
  return texts.join('; ');
}

function nameOf(id: ObjectId): string {
  const { kind, name } = parseObjectId(id);
  return `${kind}/${name}`;
}
