/** The number of `20%`, 0 to 100; null for another text. */
export function percentOf(text: string): number | null {
  const found = /^(\d{1,3})%$/.exec(text);
  const percent = Number(found?.[1] ?? Number.NaN);
  return percent <= 100 ? percent : null;
}
