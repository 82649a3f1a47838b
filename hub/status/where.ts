/** Advice whose last command reaches the hub that it is about: `run: sluice-hub approve X` with `--data DIR` after it. */
export function withWhere(advice: string, where = ''): string {
  if (where === '') return advice;
  // A command in backticks, or one that the advice ends with.
  return advice.replace(/`(sluice-hub [^`]+)`|(?<!`)(sluice-hub [a-z][^`;]*)$/g, (_, quoted?: string, bare?: string) =>
    quoted === undefined ? `${bare ?? ''} ${where}` : `\`${quoted} ${where}\``,
  );
}
