import { parseObjectId, type ObjectId } from '../../shared/model/object.ts';

/**
 * The wanted objects that the deletion of some ids would take along: those of a CustomResourceDefinition's kind, and those in
 * a Namespace. With the definition or the namespace, the API server deletes them, of whichever application they are.
 */
export function dependantsOf(gone: readonly ObjectId[], wanted: readonly ObjectId[]): ObjectId[] {
  const refs = gone.map(parseObjectId);
  const namespaces = new Set(
    refs.filter(({ group, kind }) => group === '' && kind === 'Namespace').map(({ name }) => name),
  );
  const definitions = refs.filter(({ kind }) => kind === 'CustomResourceDefinition').map(({ name }) => name);
  if (namespaces.size === 0 && definitions.length === 0) return [];
  const staying = wanted.map(parseObjectId).filter(({ kind }) => kind === 'CustomResourceDefinition');
  return wanted.filter((id) => {
    const { group, kind, namespace } = parseObjectId(id);
    if (namespaces.has(namespace)) return true;
    if (staying.some(({ name }) => defines(name, group, kind))) return false;
    const ofGroup = definitions.filter((name) => name.slice(name.indexOf('.') + 1) === group);
    // A plural that follows no rule may be of any kind of its group.
    return ofGroup.some((name) => defines(name, group, kind)) || ofGroup.some((name) => isIrregular(name, kind));
  });
}

/** True when a definition (`PLURAL.GROUP`) is that of a kind, by the rules of English plurals. */
function defines(definition: string, group: string, kind: string): boolean {
  const plural = definition.slice(0, definition.indexOf('.'));
  const word = kind.toLowerCase();
  const plurals = [word, `${word}s`, `${word}es`, `${word.slice(0, -1)}ies`];
  return definition.slice(definition.indexOf('.') + 1) === group && plurals.includes(plural);
}

function isIrregular(definition: string, kind: string): boolean {
  const plural = definition.slice(0, definition.indexOf('.'));
  return !plural.endsWith('s') && plural.slice(0, 1) === kind.slice(0, 1).toLowerCase();
}
