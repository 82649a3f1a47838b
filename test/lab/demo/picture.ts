import { readFile, writeFile } from 'node:fs/promises';
import { terminalLines, type Run } from './terminal-text.ts';

/**
 * `node test/lab/demo/picture.ts CAPTURE SVG`: draws what a terminal of 80 columns showed of a run of the demo, captured by
 * `script -qc 'stty cols 80; node test/lab/demo/main.ts' CAPTURE`. Of the first and third step it keeps the progress alone.
 */
async function main([capture = '', target = '']: readonly string[]): Promise<void> {
  const lines = terminalLines((await readFile(capture, 'utf8')).replace(/^Script (started|done).*$/gm, ''));
  await writeFile(target, svgOf(excerpt(lines)));
}

const cell = { width: 8.4, height: 19 } as const;
const margin = { side: 18, top: 46, bottom: 18 } as const;

function excerpt(all: readonly Run[][]): Run[][] {
  const texts = all.map(textOf);
  const starts = texts.flatMap((text, index) => (text.startsWith('\u2501\u2501') ? [index] : []));
  const [first = 0, second = 0, third = 0, fourth = 0] = starts;
  const command: Run[] = [
    { text: '$ ', codes: [] },
    { text: 'npm run demo', codes: ['1'] },
  ];
  const begin = texts.findIndex((text) => text.startsWith('Sluice'));
  const end = texts.findLastIndex((text) => text.trim() !== '');
  return [
    command,
    ...all.slice(begin, first),
    ...brief(all, first),
    ...all.slice(second, third),
    ...brief(all, third),
    ...all.slice(fourth, end + 1),
  ];
}

/** The heading of a step and its progress. */
function brief(all: readonly Run[][], start: number): Run[][] {
  const progress = all.findIndex((runs, index) => index > start && /\d s$/.test(textOf(runs)));
  const end = all.findIndex((runs, index) => index > progress && textOf(runs) === '');
  return [...all.slice(start, start + 1), ...all.slice(progress, end), []];
}

function svgOf(shown: readonly Run[][]): string {
  const width = Math.ceil(80 * cell.width + 2 * margin.side);
  const height = margin.top + shown.length * cell.height + margin.bottom;
  const dots = ['#ff5f57', '#febc2e', '#28c840'].map(
    (color, index) => `<circle cx="${20 + 20 * index}" cy="20" r="6" fill="${color}"/>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="npm run demo: one git push moves half of the traffic to version 2 on three clusters; a broken version 3 leaves version 2 its replicas and traffic">
<rect width="${width}" height="${height}" rx="10" fill="#0d1117"/>
${dots.join('')}
<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="14" fill="#d1d7e0" xml:space="preserve">
${shown.map(lineOf).join('')}</g>
</svg>
`;
}

function lineOf(runs: readonly Run[], row: number): string {
  let column = 0;
  const drawn = runs
    .flatMap((run) => pieces(run))
    .map((run) => {
      const at = column;
      column += Array.from(run.text).length;
      return pieceOf(run, at, row);
    });
  return drawn.some((one) => one !== '') ? `${drawn.join('')}\n` : '';
}

/** Runs of block characters are drawn as boxes: fonts disagree about them. */
function pieces({ text, codes }: Run): Run[] {
  return (text.match(/[\u2588\u2593\u2591]+|\u2501+| {2,}|(?:(?! {2})[^\u2588\u2593\u2591\u2501])+/gu) ?? []).map(
    (part) => ({
      text: part,
      codes,
    }),
  );
}

const opacities: Readonly<Record<string, number>> = { '\u2588': 1, '\u2593': 0.75, '\u2591': 0.4 };
const colors: Readonly<Record<string, string>> = {
  31: '#ff7b72',
  32: '#7ee787',
  33: '#e3b341',
  34: '#79c0ff',
  35: '#d2a8ff',
  36: '#56d4dd',
};

function pieceOf({ text, codes }: Run, column: number, row: number): string {
  if (text.trim() === '') return '';
  const length = Array.from(text).length;
  const [x, y] = [margin.side + column * cell.width, margin.top + row * cell.height];
  const wide = number(length * cell.width);
  const color = codes.map((code) => colors[code]).find((one) => one !== undefined);
  const fill = color === undefined ? '' : ` fill="${color}"`;
  const opacity = opacities[text[0] ?? ''];
  if (opacity !== undefined) {
    return `<rect x="${number(x)}" y="${number(y - 12)}" width="${wide}" height="14"${fill} opacity="${opacity}"/>`;
  }
  if (text.startsWith('\u2501'))
    return `<rect x="${number(x)}" y="${number(y - 6)}" width="${wide}" height="2"${fill}/>`;
  const weight = codes.includes('1') ? ' font-weight="bold"' : '';
  const faint = codes.includes('2') ? ' opacity="0.6"' : '';
  return `<text x="${number(x)}" y="${number(y)}" textLength="${wide}"${fill}${weight}${faint}>${escaped(text)}</text>`;
}

function textOf(runs: readonly Run[]): string {
  return runs.map(({ text }) => text).join('');
}

function number(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

await main(process.argv.slice(2));
