import { yamlText } from '../../shared/lib/yaml/write.ts';
import type { Explained } from '../definitions/explain.ts';
import type { Parameter } from '../definitions/parameters.ts';

/** A parameter on a line of its own, with the way to it. */
interface Line {
  readonly depth: number;
  readonly parameter: Parameter;
  /** Where the same members stand already. */
  readonly sameAs: string | null;
}

/** The parameters as lines, in order; members that were shown under another name are not shown again. */
function linesOf(parameters: readonly Parameter[]): readonly Line[] {
  const shown = new Map<string, string>();
  const lines: Line[] = [];
  const add = (list: readonly Parameter[], depth: number, path: string): void => {
    for (const parameter of list) {
      const where = `${path}${parameter.name}`;
      const key = parameter.members.length > 3 ? JSON.stringify(parameter.members) : '';
      const sameAs = key === '' ? null : (shown.get(key) ?? null);
      lines.push({ depth, parameter, sameAs });
      if (sameAs !== null) continue;
      if (key !== '') shown.set(key, where);
      add(parameter.members, depth + 1, `${where}.`);
    }
  };
  add(parameters, 0, '');
  return lines;
}

function wordsOf({ parameter, sameAs }: Line): string {
  const { description, fallback, isRequired } = parameter;
  const value = isRequired
    ? 'required'
    : fallback === undefined
      ? ''
      : `default: ${fallback === '""' ? 'empty' : fallback}`;
  const same = sameAs === null ? '' : `as ${sameAs}`;
  return [value, description, same].filter((words) => words !== '').join('; ');
}

/** What a type is for, its parameters and an example, as a terminal shows it. */
export function explainText(page: Explained): string {
  const lines = linesOf(page.parameters);
  const names = lines.map(({ depth, parameter }) => `${'  '.repeat(depth + 1)}${parameter.name}`);
  const width = Math.max(0, ...names.map(({ length }) => length)) + 2;
  const types = Math.min(40, Math.max(0, ...lines.map(({ parameter }) => parameter.type.length)) + 2);
  const rows = lines.map((line, index) =>
    `${(names[index] ?? '').padEnd(width)}${line.parameter.type.padEnd(types - 2)}  ${wordsOf(line)}`.trimEnd(),
  );
  const applies = page.appliesTo.length > 0 ? `Applies to: ${page.appliesTo.join(', ')}\n` : '';
  const alias = page.aliasOf === null ? '' : `Another name of ${page.aliasOf}.\n`;
  const example = yamlText(page.example).replace(/^/gm, '  ').trimEnd();
  return `${page.kind} ${page.type}\n\n${page.description}\n${alias}${applies}\nParameters:\n${rows.join('\n')}\n\nExample:\n${example}\n`;
}

/** The types with what each is for. */
export function listText(pages: readonly Explained[]): string {
  const width = Math.max(0, ...pages.map(({ type }) => type.length)) + 2;
  return pages
    .map(({ kind, type, description }) => `${kind.padEnd(11)}${type.padEnd(width)}${firstSentence(description)}\n`)
    .join('');
}

function firstSentence(text: string): string {
  return text.replace(/(?<=[.:]) .*$/, '').replace(/:$/, '.');
}

/** The reference of all types of a kind, as a page. */
export function referencePage(title: string, pages: readonly Explained[]): string {
  const own = pages.filter(({ aliasOf }) => aliasOf === null);
  const list = own.map(({ type, description }) => `- [${type}](#${type}): ${description}`);
  const sections = own.map((page) =>
    sectionOf(
      page,
      pages.filter(({ aliasOf }) => aliasOf === page.type),
    ),
  );
  return `# ${title}\n\nMade from the definitions by \`npm run reference\`; \`sluice-hub explain TYPE\` says the same.\n\n${list.join('\n')}\n\n${sections.join('\n')}`;
}

function sectionOf(page: Explained, aliases: readonly Explained[]): string {
  const rows = linesOf(page.parameters).map((line) => {
    const { name, type } = line.parameter;
    return `| ${'&nbsp;&nbsp;'.repeat(line.depth)}\`${name}\` | ${cell(type)} | ${cell(wordsOf(line))} |`;
  });
  const applies =
    page.appliesTo.length > 0 ? `Applies to ${page.appliesTo.map((one) => `\`${one}\``).join(', ')}.\n\n` : '';
  const others = aliases.length > 0 ? `Also named ${aliases.map(({ type }) => `\`${type}\``).join(', ')}.\n\n` : '';
  const table = `| parameter | type | what |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
  return `## ${page.type}\n\n${page.description}\n\n${applies}${others}${table}\n\`\`\`yaml\n${yamlText(page.example)}\`\`\`\n`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}
